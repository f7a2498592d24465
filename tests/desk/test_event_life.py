"""An event's life by the API: every action in every state, edits, deletion, retention, copies."""

import asyncio
import dataclasses
import json
import re
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from broadcaster.bus import DATABASE, open_bus
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.desk import erasure
from broadcaster.desk.bodies import EventChange, NewEvent
from broadcaster.desk.erasure import EventEraser
from broadcaster.desk.events import Events
from broadcaster.errors import UnknownEvent
from broadcaster.model import keys
from broadcaster.model.announcements import announcement_keys
from broadcaster.model.caption import Caption
from broadcaster.model.check import check_keys
from broadcaster.model.check.trial import TrialRecord
from broadcaster.model.consoles import console_keys
from broadcaster.model.consoles.on_air import OnAir
from broadcaster.model.event import ACTIONS, Channel, Event, EventAction, EventState
from broadcaster.model.ports import Bus, Retained
from broadcaster.model.review.revised_caption import RevisedCaption
from broadcaster.model.spending.spent import Account, Spent
from broadcaster.stage_keys import StageKeyring
from tests.support.clock import FakeClock
from tests.support.redis_server import RedisServer
from tests.support.server import Server, running_server

NEW: dict[str, Any] = {"id": "talk", "title": "A talk", "languages": ["es", "fr"]}
SECRET_WORDS = "the sluice opens at dawn"


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with running_server(tmp_path) as running:
        yield running


async def call(
    server: Server, method: str, path: str = "/api/events/talk", status: int = 200, **options: Any
) -> Any:
    async with server.http.request(method, path, **options) as answer:
        body = await answer.json() if answer.status != 204 else None
        assert answer.status == status, body
    return body


@pytest.mark.parametrize("state", [one for one in EventState if one is not EventState.DELETED])
async def test_every_action_in_every_state(tmp_path: Path, state: EventState) -> None:
    async with open_bus(None, tmp_path) as bus:
        for action in EventAction:
            event = Event(f"talk-{action}", "A talk", state, (Channel("es"),), "key", code="K7F2QX")
            await bus.put(keys.event_record(event.id), event.to_json())
    async with running_server(tmp_path) as server:
        for action in EventAction:
            before, target = ACTIONS[action]
            path = f"/api/events/talk-{action}"
            possible = state in before or state is target
            if action is EventAction.DELETE:
                await call(server, "DELETE", path, 204 if possible else 409)
                await call(server, "GET", path, 404 if possible else 200)
                continue
            body = await call(server, "POST", f"{path}/{action}", 200 if possible else 409)
            if possible:
                assert body["state"] == target
            else:
                assert body["error"] == "wrong_state"
                assert (await call(server, "GET", path))["state"] == state


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": None, "languages": []},
        {"title": "a\0"},
        {"state": "deleted"},
        {"state": "over"},
        {"languages": [{"tag": "es", "voice": "a voice"}]},
        {"languages": [{"tag": "es", "voice": "v" * 41}]},
        {"languages": [{"tag": "es", "interpreter": "magic"}]},
        {"languages": [{"tag": "es", "standby": "asleep"}]},
        {"languages": [{"tag": "es", "takeover_silence_s": 2}]},
        {"languages": [{"tag": "es", "takeover_silence_s": 121}]},
        {"languages": [{"tag": "es", "relay_from": "klingon"}]},
        {"languages": [{"tag": "es", "providers": ["Open AI"]}]},
        {"languages": [{"tag": "es", "providers": ["openai"] * 9}]},
        {"languages": [{"tag": "es", "relay_from": "fr"}]},
        {"languages": [{"tag": "es", "relay_from": "es"}]},
        {"languages": [{"tag": "es", "relay_from": "fr"}, {"tag": "fr", "relay_from": "es"}]},
        {"languages": [{"tag": "es", "restarts": 5}]},
        {"languages": ["klingon"]},
        {"source_language": "klingon"},
        {"ends_at": "soon"},
        {"ends_at": "2026-11-27T14:00:00"},
        {"ends_at": "9999-12-31T23:59:00-12:00"},
        {"starts_at": "2026-11-27T14:00:00Z", "ends_at": "2026-11-27T14:00:00Z"},
        {"notice_translations": {"es": ""}},
        {"notice_translations": {"klingon": "Lunch"}},
        {"ai_notice_translations": {"klingon": "AI"}},
        {"ai_notice_translations": {"es": ""}},
        {"notice_translations": {"es": "a" * 301}},
        {"notice_translations": ["Lunch"]},
        {"notice_translations": None},
        {"retention_days": 0},
        {"retention_days": 3651},
        {"retention_days": 1.5},
        {"retention_days": "long"},
        {"closed_at_ms": 5},
        {"version": 5},
    ],
    ids=lambda wrong: json.dumps(wrong)[:60],
)
async def test_a_bad_value_changes_nothing(server: Server, wrong: dict[str, Any]) -> None:
    before = await call(server, "POST", "/api/events", 201, json=NEW)
    refused = await call(server, "PATCH", status=422, json=wrong)
    assert refused["error"] in {"bad_request", "bad_relay", "unknown_language", "bad_schedule"}
    assert refused["message"]
    assert refused["hint"]
    assert await call(server, "GET") == before


async def test_everything_can_be_changed_while_the_event_is_live(server: Server) -> None:
    await server.create("es", "fr")
    change = {
        "title": "Another title",
        "languages": [
            {"tag": "de", "interpreter": "converse", "voice": "cedar", "providers": ["openai"]},
            {"tag": "es", "standby": "cold", "takeover_silence_s": 5.5, "relay_from": "DE"},
        ],
        "glossary": [{"text": "sluice", "translations": {"es": "esclusa"}}],
        "starts_at": "2026-11-27T13:00:00Z",
        "ends_at": "2026-11-27T14:00:00Z",
        "notice": "Lunch",
        "notice_translations": {"ES": "Comida"},
        "ai_notice": "A machine interprets.",
        "ai_notice_translations": {"ES": "Interpreta una máquina."},
        "passcode": "Water-24",
        "retention_days": 30,
    }
    event = await call(server, "PATCH", json=change)
    assert [(one["tag"], one["voice"]) for one in event["languages"]] == [
        ("de", "cedar"),
        ("es", None),
    ]
    assert [one["relay_from"] for one in event["languages"]] == [None, "de"]
    assert [one["providers"] for one in event["languages"]] == [["openai"], []]
    assert [(one["standby"], one["takeover_silence_s"]) for one in event["languages"]] == [
        ("warm", 8.0),
        ("cold", 5.5),
    ]
    assert event["notice_translations"] == {"es": "Comida"}
    assert event["ai_notice_translations"] == {"es": "Interpreta una máquina."}
    assert (event["retention_days"], event["delete_at"]) == (30, None)
    assert event["ends_at"] == "2026-11-27T14:00:00Z"
    info = await call(server, "GET", "/e/talk/info", headers={"Authorization": "Bearer Water-24"})
    assert [channel["id"] for channel in info["channels"]] == ["floor", "de", "es"]
    closed = await call(server, "POST", "/api/events/talk/close")
    assert closed["delete_at"] is not None


async def test_of_two_desks_the_second_learns_that_it_read_an_old_event(server: Server) -> None:
    event = await call(server, "POST", "/api/events", 201, json=NEW)
    guard = {"If-Match": f'"{event["version"]}"'}
    first = await call(server, "PATCH", json={"title": "First"}, headers=guard)
    for method, path, options in (
        ("PATCH", "", {"json": {"title": "Second"}}),
        ("POST", "/live", {}),
        ("POST", "/close", {}),
        ("POST", "/channels/es/restart", {}),
        ("DELETE", "", {}),
    ):
        refused = await call(
            server, method, f"/api/events/talk{path}", 412, headers=guard, **options
        )
        assert refused["error"] == "version_conflict"
    assert await call(server, "GET") == first
    guard = {"If-Match": f'"{first["version"]}"'}
    await call(server, "DELETE", status=204, headers=guard)


async def test_changes_of_two_desks_at_once_are_both_kept(server: Server) -> None:
    await call(server, "POST", "/api/events", 201, json=NEW)
    changes: list[dict[str, Any]] = [{"title": "Another"}, {"downloads": True}, {"notice": "Soon"}]
    await asyncio.gather(*(call(server, "PATCH", json=change) for change in changes))
    event = await call(server, "GET")
    assert all(change.items() <= event.items() for change in changes)


async def test_a_pause_has_a_notice_in_the_languages_of_the_audience(server: Server) -> None:
    await server.create("es", "fr", notice="Welcome")
    notice = {"text": "Back at 3", "translations": {"ES": "A las 3"}}
    paused = await call(server, "POST", "/api/events/talk/pause", json={"notice": notice})
    assert paused["pause_notice"] == {"text": "Back at 3", "translations": {"es": "A las 3"}}
    for channel, text in (("es", "A las 3"), ("fr", "Back at 3"), ("floor", "Back at 3")):
        polled = await call(server, "GET", f"/e/talk/poll/{channel}")
        assert polled["state"]["notice"] == text
    notice = {"text": "Back at 4"}
    again = await call(server, "POST", "/api/events/talk/pause", json={"notice": notice})
    assert again["pause_notice"] == {"text": "Back at 4", "translations": {}}
    resumed = await call(server, "POST", "/api/events/talk/resume")
    assert (resumed["pause_notice"], resumed["notice"]) == (None, "Welcome")


@pytest.mark.parametrize(
    "wrong",
    [
        {"notice": "Back at 3"},
        {"notice": {"text": ""}},
        {"notice": {"text": "a", "translations": {"klingon": "b"}}},
        {"notice": {"text": "a", "translations": {"es": ""}}},
        {"note": {}},
        [],
    ],
)
async def test_a_bad_notice_pauses_nothing(server: Server, wrong: Any) -> None:
    await server.create("es")
    await call(server, "POST", "/api/events/talk/pause", 422, json=wrong)
    assert (await call(server, "GET"))["state"] == "live"


async def test_an_address_cannot_be_guessed_from_the_title(server: Server) -> None:
    new = {"title": "Opening keynote", "languages": ["es"]}
    ids = {(await call(server, "POST", "/api/events", 201, json=new))["id"] for _ in range(5)}
    assert len(ids) == 5
    assert all(re.fullmatch(r"opening-keynote-[0-9a-hjkmnp-tv-z]{6}", one) for one in ids)
    longest = await call(server, "POST", "/api/events", 201, json={**new, "title": "A" * 120})
    assert len(longest["id"]) == 48
    own = await call(server, "POST", "/api/events", 201, json={**new, "id": "keynote"})
    assert own["id"] == "keynote"


async def test_a_copy_has_the_options_and_none_of_the_links(server: Server) -> None:
    event = await server.create(
        "es",
        passcode="Water-24",
        starts_at="2026-11-27T13:00:00Z",
        retention_days=7,
        glossary=[{"text": "sluice", "translations": {"es": "esclusa"}}],
    )
    copy = await call(server, "POST", "/api/events/talk/duplicate", 201)
    same = ("languages", "glossary", "passcode", "retention_days", "source_captions")
    assert {name: copy[name] for name in same} == {name: event[name] for name in same}
    assert (copy["title"], copy["state"], copy["starts_at"]) == ("A talk (copy)", "draft", None)
    for name in ("id", "code", "stage_key", "links"):
        assert copy[name] != event[name]
    passcode = {"passcode": "Water-24"}
    await call(server, "POST", f"/api/events/{copy['id']}/open")
    token = await call(server, "POST", "/e/talk/pass", json=passcode)
    assert token != await call(server, "POST", f"/e/{copy['id']}/pass", json=passcode)
    named = {"title": "Day 2", "id": "day-2"}
    second = await call(server, "POST", "/api/events/talk/duplicate", 201, json=named)
    assert named.items() <= second.items()
    await call(server, "POST", "/api/events/talk/duplicate", 409, json=named)
    await call(server, "POST", "/api/events/talk/duplicate", 422, json={"id": "Bad Id"})
    await call(server, "POST", "/api/events/none/duplicate", 404)


async def test_restarting_a_booth_is_written_down(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        await server.create("es", "fr")
        for channel in ("es", "es", "floor"):
            await call(server, "POST", f"/api/events/talk/channels/{channel}/restart")
        refused = await call(server, "POST", "/api/events/talk/channels/de/restart", 404)
        assert refused["error"] == "unknown_channel"
        await call(server, "PATCH", json={"languages": ["fr", "es"]})
    async with open_bus(None, tmp_path) as bus:
        record = await bus.get(keys.event_record("talk"))
        assert record is not None
        event = Event.from_json(record.value)
    assert {one.language: one.restarts for one in event.channels} == {"fr": 0, "es": 2}
    assert event.floor_restarts == 1


async def test_attendees_do_not_see_an_archived_event(server: Server) -> None:
    event = await server.create("es")
    for step in ("close", "archive"):
        await call(server, "POST", f"/api/events/talk/{step}")
    for path in ("/e/talk/info", "/e/talk/poll/es", f"/{event['code']}", "/e/talk/audio/es"):
        await call(server, "GET", path, 404)
    await call(server, "POST", "/api/events/talk/reopen")
    assert (await call(server, "GET", "/e/talk/info"))["state"] == "open"


async def fill(bus: Bus, event_id: str) -> None:
    """Everything that the stages store about an event."""
    for channel in ("es", "fr", "floor", "it"):  # the event had Italian once
        for number in range(3):
            caption = Caption(f"{channel}-{number}", channel, 0, 9, SECRET_WORDS, final=True)
            await bus.append(keys.captions(event_id, channel), caption.to_json())
        await bus.put(keys.progress_record(event_id, channel), b'{"done_until": 5}')
        revised = Caption(f"{channel}-1", channel, 0, 9, SECRET_WORDS, final=True, revision=1)
        record = keys.review_record(event_id, revised.id)
        await bus.put(record, RevisedCaption(revised, SECRET_WORDS, ("first",)).to_json())
        await bus.put(console_keys.on_air_record(event_id, channel), OnAir("token").to_json())
    await bus.put(keys.spent_record(event_id), Spent({"es": Account(1.0, 0.5)}).to_json())
    await bus.put(check_keys.trial_record(event_id), TrialRecord("1", 0).to_json())
    await bus.put(keys.replacements_record(event_id), SECRET_WORDS.encode())
    await bus.put(announcement_keys.announcements_record(event_id), SECRET_WORDS.encode())
    await bus.put(announcement_keys.translation_record(event_id), b"0123")
    await bus.put(keys.screens_record(event_id), b"{}")
    for channel in ("es", "it"):
        await bus.put(console_keys.console_record(event_id, channel), b'{"messages": []}')
    await bus.put(console_keys.slow_down_record(event_id), b"{}")
    await bus.append(keys.samples(event_id), b'{"samples": []}')
    lost_code = keys.code_record(f"of-{event_id}")  # two changes at once had taken two
    await bus.put(lost_code, event_id.encode())
    bus.retain(keys.floor_pcm(event_id), Retained(1, SECRET_WORDS.encode()))
    bus.retain(console_keys.interpreter_pcm(event_id, "es"), Retained(1, SECRET_WORDS.encode()))


async def create(bus: Bus, clock: FakeClock, **more: Any) -> Event:
    events = Events(bus, clock, StageKeyring(["x" * 32]))
    stored = await events.create(NewEvent.model_validate({**NEW, **more}))
    return stored.event


def names_in(database: Path) -> set[str]:
    """Names of all streams and records of a database."""
    connection = sqlite3.connect(database)
    try:
        rows = connection.execute("SELECT stream FROM entries UNION SELECT name FROM records")
        return {name for (name,) in rows}
    finally:
        connection.close()


def bytes_in(folder: Path) -> bytes:
    """All files of a folder."""
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_nothing_of_a_deleted_event_is_left_in_the_database(tmp_path: Path) -> None:
    clock = FakeClock(1_000_000.0)
    database = tmp_path / DATABASE
    async with EmbeddedBus(database, clock=clock) as bus:
        events = Events(bus, clock, StageKeyring(["x" * 32]))
        event = await create(bus, clock, title="The talk about the sluice", passcode="Water-24")
        await create(bus, clock, id="talk-2")
        await fill(bus, "talk")
        await fill(bus, "talk-2")
        await events.delete("talk")
        with pytest.raises(UnknownEvent):
            await events.get("talk")
        assert [stored.event.id for stored in await events.list()] == ["talk-2"]
        of_talk = {name for name in names_in(database) if re.search(r"\btalk(?!-2)", name)}
        assert of_talk == {"event.talk"}  # it tells the stages; nothing else is in it
        # A booth that was still finishing its sentence:
        await bus.append(keys.captions("talk", "es"), b"late")
        await bus.put(keys.spent_record("talk"), b"{}")
        clock.pass_time(erasure.TOMBSTONE_S + 1)
        await EventEraser(bus, clock).sweep()
        left = names_in(database)
        assert not {name for name in left if re.search(r"\btalk(?!-2)", name)}
        assert f"code.{event.code}" not in left
        assert keys.captions("talk-2", "es") in left
        assert "code.of-talk-2" in left
    written = bytes_in(tmp_path)
    assert b"The talk about the sluice" not in written
    assert b"Water-24" not in written


async def test_the_words_of_a_deleted_event_are_not_in_the_file(tmp_path: Path) -> None:
    clock = FakeClock(1_000_000.0)
    async with EmbeddedBus(tmp_path / DATABASE, clock=clock) as bus:
        await create(bus, clock)
        await fill(bus, "talk")
        assert SECRET_WORDS.encode() in bytes_in(tmp_path)
        await Events(bus, clock, StageKeyring(["x" * 32])).delete("talk")
        assert SECRET_WORDS.encode() not in bytes_in(tmp_path)


async def keys_in(redis: RedisServer) -> set[bytes]:
    """All keys that name the event."""
    reply = await asyncio.to_thread(redis.command, "KEYS", "*talk*")
    return {word for word in reply.split() if word.startswith(b"broadcaster")}


@pytest.mark.redis
async def test_nothing_of_a_deleted_event_is_left_in_redis(tmp_path: Path) -> None:
    redis = RedisServer(tmp_path)
    await asyncio.to_thread(redis.start)
    clock = FakeClock(1_000_000.0)
    try:
        async with open_bus(redis.url, tmp_path) as bus:
            events = Events(bus, clock, StageKeyring(["x" * 32]))
            await create(bus, clock, title="The talk about the sluice")
            await fill(bus, "talk")
            while not await bus.retained(keys.floor_pcm("talk"), 0):
                await asyncio.sleep(0.01)
            await events.delete("talk")
            assert await keys_in(redis) == {b"broadcaster:0:record:event.talk"}
            clock.pass_time(erasure.TOMBSTONE_S + 1)
            await EventEraser(bus, clock).sweep()
            assert await keys_in(redis) == set()
            names = ("ZRANGE", "broadcaster:0:records", "0", "-1")
            left = await asyncio.to_thread(redis.command, *names)
            assert left == b"*1\r\n$5\r\nlog.-\r\n"  # says that an event was deleted
    finally:
        await asyncio.to_thread(redis.stop)


async def test_the_retention_deletes_what_is_due_and_nothing_else() -> None:
    clock = FakeClock(1_000_000.0)
    async with EmbeddedBus(None, clock=clock) as bus:
        events = Events(bus, clock, StageKeyring(["x" * 32]))
        eraser = EventEraser(bus, clock)
        for event_id, days, steps in (
            ("kept", None, ["close"]),
            ("one-day", 1, ["close"]),
            ("archived", 1, ["close", "archive"]),
            ("two-days", 2, ["close"]),
            ("open", 1, []),
        ):
            await create(bus, clock, id=event_id, retention_days=days)
            for step in steps:
                await events.act(event_id, EventAction(step))
        clock.pass_time(24 * 3600 - 1)
        await eraser.sweep()
        assert len(await events.list()) == 5
        clock.pass_time(1)
        await eraser.sweep()
        assert [one.event.id for one in await events.list()] == ["kept", "open", "two-days"]
        clock.pass_time(24 * 3600)
        await eraser.sweep()
        assert [one.event.id for one in await events.list()] == ["kept", "open"]
        clock.pass_time(3600)
        await eraser.sweep()
        assert await bus.records("") == sorted(
            ["event.kept", "event.open", "log.kept", "log.open"]
            + [f"code.{one.event.code}" for one in await events.list()]
        )


async def test_a_retention_counts_from_its_change_for_an_event_that_was_closed_before() -> None:
    clock = FakeClock(1_000_000.0)
    async with EmbeddedBus(None, clock=clock) as bus:
        events = Events(bus, clock, StageKeyring(["x" * 32]))
        closed = dataclasses.replace(await create(bus, clock), state=EventState.CLOSED)
        await bus.put(keys.event_record("talk"), closed.to_json())
        stored = await events.change("talk", EventChange.model_validate({"retention_days": 1}))
        assert stored.event.closed_at_ms == clock.now_ms()


async def test_other_tasks_run_while_many_events_are_read(tmp_path: Path) -> None:
    async with open_bus(None, tmp_path) as bus:
        for number in range(200):
            event = Event(f"talk-{number}", "A talk", EventState.DRAFT, (Channel("es"),), "key")
            await bus.put(keys.event_record(event.id), event.to_json())
        events = Events(bus, FakeClock(), StageKeyring(["x" * 32]))
        reading = asyncio.create_task(events.list())
        turns = 0
        while not reading.done():
            turns += 1
            await asyncio.sleep(0)
        assert len(await reading) == 200
        assert turns >= 4
