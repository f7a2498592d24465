"""A comparison whose services do not answer, and one that nobody waits for: nothing of it stays."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from broadcaster.desk.check import trials
from broadcaster.desk.comparison import comparison, routes
from broadcaster.desk.comparison.talk_part import TalkPart, talk_part
from tests.support.deadline import deadline
from tests.support.server import Server, running_server

PATH = "/api/events/talk/comparison"
WISH = {"channel": "es", "services": ["openai", "local"]}


@pytest_asyncio.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    """A server with two services, of which none can be reached, and an event."""
    monkeypatch.setattr(trials, "LEAST_INTERVAL_S", 0.0)
    monkeypatch.setattr(comparison, "READY_S", 1.5)
    monkeypatch.setattr(comparison, "QUIET_LOOKS", 1)
    monkeypatch.setattr(routes, "talk_part", lambda: TalkPart(talk_part().sentences[:1]))
    nowhere = "local=http://127.0.0.1:9/v1"
    async with running_server(tmp_path, fallback_providers=nowhere) as running:
        await running.create("es", "en", state="open")
        yield running


async def lines(answer: aiohttp.ClientResponse) -> AsyncIterator[dict[str, Any]]:
    assert answer.status == 200, await answer.text()
    async for line in answer.content:
        yield json.loads(line)


async def status_of(server: Server, path: str) -> int:
    async with server.http.get(path) as answer:
        return answer.status


async def test_services_that_do_not_answer_are_told_and_nothing_stays(server: Server) -> None:
    async with server.http.get(PATH) as answer:
        offered = await answer.json()
    assert [one["id"] for one in offered["services"]] == ["openai", "local"]
    assert offered["services"][0]["usd_per_hour"] > 0
    assert (offered["language"], 4 < offered["seconds"] < 6) == ("en", True)
    async with server.http.post(PATH, json=WISH) as answer:
        begun, ended = [line async for line in lines(answer)]
    assert [one["service"] for one in begun["sides"]] == WISH["services"]
    hidden = [one["event"] for one in begun["sides"]]
    assert len(set(hidden)) == len(hidden)
    assert ended["result"] is None
    for side in ended["sides"]:
        assert (side["heard"], side["cost_usd"]) == (False, 0)
        assert side["reason"]
    # Their channels had the floor, without gaps and for nothing: that is no interpretation.
    measures = ended["measures"]
    assert {(one["a"], one["b"], one["better"]) for one in measures} == {(None, None, "")}
    for event in hidden:
        assert await status_of(server, f"/e/{event}/captions/es") == 404


async def test_a_client_that_leaves_ends_it(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadcaster.desk.rehearsal.alive.ALIVE_EVERY_S", 0.2)
    async with server.http.post(PATH, json=WISH) as answer:
        begun = await anext(lines(answer))
        captions = [f"/e/{one['event']}/transcript/es.txt" for one in begun["sides"]]
        async with server.http.post(PATH, json=WISH) as other:
            assert (other.status, (await other.json())["error"]) == (409, "trial_running")
        assert [await status_of(server, path) for path in captions] != [404, 404]
        answer.close()
    async with deadline():
        while [await status_of(server, path) for path in captions] != [404, 404]:
            await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("channel", "services", "status", "error"),
    [
        ("en", ["openai", "local"], 422, "bad_comparison"),
        ("es", ["openai", "qwen"], 422, "bad_comparison"),
        ("es", ["openai"], 422, "bad_request"),
        ("fr", ["openai", "local"], 404, "unknown_channel"),
    ],
)
async def test_what_cannot_be_compared_is_refused(
    server: Server, channel: str, services: list[str], status: int, error: str
) -> None:
    async with server.http.post(PATH, json={"channel": channel, "services": services}) as answer:
        assert (answer.status, (await answer.json())["error"]) == (status, error)
