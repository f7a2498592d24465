"""The targets of a load test, and the meaning of a link."""

import asyncio
import socket

import pytest
from aiohttp import web

from broadcaster.errors import BroadcasterError
from broadcaster.loadtest.target import find_target, is_local
from tests.edge.conftest import Edge


@pytest.mark.parametrize(
    ("link", "channels", "text"),
    [
        ("nonsense", (), "not the link of an event"),
        ("ftp://127.0.0.1/e/talk", (), "not the link of an event"),
        ("http://127.0.0.1:9/", (), "not the link of an event"),
        ("http://127.0.0.1:9/e/talk", (), "does not answer"),
        ("http://127.0.0.1:9/e/Not%20one", (), "not an event's id"),
        ("http://192.0.2.1/e/talk", (), "--i-own-this"),
        ("{edge}/e/other", (), "no such event"),
        ("{edge}/e/talk", ("xx",), "Its channels are: floor, es, ar"),
        ("{edge}/e/talk?lang=xx", (), "no channel “xx”"),
    ],
)
async def test_wrong_targets(edge: Edge, link: str, channels: tuple[str, ...], text: str) -> None:
    with pytest.raises(BroadcasterError) as refused:
        await asyncio.to_thread(find_target, link.format(edge=edge.url), channels)
    assert text in refused.value.advice()


async def test_what_a_link_means(edge: Edge) -> None:
    target = await asyncio.to_thread(find_target, f"{edge.url}/e/talk?lang=ar", ())
    assert (target.event, target.channels, target.state) == ("talk", ("ar",), "live")
    assert target.local
    target = await asyncio.to_thread(
        lambda: find_target(edge.url, ("es", "es+floor"), event="talk")
    )
    assert target.channels == ("es", "es+floor")


async def test_a_name_with_several_addresses_is_tried_through(edge: Edge) -> None:
    link = f"{edge.url.replace('127.0.0.1', 'localhost')}/e/talk"
    target = await asyncio.to_thread(find_target, link, ())
    assert (target.local, target.address[0]) == (True, "127.0.0.1")


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"channels": 1, "state": "live"}'])
async def test_other_servers_are_recognised(body: bytes) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=body)

    application = web.Application()
    application.router.add_get("/e/talk/info", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    link = f"http://127.0.0.1:{runner.addresses[0][1]}/e/talk"
    with pytest.raises(BroadcasterError, match="is not a broadcaster"):
        await asyncio.to_thread(find_target, link, ())
    await runner.cleanup()


def test_only_own_addresses_are_local() -> None:
    assert is_local(socket.AF_INET, ("127.0.0.1", 80))
    assert is_local(socket.AF_INET6, ("::1", 80, 0, 0))
    assert not is_local(socket.AF_INET, ("192.0.2.1", 80))
