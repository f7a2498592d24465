"""The log of an event: actions with their actors, kept within bounds, deleted with the event."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from broadcaster.bus import open_bus
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.desk.erasure import EventEraser
from broadcaster.desk.journal import entries
from broadcaster.desk.journal.entries import JournalRecord
from broadcaster.desk.journal.journal import Journal
from broadcaster.model import keys
from broadcaster.model.clock import SystemClock
from broadcaster.model.event import Channel, Event, EventState
from tests.desk.feed_page import page
from tests.support.clock import FakeClock
from tests.support.redis_server import RedisServer
from tests.support.server import Server, running_server

SPANISH = {"tag": "es", "interpreter": "converse", "always": True}


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with running_server(tmp_path) as running:
        yield running


async def told(server: Server, query: str = "", status: int = 200) -> Any:
    async with server.http.get(f"/api/events/talk/log{query}") as answer:
        assert answer.status == status
        return await answer.json()


async def test_the_log_says_who_did_what(server: Server) -> None:
    await server.create("es", "fr")  # and takes it live
    for change in (
        {"title": "Another", "passcode": "Water-24"},
        {"languages": [SPANISH, "de"]},
        {"languages": [{**SPANISH, "providers": ["local", "openai"]}, "de"]},
        {"new_stage_key": True},
        {"downloads": False},
    ):
        async with server.http.patch("/api/events/talk", json=change) as answer:
            assert answer.status == 200
    for path in ("channels/es/restart", "channels/floor/restart", "pause", "pause"):
        async with server.http.post(f"/api/events/talk/{path}") as answer:
            assert answer.status == 200
    log = await told(server)
    assert (log["before"], log["dropped"]) == (None, 0)
    entries = log["entries"][::-1]
    assert [entry["number"] for entry in entries] == list(range(1, len(entries) + 1))
    assert {entry["actor"] for entry in entries} == {"organizer"}
    assert [(entry["what"], entry["values"]) for entry in entries] == [
        ("event_created", {"state": "open"}),
        ("state_changed", {"before": "open", "after": "live"}),
        ("event_edited", {"fields": ["title", "passcode"]}),
        ("channel_removed", {"channel": "fr"}),
        ("interpreter_switched", {"channel": "es", "before": "auto", "after": "converse"}),
        ("always_on_changed", {"channel": "es", "always": True}),
        ("channel_added", {"channel": "de", "interpreter": "auto"}),
        ("services_changed", {"channel": "es", "services": ["local", "openai"]}),
        ("stage_key_replaced", {}),
        ("booth_restarted", {"channel": "es"}),
        ("booth_restarted", {"channel": "floor"}),
        ("state_changed", {"before": "live", "after": "paused"}),
    ]
    assert "Water-24" not in str(log)


async def test_a_log_is_read_in_pages(server: Server) -> None:
    await server.create("es")
    await server.move("paused")
    newest = await told(server, "?limit=2")
    assert [entry["number"] for entry in newest["entries"]] == [3, 2]
    older = await told(server, f"?limit=2&before={newest['before']}")
    assert ([entry["number"] for entry in older["entries"]], older["before"]) == ([1], None)
    for wrong in ("?limit=0", "?limit=many", "?before=-1", "?before=1e3", "?limit=%C2%B2"):
        assert (await told(server, wrong, 422))["error"] == "bad_request"
    async with server.http.get("/api/events/none/log") as answer:
        assert answer.status == 404
    async with server.http.get("/api/log") as answer:
        assert (await answer.json())["entries"] == []


async def test_an_open_page_is_told_what_is_noted(server: Server) -> None:
    await server.create("es")
    async with page(server) as desk:
        await desk.until("ready")
        async with server.http.patch("/api/events/talk", json={"title": "Another"}):
            pass
        while [one["what"] for one in desk.logs.get("talk", [])][:1] != ["event_edited"]:
            await desk.message()


async def test_the_oldest_entries_are_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "MOST_ENTRIES", 5)
    async with EmbeddedBus(None) as bus:
        journal = Journal(bus, FakeClock(1_000.0))
        for number in range(8):
            await journal.note("talk", "tried", values={"number": number})
        log = await journal.read("talk")
        assert [entry.number for entry in log.entries] == [4, 5, 6, 7, 8]
        assert log.dropped == 3
        assert JournalRecord.from_json(log.to_json()) == log


async def test_what_one_actor_repeats_is_counted() -> None:
    async with EmbeddedBus(None) as bus:
        clock = FakeClock(1_000.0)
        journal = Journal(bus, clock)
        for actor in ("ana", "ana", "ben", "ana"):
            await journal.note(None, "signed_in", actor)
        clock.seconds += entries.REPEATED_MS / 1000
        await journal.note(None, "signed_in", "ana")
        log = await journal.read(None)
        assert [(entry.actor, entry.times) for entry in log.entries] == [
            ("ana", 2),
            ("ben", 1),
            ("ana", 1),
            ("ana", 1),
        ]
        assert JournalRecord.from_json(log.to_json()) == log


async def test_nobody_pushes_out_what_others_did(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "MOST_ENTRIES", 6)
    async with EmbeddedBus(None) as bus:
        journal = Journal(bus, FakeClock(1_000.0))
        for actor in ("ana", "ben"):
            await journal.note("talk", "tried", actor)
        for number in range(20):
            await journal.note("talk", "tried", "eve", {"number": number})
        log = await journal.read("talk")
        assert [entry.actor for entry in log.entries] == ["ana", "ben", *["eve"] * 4]
        assert [entry.number for entry in log.entries] == [1, 2, 19, 20, 21, 22]
        assert log.dropped == 16


async def test_long_values_are_cut() -> None:
    async with EmbeddedBus(None) as bus:
        journal = Journal(bus, FakeClock(1_000.0))
        await journal.note(None, "tried", "a" * 999, {"text": "b" * 999, "list": ("c" * 999,) * 99})
        (entry,) = (await journal.read(None)).entries
        assert len(entry.actor) == len(str(entry.values["text"])) == entries.LONGEST_TEXT
        assert entry.values["list"] == ("c" * entries.LONGEST_TEXT,) * entries.MOST_ITEMS


async def test_a_log_that_cannot_be_read_is_begun_again() -> None:
    async with EmbeddedBus(None) as bus:
        await bus.put(keys.log_record("talk"), b'{"entries": 5}')
        journal = Journal(bus, FakeClock(1_000.0))
        await journal.note("talk", "tried")
        assert len((await journal.read("talk")).entries) == 1


@pytest.mark.redis
async def test_writers_of_two_processes_lose_nothing(tmp_path: Path) -> None:
    redis = RedisServer(tmp_path)
    await asyncio.to_thread(redis.start)
    try:
        async with open_bus(redis.url, tmp_path) as one, open_bus(redis.url, tmp_path) as other:
            journals = [Journal(bus, SystemClock()) for bus in (one, other)]

            async def write(journal: Journal, actor: str) -> None:
                for number in range(20):
                    await journal.note("talk", "tried", actor, {"number": number})

            await asyncio.gather(write(journals[0], "one"), write(journals[1], "other"))
            log = await journals[0].read("talk")
            assert [entry.number for entry in log.entries] == list(range(1, 41))
    finally:
        await asyncio.to_thread(redis.stop)


async def test_the_log_is_deleted_with_the_event() -> None:
    async with EmbeddedBus(None) as bus:
        clock = FakeClock(1_000.0)
        event = Event("talk", "A talk", EventState.CLOSED, (Channel("es"),), "")
        version = await bus.put(keys.event_record("talk"), event.to_json())
        await Journal(bus, clock).note("talk", "tried")
        await EventEraser(bus, clock).delete(event, version)
        assert await bus.records(keys.LOG_RECORDS) == []
