"""The desk's stream: a snapshot, then changes, for any number of pages and of events."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from broadcaster.bus import open_bus
from broadcaster.desk import feed
from broadcaster.desk.board import Board
from broadcaster.model import keys
from broadcaster.model.event import Channel, Event, EventState
from tests.desk.feed_page import page
from tests.support.deadline import deadline
from tests.support.redis_server import RedisServer
from tests.support.server import Server, running_server

MANY = 150


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with running_server(tmp_path) as running:
        yield running


async def test_a_page_gets_everything_and_then_what_changes(server: Server) -> None:
    await server.create("es", state="open")
    async with page(server) as desk, page(server) as other:
        for one in (desk, other):
            await one.until("ready")
            async with server.http.get("/api/events/talk") as answer:
                assert one.events == {"talk": await answer.json()}
        for change in ({"title": "Another"}, {"state": "live"}):
            async with server.http.patch("/api/events/talk", json=change) as answer:
                changed = await answer.json()
            for one in (desk, other):
                await one.until("event")
                assert one.events["talk"] == changed
        await server.create("fr", id="second", state="open")
        await desk.until("event")
        assert set(desk.events) == {"talk", "second"}
        async with server.http.delete("/api/events/second") as answer:
            assert answer.status == 204
        await desk.until("deleted")
        assert set(desk.events) == {"talk"}


async def test_what_is_measured_comes_by_itself(server: Server) -> None:
    await server.create("es")
    async with page(server) as desk:
        await desk.until("status")
        async with server.http.get("/api/events/talk/status") as answer:
            assert desk.statuses["talk"].keys() == (await answer.json()).keys()
        while not desk.store:
            await desk.message()
        assert desk.store["ready"]


async def test_a_page_that_comes_back_gets_only_what_it_missed(server: Server) -> None:
    await server.create("es", state="closed")
    await server.create("es", id="second", state="closed")
    async with page(server) as desk:
        await desk.until("ready")
    async with server.http.patch("/api/events/talk", json={"title": "Another"}):
        pass
    async with server.http.delete("/api/events/second"):
        pass
    async with page(server, desk.last_id) as again:
        await again.until("ready")
        assert [kind for kind in again.kinds if kind not in {"log", "store"}] == [
            "event",
            "deleted",
            "ready",
        ]
        assert again.events["talk"]["title"] == "Another"


@pytest.mark.parametrize("last_id", ["nonsense", "00000000-1", "{feed}-999999", "{feed}-x"])
async def test_an_id_that_is_not_known_begins_from_scratch(server: Server, last_id: str) -> None:
    await server.create("es", state="closed")
    async with page(server) as desk:
        await desk.until("ready")
    own = last_id.replace("{feed}", desk.last_id.partition("-")[0])
    async with page(server, own) as again:
        await again.until("ready")
        assert again.kinds[0] == "reset"
        assert set(again.events) == {"talk"}


async def test_too_many_missed_deletions_begin_from_scratch(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST_DELETED", 2)
    async with page(server) as desk:
        await server.create("es", id="first", state="closed")
        await desk.until("event")
        known = desk.last_id
        for number in range(4):
            await server.create("es", id=f"talk-{number}", state="closed")
            async with server.http.delete(f"/api/events/talk-{number}"):
                await desk.until("deleted")
    async with page(server, known) as again:
        await again.until("ready")
        assert again.kinds[0] == "reset"
        assert set(again.events) == {"first"}


async def test_with_many_events_a_page_is_told_what_changes_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    snapshot = Board.snapshot

    def noted(self: Board, event: Event, spent_usd: dict[str, float]) -> dict[str, Any]:
        asked.append(event.id)
        return snapshot(self, event, spent_usd)

    monkeypatch.setattr(Board, "snapshot", noted)
    # A stage key in clear would be sealed at the start, which is a change.
    event = Event("talk-0", "A talk", EventState.OPEN, (Channel("es"),), "", code="K7F2QX")
    async with open_bus(None, tmp_path) as bus:
        for number in range(MANY):
            one = replace(event, id=f"talk-{number}")
            await bus.put(keys.event_record(one.id), one.to_json())
    async with running_server(tmp_path) as server:
        async with page(server) as first, page(server) as second:
            for desk in (first, second):
                await desk.until("ready")
                assert len(desk.events) == MANY
            while len(first.statuses) < MANY:
                await first.message()
            before, told = len(asked), len(first.kinds)
            async with server.http.patch("/api/events/talk-7", json={"title": "Another"}):
                await first.until("event")
            assert first.kinds[told:].count("event") == 1
            assert "status" not in first.kinds[told:]  # nothing is measured, so nothing changes
            while len(asked) < before + MANY:
                await asyncio.sleep(0.05)
            # One question about each event in a round, although two pages are open.
            rounds = len(asked) / MANY
            assert asked.count("talk-7") <= rounds + 1
        assert first.events["talk-7"]["title"] == "Another"


async def test_strangers_get_no_stream(server: Server) -> None:
    async with aiohttp.ClientSession(server.url) as stranger:
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            async with stranger.get("/api/changes", headers=headers) as answer:
                assert answer.status == 401


@pytest.mark.redis
async def test_the_desks_of_two_processes_see_each_others_changes(tmp_path: Path) -> None:
    redis = RedisServer(tmp_path)
    await asyncio.to_thread(redis.start)
    try:
        async with (
            running_server(tmp_path / "one", redis_url=redis.url) as one,
            running_server(tmp_path / "other", redis_url=redis.url) as other,
            page(other) as desk,
        ):
            await desk.until("ready")
            await one.create("es")
            while desk.events.get("talk", {}).get("state") != "live":
                await desk.until("event")
            await one.move("closed")
            await desk.until("event")
            assert desk.events["talk"]["state"] == "closed"
            async with one.http.delete("/api/events/talk") as answer:
                assert answer.status == 204
            await desk.until("deleted")
            assert desk.events == {}
    finally:
        await asyncio.to_thread(redis.stop)


WATER = {"id": "water", "title": "Water", "time_zone": "Europe/Berlin", "rooms": ["Hall"]}


async def told(answer: aiohttp.ClientResponse, kind: str) -> dict[str, Any]:
    """The next message of a kind."""
    async with deadline():
        async for line in answer.content:
            if line == f"event: {kind}\n".encode():
                data = await answer.content.readline()
                found: dict[str, Any] = json.loads(data.removeprefix(b"data: "))
                return found
    raise AssertionError("the stream has ended")


async def test_conferences_are_told_as_they_come_change_and_go(server: Server) -> None:
    async with (
        server.http.get("/api/changes") as desk,
        server.http.get("/api/changes?only=conferences") as page_of_conferences,
    ):
        assert desk.status == page_of_conferences.status == 200
        async with server.http.post("/api/conferences", json=WATER) as answer:
            made = await answer.json()
        for stream in (desk, page_of_conferences):
            assert await told(stream, "conference") == made
        change = {"title": "Water for cities"}
        async with server.http.patch("/api/conferences/water", json=change) as answer:
            assert answer.ok
        for stream in (desk, page_of_conferences):
            assert (await told(stream, "conference"))["title"] == "Water for cities"
        async with server.http.get("/api/changes?only=conferences") as later:
            assert (await told(later, "conference"))["id"] == "water"
        async with server.http.delete("/api/conferences/water") as answer:
            assert answer.ok
        for stream in (desk, page_of_conferences):
            assert await told(stream, "conference_deleted") == {"id": "water"}
    async with server.http.get("/api/changes?only=events") as answer:
        assert (answer.status, (await answer.json())["error"]) == (422, "bad_request")


async def test_a_technician_is_told_the_name_of_their_conference_alone(server: Server) -> None:
    for conference in (WATER, {**WATER, "id": "fire", "title": "Fire"}):
        async with server.http.post("/api/conferences", json=conference) as answer:
            assert answer.ok
    await server.create("es", state="open")
    token = {"name": "Ana", "role": "technician", "scopes": ["event:talk"]}
    async with server.http.post("/api/tokens", json=token) as answer:
        secret = (await answer.json())["token"]
    headers = {"Authorization": f"Bearer {secret}"}
    async with server.http.get("/api/changes", headers=headers) as stream:
        change = {"conference": "water"}
        async with server.http.patch("/api/events/talk", json=change) as answer:
            assert answer.ok
        names = await told(stream, "conference")
        assert {**WATER, "version": names["version"]} == names
