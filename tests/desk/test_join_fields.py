"""The fields about the way into an event: code, passcode, planned start, sentences."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from broadcaster.bus import open_bus
from broadcaster.model import keys
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.join import code_of
from tests.support.server import Server, running_server

NEW: dict[str, Any] = {"id": "talk", "title": "A talk", "languages": ["es"]}
FIELDS: dict[str, Any] = {
    "passcode": "Water-24",
    "starts_at": "2026-11-27T14:00:00+01:00",
    "notice": "Lunch until 13:30",
    "ai_notice": "A machine interprets.",
}
SHOWN = {**FIELDS, "starts_at": "2026-11-27T13:00:00Z"}
NOTHING = dict.fromkeys(FIELDS)


async def call(
    server: Server, method: str, path: str, status: int = 200, **options: Any
) -> dict[str, Any]:
    async with server.http.request(method, path, **options) as answer:
        body: dict[str, Any] = await answer.json()
        assert answer.status == status, body
    return body


async def changed(server: Server, **change: Any) -> dict[str, Any]:
    return await call(server, "PATCH", "/api/events/talk", json=change)


async def test_each_new_event_has_a_code_of_its_own(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        events = [
            await call(server, "POST", "/api/events", 201, json={**NEW, "id": f"talk-{number}"})
            for number in range(5)
        ]
        codes = {event["code"] for event in events}
        assert len(codes) == len(events)
        for event in events:
            assert code_of(event["code"]) == event["code"]
            async with server.http.get(f"/{event['code']}", allow_redirects=False) as answer:
                assert answer.headers["Location"] == f"/e/{event['id']}"
        again = await call(server, "GET", "/api/events/talk-0")
        assert again["code"] == events[0]["code"]
        await call(server, "POST", "/api/events", 409, json={**NEW, "id": "talk-0"})


async def test_the_fields_are_kept_changed_and_removed(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        plain = await call(server, "POST", "/api/events", 201, json=NEW)
        assert NOTHING.items() <= plain.items()
        assert SHOWN.items() <= (await changed(server, **FIELDS)).items()
        assert SHOWN.items() <= (await changed(server, title="Another title")).items()
        assert (await changed(server, ai_notice=""))["ai_notice"] == ""
        assert NOTHING.items() <= (await changed(server, **NOTHING)).items()
        full = await call(server, "POST", "/api/events", 201, json={**NEW, **FIELDS, "id": "full"})
        assert SHOWN.items() <= full.items()


@pytest.mark.parametrize(
    "wrong",
    [
        {"passcode": "short"},
        {"passcode": "with a space"},
        {"passcode": "contraseña"},
        {"passcode": "a" * 65},
        {"starts_at": "2026-11-27T14:00:00"},
        {"starts_at": "soon"},
        {"starts_at": "9999-12-31T23:59:00-12:00"},
        {"notice": ""},
        {"notice": "a" * 301},
        {"ai_notice": "a\x00"},
        {"code": "K7F2QX"},
    ],
)
async def test_what_is_wrong_is_named(tmp_path: Path, wrong: dict[str, Any]) -> None:
    async with running_server(tmp_path) as server:
        await call(server, "POST", "/api/events", 201, json=NEW)
        for method, path, body in (
            ("PATCH", "/api/events/talk", wrong),
            ("POST", "/api/events", {**NEW, "id": "other", **wrong}),
        ):
            refused = await call(server, method, path, 422, json=body)
            [name] = wrong
            assert refused["error"] == "bad_request"
            assert refused["message"].startswith(f"{name}: ")


async def test_a_passcode_that_is_saved_again_keeps_attendees_in(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        await call(server, "POST", "/api/events", 201, json={**NEW, **FIELDS})
        body = {"passcode": FIELDS["passcode"]}
        first = await call(server, "POST", "/e/talk/pass", json=body)
        await changed(server, **FIELDS)
        assert await call(server, "POST", "/e/talk/pass", json=body) == first
        await changed(server, passcode="Another-24")
        await changed(server, passcode=FIELDS["passcode"])
        again = await call(server, "POST", "/e/talk/pass", json=body)
        assert again != first


async def test_an_event_of_an_earlier_version_gets_its_code_with_the_next_change(
    tmp_path: Path,
) -> None:
    old = json.loads(Event("talk", "A talk", EventState.OPEN, (Channel("es"),), "key").to_json())
    for name in ("code", "passcode", "starts_at_ms", "notice", "ai_notice"):
        del old[name]
    async with open_bus(None, tmp_path) as bus:
        await bus.put(keys.event_record("talk"), json.dumps(old).encode())
    async with running_server(tmp_path) as server:
        before = await call(server, "GET", "/api/events/talk")
        assert before["code"] == ""
        assert NOTHING.items() <= before.items()
        assert (await call(server, "GET", "/e/talk/info"))["code"] == ""
        live = await changed(server, state="live")
        async with server.http.get(f"/{live['code'].lower()}", allow_redirects=False) as answer:
            assert answer.headers["Location"] == "/e/talk"
        assert (await changed(server, state="paused"))["code"] == live["code"]


async def test_two_that_change_an_old_event_at_once_give_it_one_code(tmp_path: Path) -> None:
    old = Event("talk", "A talk", EventState.OPEN, (Channel("es"),), "key")
    async with open_bus(None, tmp_path) as bus:
        await bus.put(keys.event_record("talk"), old.to_json())
    async with running_server(tmp_path) as server:
        await asyncio.gather(*(changed(server, title=f"Title {number}") for number in range(3)))
        event = await call(server, "GET", "/api/events/talk")
        async with server.http.get(f"/{event['code']}", allow_redirects=False) as answer:
            assert answer.headers["Location"] == "/e/talk"
