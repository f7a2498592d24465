"""A crowd of requests begins a few at a time."""

import asyncio
from hashlib import pbkdf2_hmac

import pytest
from aiohttp import web
from pytest_aiohttp import AiohttpServer

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.web.application import create_application
from broadcaster.web.request_queue import PER_TURN, RequestQueue
from tests.support.deadline import deadline

CROWD = 400
ROUNDS = 5_000
"""Keep the loop, but not the bus, for a millisecond or two."""


async def test_a_few_requests_do_not_wait() -> None:
    turnstile = RequestQueue()
    waits = [turnstile.wait_for_turn() for _ in range(PER_TURN)]
    for wait in waits:
        try:
            wait.send(None)
        except StopIteration:
            continue
        raise AssertionError("it waited")
    await asyncio.sleep(0)


@pytest.mark.parametrize("per_turn", [PER_TURN, 1])
async def test_a_crowd_passes_a_few_at_a_time_in_order(per_turn: int) -> None:
    turnstile, passed = RequestQueue(per_turn), list[int]()

    async def ask(number: int) -> None:
        await turnstile.wait_for_turn()
        passed.append(number)

    crowd = [asyncio.create_task(ask(number)) for number in range(10 * per_turn)]
    crowd[per_turn + 1].cancel()
    before = 0
    while not all(task.done() for task in crowd):
        await asyncio.sleep(0)
        assert len(passed) - before <= per_turn
        before = len(passed)
    assert passed == [number for number in range(10 * per_turn) if number != per_turn + 1]
    await turnstile.wait_for_turn()


async def test_health_checks_do_not_wait_behind_a_crowd(aiohttp_server: AiohttpServer) -> None:
    async def busy(_request: web.Request) -> web.Response:
        return web.Response(body=pbkdf2_hmac("sha256", b"", b"", ROUNDS))

    async with EmbeddedBus(None) as bus:
        server = await aiohttp_server(create_application(bus, [web.get("/busy", busy)]))
        paths = ["/busy"] * CROWD + ["/healthz", "/readyz"]
        connections = [await asyncio.open_connection(server.host, server.port) for _ in paths]
        for (_, writer), path in zip(connections, paths, strict=True):
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        answers = [asyncio.create_task(reader.readline()) for reader, _ in connections]
        async with deadline():
            await asyncio.gather(*answers[CROWD:])
            assert sum(answer.done() for answer in answers) < CROWD / 2, "the last are the first"
            assert set(await asyncio.gather(*answers)) == {b"HTTP/1.1 200 OK\r\n"}
        for _, writer in connections:
            writer.close()
