"""Wrong keys are limited for each address, and the right key opens at any time."""

import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.web.application import create_application
from broadcaster.web.client_limits import KEY_WINDOW_S, AddressLimits, ClientLimits
from broadcaster.web.clients import TrustedProxies
from broadcaster.web.errors import Refused, explained
from tests.support.clock import FakeClock

KEY = "the-right-key"
MANY, MORE = 3, 20
Client = TestClient[web.Request, web.Application]


async def guarded(request: web.Request) -> web.Response:
    """An API with a key."""
    shown = request.headers.get("Authorization") or request.cookies.get("key")
    if shown != KEY:
        raise Refused(
            401,
            "wrong_key",
            "this needs the key",
            hint="Send the key.",
            headers={"WWW-Authenticate": "Bearer", "Access-Control-Allow-Origin": "*"},
        )
    return web.Response(text="open")


async def signing_in(request: web.Request) -> web.Response:
    """A page with a key in its address."""
    if request.query.get("token") in {None, KEY}:
        return web.Response(text="a page")
    return explained(401, "wrong_key", "this needs the key", "Send the key.")


@asynccontextmanager
async def serving(clock: FakeClock, refused: Counter[str]) -> AsyncIterator[Client]:
    limits = ClientLimits(AddressLimits(wrong_keys=MANY), clock)
    routes = [web.get("/api", guarded), web.get("/page", signing_in)]
    async with EmbeddedBus(None) as bus:
        application = create_application(
            bus,
            routes,
            refused,
            proxies=TrustedProxies.parse("127.0.0.1"),
            limits=limits,
        )
        async with TestClient(TestServer(application)) as client:
            yield client


async def asked(client: Client, path: str, address: str, **headers: str) -> tuple[int, str]:
    """Status and Retry-After."""
    headers["X-Forwarded-For"] = address
    async with client.get(path, headers=headers) as answer:
        await answer.read()
        return answer.status, answer.headers.get("Retry-After", "")


async def test_wrong_keys_are_answered_429_until_their_minute_is_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, refused = FakeClock(), Counter[str]()
    async with serving(clock, refused) as client:
        for _ in range(MANY):
            assert await asked(client, "/api", "192.0.2.1", Authorization="no") == (401, "")
        clock.pass_time(20)
        with caplog.at_level(logging.WARNING):
            for _ in range(MORE):
                answer = await asked(client, "/api", "192.0.2.1", Authorization="no")
                assert answer == (429, "40")
        clock.pass_time(KEY_WINDOW_S - 20)
        assert await asked(client, "/api", "192.0.2.1", Authorization="no") == (401, "")
    assert refused == {"wrong_key": MANY + 1, "too_many_wrong_keys": MORE}
    [record] = [one for one in caplog.records if one.name == "broadcaster.web.limits"]
    assert record.getMessage() == "192.0.2.1 sends wrong keys and is refused for 40 s"


async def test_the_answer_is_in_our_form_and_pages_elsewhere_can_read_it() -> None:
    async with serving(FakeClock(), Counter()) as client:
        for _ in range(MANY):
            assert await asked(client, "/api", "192.0.2.1", Authorization="no") == (401, "")
        headers = {"Authorization": "no", "X-Forwarded-For": "192.0.2.1"}
        async with client.get("/api", headers=headers) as answer:
            body = await answer.json()
        assert answer.status == 429
        assert body["error"] == "too_many_wrong_keys"
        assert body["message"]
        assert body["hint"]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("address", ["192.0.2.1", "192.0.2.2", "2001:db8::1"])
@pytest.mark.parametrize("wrong", ["/api", "/page?token=no"])
async def test_a_flood_of_wrong_keys_locks_nobody_out(address: str, wrong: str) -> None:
    """Neither another address, nor an organizer at the same one."""
    async with serving(FakeClock(), Counter()) as client:
        for _ in range(MORE):
            await asked(client, wrong, "192.0.2.1", Authorization="no")
            assert await asked(client, "/api", address, Authorization=KEY) == (200, "")
            assert await asked(client, "/api", address, Cookie=f"key={KEY}") == (200, "")
            assert await asked(client, f"/page?token={KEY}", address) == (200, "")
        assert (await asked(client, wrong, "192.0.2.1", Authorization="no"))[0] == 429


async def test_an_ipv6_client_cannot_change_its_address_to_guess_on() -> None:
    async with serving(FakeClock(), Counter()) as client:
        answers = [
            await asked(client, "/api", f"2001:db8:1:2::{number}", Authorization="no")
            for number in range(1, MANY + 2)
        ]
        assert [status for status, _ in answers] == [401] * MANY + [429]
        assert (await asked(client, "/api", "2001:db8:1:3::1", Authorization="no"))[0] == 401


async def test_a_page_says_429_too_and_is_counted() -> None:
    refused = Counter[str]()
    async with serving(FakeClock(), refused) as client:
        for _ in range(MANY):
            assert await asked(client, "/page?token=no", "192.0.2.1") == (401, "")
        assert await asked(client, "/page?token=no", "192.0.2.1") == (429, "60")
    assert refused == {"too_many_wrong_keys": 1}


async def test_a_request_without_a_key_is_no_guess() -> None:
    async with serving(FakeClock(), Counter()) as client:
        for _ in range(MORE):
            assert await asked(client, "/api", "192.0.2.1") == (401, "")
