"""Conferences by the API: created, read, changed, deleted, found by their code."""

import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from broadcaster.bus import DATABASE, open_bus
from broadcaster.desk import erasure
from broadcaster.model import keys
from broadcaster.model.clock import SystemClock
from broadcaster.model.event import Channel, Event, EventState
from tests.support.server import Server, running_server

NEW: dict[str, Any] = {
    "id": "water",
    "title": "Water for cities",
    "time_zone": "Europe/Berlin",
    "rooms": ["Hall 1", "Hall 2"],
    "languages": ["es", {"tag": "fr", "interpreter": "converse"}],
}
PATH = "/api/conferences/water"


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with running_server(tmp_path) as running:
        yield running


async def call(
    server: Server, method: str, path: str = PATH, status: int = 200, **options: Any
) -> Any:
    async with server.http.request(method, path, **options) as answer:
        body = await answer.json() if answer.status != 204 else None
        assert answer.status == status, body
    return body


def files_with(folder: Path, text: bytes) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if text in path.read_bytes()]


async def test_a_conference_is_made_read_listed_and_changed(server: Server) -> None:
    made = await call(server, "POST", "/api/conferences", 201, json=NEW)
    assert made["links"] == {"attendee": f"{server.url}/c/water"}
    assert [one["tag"] for one in made["languages"]] == ["es", "fr"]
    assert (made["auto_open_minutes"], made["auto_live"]) == (10, False)
    assert await call(server, "GET") == made
    assert await call(server, "GET", "/api/conferences") == [made]
    guard = {"If-Match": f'"{made["version"]}"'}
    change = {"rooms": ["Hall 2", "Lounge"], "time_zone": "America/New_York"}
    changed = await call(server, "PATCH", json=change, headers=guard)
    assert change.items() <= changed.items()
    late = await call(server, "PATCH", status=412, json={"title": "Late"}, headers=guard)
    assert late["error"] == "version_conflict"
    assert await call(server, "PATCH", json=change) == changed
    async with server.http.get(f"{PATH}/qr/attendee.svg") as answer:
        assert answer.content_type == "image/svg+xml"
    twice = await call(server, "POST", "/api/conferences", 409, json=NEW)
    assert twice["error"] == "conference_exists"


async def test_an_address_is_not_guessed_from_the_title(server: Server) -> None:
    new = {"title": "Wasser für Städte", "time_zone": "UTC"}
    first = await call(server, "POST", "/api/conferences", 201, json=new)
    second = await call(server, "POST", "/api/conferences", 201, json=new)
    assert first["id"] != second["id"]
    assert first["id"].startswith("wasser-fur-stadte-")


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": None},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": None},
        {"time_zone": "../../etc/passwd"},
        {"rooms": [""]},
        {"rooms": ["Hall", "Hall"]},
        {"rooms": [f"Hall {number}" for number in range(101)]},
        {"languages": ["klingon"]},
        {"auto_open_minutes": -1},
        {"auto_open_minutes": 1441},
        {"code": "K7F2QX"},
    ],
    ids=lambda wrong: json.dumps(wrong)[:50],
)
async def test_a_bad_value_changes_nothing(server: Server, wrong: dict[str, Any]) -> None:
    before = await call(server, "POST", "/api/conferences", 201, json=NEW)
    refused = await call(server, "PATCH", status=422, json=wrong)
    assert refused["error"] in {"bad_request", "unknown_language"}
    assert refused["hint"]
    assert await call(server, "GET") == before


async def test_only_the_organizer_may(server: Server) -> None:
    stranger = {"Authorization": "Bearer wrong"}
    for method, path in (
        ("GET", "/api/conferences"),
        ("POST", "/api/conferences"),
        ("GET", PATH),
        ("PATCH", PATH),
        ("DELETE", PATH),
        ("GET", f"{PATH}/qr/attendee.svg"),
    ):
        await call(server, method, path, 401, headers=stranger)


async def test_a_code_leads_to_the_programme(server: Server) -> None:
    made = await call(server, "POST", "/api/conferences", 201, json=NEW)
    for typed in (made["code"], made["code"].lower(), "water", "Water"):
        async with server.http.get(f"/{typed}?lang=es", allow_redirects=False) as answer:
            assert answer.headers["Location"] == "/c/water?lang=es"
    await server.create("es", id="water")
    async with server.http.get("/water", allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/e/water"
    await call(server, "DELETE", status=204)
    async with server.http.get(f"/{made['code']}", allow_redirects=False) as answer:
        assert answer.status == 404


async def test_an_event_belongs_to_a_conference_that_exists(server: Server) -> None:
    event = {"id": "talk", "title": "A talk", "languages": ["es"], "conference": "water"}
    refused = await call(server, "POST", "/api/events", 404, json=event)
    assert refused["error"] == "unknown_conference"
    await call(server, "POST", "/api/conferences", 201, json=NEW)
    fields = {
        "conference": "water",
        "room": "Hall 1",
        "time_zone": "Asia/Kathmandu",
        "auto_open_minutes": 5,
        "auto_live": True,
    }
    made = await call(server, "POST", "/api/events", 201, json={**event, **fields})
    assert fields.items() <= made.items()
    assert made["imported"] is False
    info = await call(server, "GET", "/e/talk/info")
    assert info["conference"] == "water"
    out = {"conference": None, "room": None, "time_zone": None, "auto_open_minutes": None}
    assert out.items() <= (await call(server, "PATCH", "/api/events/talk", json=out)).items()
    await call(server, "PATCH", "/api/events/talk", 404, json={"conference": "nothing"})
    await call(server, "PATCH", "/api/events/talk", 422, json={"time_zone": "Mars/Olympus"})


async def test_a_conference_with_events_is_deleted_only_with_them(server: Server) -> None:
    await call(server, "POST", "/api/conferences", 201, json=NEW)
    await server.create("es", state="live", conference="water")
    await server.create("es", id="other", state="open", conference="water")
    refused = await call(server, "DELETE", status=409)
    assert refused["error"] == "conference_has_events"
    assert "2 events" in refused["message"]
    await call(server, "DELETE", f"{PATH}?events=keep", 422)
    refused = await call(server, "DELETE", f"{PATH}?events=delete", 409)
    assert refused["error"] == "wrong_state"
    assert await call(server, "GET", "/api/events/other")
    await server.move("closed")
    await call(server, "DELETE", f"{PATH}?events=delete", 412, headers={"If-Match": '"99"'})
    await call(server, "DELETE", f"{PATH}?events=delete", 204)
    for path in (PATH, "/api/events/talk", "/api/events/other", "/c/water/programme"):
        await call(server, "GET", path, 404)
    await call(server, "DELETE", status=404)


async def test_nothing_of_a_deleted_conference_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "TOMBSTONE_S", 0.0)
    async with running_server(tmp_path) as server:
        new = {**NEW, "title": "the sluice opens", "rooms": ["sluice room"]}
        await call(server, "POST", "/api/conferences", 201, json=new)
        await server.create("es", state="open", conference="water", room="sluice room")
        await call(server, "DELETE", f"{PATH}?events=delete", 204)
    async with open_bus(None, tmp_path) as bus:
        await erasure.EventEraser(bus, SystemClock()).sweep()
        for prefix in (keys.CONFERENCE_RECORDS, keys.EVENT_RECORDS, keys.CODE_RECORDS):
            assert await bus.records(prefix) == []
    with sqlite3.connect(tmp_path / DATABASE) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert not files_with(tmp_path, b"sluice")


async def test_an_event_of_an_earlier_version_has_no_conference(tmp_path: Path) -> None:
    old = json.loads(Event("talk", "A talk", EventState.OPEN, (Channel("es"),), "key").to_json())
    new_fields = ("conference", "room", "time_zone", "auto_open_minutes", "auto_live", "imported")
    for name in new_fields:
        del old[name]
    async with open_bus(None, tmp_path) as bus:
        await bus.put(keys.event_record("talk"), json.dumps(old).encode())
    async with running_server(tmp_path) as server:
        event = await call(server, "GET", "/api/events/talk")
        assert {name: event[name] for name in new_fields} == {
            "conference": None,
            "room": None,
            "time_zone": None,
            "auto_open_minutes": None,
            "auto_live": False,
            "imported": False,
        }


async def test_a_later_conference_is_not_opened_by_the_tokens_of_a_deleted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "TOMBSTONE_S", 0.0)
    texts = []
    async with running_server(tmp_path) as server:
        await call(server, "POST", "/api/conferences", 201, json=NEW)
        for scopes in (["conference:water"], ["conference:water", "conference:other"]):
            body = {"name": "Ana", "role": "organizer", "scopes": scopes}
            made = await call(server, "POST", "/api/tokens", 201, json=body)
            texts.append(made["token"])
        await call(server, "DELETE", status=204)
    async with open_bus(None, tmp_path) as bus:
        await erasure.EventEraser(bus, SystemClock()).sweep()
    async with running_server(tmp_path) as server:
        await call(server, "POST", "/api/conferences", 201, json=NEW)
        await server.create("es", conference="water")
        for text, status in zip(texts, (401, 404), strict=True):
            headers = {"Authorization": f"Bearer {text}"}
            await call(server, "GET", "/api/events/talk", status, headers=headers)
        listed = await call(server, "GET", "/api/tokens")
        assert [(one["state"], one["scopes"]) for one in listed] == [
            ("revoked", ["conference:water"]),
            ("active", ["conference:other"]),
        ]
