"""Requests for a WebRTC session that reach an edge process other than its own."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from broadcaster.model import keys
from tests.edge.conftest import Edge, serving
from tests.edge.whep_sessions import ES, gone
from tests.support.player import player, subscribed, switched
from tests.support.signaling import FRAGMENT, RESTART, error

pytestmark = pytest.mark.usefixtures("loopback")
GONE = "/whep/talk/session/0123abcd." + 24 * "x"
CANDIDATE = "a=candidate:1 1 udp 1 3f7c.local 9 typ host"


@pytest_asyncio.fixture
async def other(edge: Edge) -> AsyncIterator[Edge]:
    async with serving(edge.bus) as other:
        yield other


async def test_a_session_is_changed_and_ended_through_another_process(
    edge: Edge, other: Edge
) -> None:
    async with player() as listener:
        address = await subscribed(edge.http, ES, listener)
        await listener.state("connected")
        async with other.http.patch(address, data=CANDIDATE, headers=FRAGMENT) as reply:
            assert reply.status == 204
        await switched(other.http, address, "ar")
        assert edge.rooms.counts().listeners["talk", "ar"] == 1
        async with other.http.delete(address) as reply:
            assert reply.status == 200
        await listener.state("closed")
    await gone(edge)


async def test_refusals_come_back_unchanged(edge: Edge, other: Edge) -> None:
    async with player() as listener:
        address = await subscribed(edge.http, ES, listener)
        await listener.state("connected")
        wrong_tag = {**FRAGMENT, "If-Match": '"other"'}
        for body, headers, expected in [
            (RESTART, FRAGMENT, (422, "ice_restart_unsupported")),
            ("garbage", FRAGMENT, (400, "malformed_sdp")),
            (CANDIDATE, wrong_tag, (412, "session_changed")),
        ]:
            async with other.http.patch(address, data=body, headers=headers) as reply:
                assert await error(reply) == expected
        async with other.http.post(address, json={"channel": "fr"}) as reply:
            assert await error(reply) == (404, "unknown_channel")
        foreign = address.replace("/talk/", "/other/")
        async with other.http.patch(foreign, data=CANDIDATE, headers=FRAGMENT) as reply:
            assert await error(reply) == (404, "unknown_session")


async def test_the_sessions_of_a_process_that_is_gone_are_unknown(edge: Edge) -> None:
    async with edge.http.patch(GONE, data=CANDIDATE, headers=FRAGMENT) as reply:
        assert await error(reply) == (404, "unknown_session")
    async with edge.http.delete(GONE) as reply:
        assert reply.status == 200


async def test_nonsense_on_the_bus_is_ignored(edge: Edge, other: Edge) -> None:
    for nonsense in (b"\xff", b"[]", b'{"number": 1}', b'{"number": 1, "call": {"method": "GET"}}'):
        edge.bus.publish(keys.edge(edge.rooms.edge), nonsense)
    async with player() as listener:
        address = await subscribed(edge.http, ES, listener)
        await listener.state("connected")
        async with other.http.patch(address, data=CANDIDATE, headers=FRAGMENT) as reply:
            assert reply.status == 204


async def test_the_number_of_requests_that_wait_is_limited(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadcaster.edge.whep.forwarding.MOST_WAITING_REQUESTS", 1)
    async with asyncio.TaskGroup() as tasks:
        both = [tasks.create_task(edge.http.post(GONE, json={"channel": "es"})) for _ in range(2)]
    refusals = sorted([await error(await one) for one in both])
    assert refusals == [(404, "unknown_session"), (503, "too_many_waiting")]
