"""Imports programmes by the API: the preview, the import, again, after edits by hand."""

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from broadcaster.desk.programme.routes import LARGEST_FILE_BYTES
from tests.support.server import Server, running_server

CONFERENCE = {
    "id": "water",
    "title": "Water",
    "time_zone": "Europe/Berlin",
    "rooms": ["Hall 1"],
    "languages": ["es", {"tag": "fr", "interpreter": "converse"}],
    "auto_open_minutes": 15,
    "auto_live": True,
}
PATH = "/api/conferences/water/programme"
Talk = dict[str, Any]


def talk(uid: str, title: str, room: str = "Hall 1", hour: int = 10) -> Talk:
    return {
        "guid": uid,
        "title": title,
        "room": room,
        "date": f"2026-11-27T{hour}:00:00+01:00",
        "duration": "00:45",
        "language": "de",
    }


def schedule(*talks: Talk) -> bytes:
    rooms: dict[str, list[Talk]] = {}
    for one in talks:
        rooms.setdefault(one["room"], []).append(one)
    conference = {"days": [{"date": "2026-11-27", "rooms": rooms}]}
    return json.dumps({"schedule": {"conference": conference}}).encode()


FILE = schedule(talk("a", "Opening"), talk("b", "Pipes", "Hall 2", 11))


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with running_server(tmp_path) as running:
        async with running.http.post("/api/conferences", json=CONFERENCE) as answer:
            assert answer.status == 201
        yield running


async def send(server: Server, file: bytes, status: int = 200, query: str = "") -> dict[str, Any]:
    async with server.http.post(f"{PATH}{query}", data=file) as answer:
        body: dict[str, Any] = await answer.json()
        assert answer.status == status, body
    return body


async def events(server: Server) -> dict[str, dict[str, Any]]:
    """By title."""
    async with server.http.get("/api/events") as answer:
        return {one["title"]: one for one in await answer.json()}


async def change(server: Server, event: str, **fields: Any) -> None:
    async with server.http.patch(f"/api/events/{event}", json=fields) as answer:
        assert answer.ok, await answer.text()


def shape(body: dict[str, Any]) -> tuple[int, ...]:
    """How many are created, moved, changed, gone and unchanged."""
    return (
        *(len(body[name]) for name in ("created", "moved", "changed", "gone")),
        body["unchanged"],
    )


async def test_a_preview_changes_nothing_and_an_import_does(server: Server) -> None:
    preview = await send(server, FILE, query="?dry_run=true")
    assert (preview["dry_run"], shape(preview)) == (True, (2, 0, 0, 0, 0))
    assert preview["new_rooms"] == ["Hall 2"]
    assert await events(server) == {}
    done = await send(server, FILE)
    assert {**done, "dry_run": True} == preview
    opening = (await events(server))["Opening"]
    assert {
        "state": "draft",
        "conference": "water",
        "room": "Hall 1",
        "starts_at": "2026-11-27T09:00:00Z",
        "ends_at": "2026-11-27T09:45:00Z",
        "source_language": "de",
        "auto_open_minutes": 15,
        "auto_live": True,
        "imported": True,
    }.items() <= opening.items()
    assert [one["tag"] for one in opening["languages"]] == ["es", "fr"]
    async with server.http.get("/api/conferences/water") as answer:
        assert (await answer.json())["rooms"] == ["Hall 1", "Hall 2"]


async def test_importing_twice_changes_nothing(server: Server) -> None:
    await send(server, FILE)
    before = await events(server)
    assert shape(await send(server, FILE)) == (0, 0, 0, 0, 2)
    assert await events(server) == before


async def test_news_in_the_file_arrive(server: Server) -> None:
    await send(server, FILE)
    news = schedule(talk("a", "Opening words"), talk("c", "Rain"), talk("b", "Pipes", "Attic", 12))
    body = await send(server, news)
    assert shape(body) == (1, 1, 1, 0, 0)
    fields = body["moved"][0]["fields"]
    assert fields["room"] == {"before": "Hall 2", "after": "Attic"}
    assert fields["starts_at"]["after"] == "2026-11-27T11:00:00Z"
    found = await events(server)
    assert set(found) == {"Opening words", "Rain", "Pipes"}
    assert found["Pipes"]["room"] == "Attic"


async def test_a_talk_that_is_gone_is_named_and_stays(server: Server) -> None:
    await send(server, FILE)
    body = await send(server, schedule(talk("a", "Opening")))
    assert [one["title"] for one in body["gone"]] == ["Pipes"]
    assert "Pipes" in await events(server)


async def test_an_edit_by_hand_is_not_lost(server: Server) -> None:
    await send(server, FILE)
    event = (await events(server))["Opening"]["id"]
    await change(server, event, title="Opening keynote", room="Dome")
    assert shape(await send(server, FILE)) == (0, 0, 0, 0, 2)
    news = schedule(talk("a", "Opening words", hour=12), talk("b", "Pipes", "Hall 2", 11))
    body = await send(server, news)
    [moved] = body["moved"]
    assert moved["kept"] == {"title": {"here": "Opening keynote", "file": "Opening words"}}
    edited = (await events(server))["Opening keynote"]
    assert (edited["room"], edited["starts_at"]) == ("Dome", "2026-11-27T11:00:00Z")


async def test_a_planned_end_by_hand_does_not_come_before_a_moved_start(server: Server) -> None:
    await send(server, FILE)
    event = (await events(server))["Opening"]["id"]
    await change(server, event, ends_at="2026-11-27T10:30:00Z")
    await send(server, schedule(talk("a", "Opening", hour=18), talk("b", "Pipes", "Hall 2", 11)))
    assert (await events(server))["Opening"]["ends_at"] is None


async def test_an_event_that_is_over_stays_as_it_was(server: Server) -> None:
    await send(server, FILE)
    event = (await events(server))["Opening"]["id"]
    await server.move("closed", event)
    assert shape(await send(server, schedule(talk("a", "New name")))) == (0, 0, 0, 1, 1)
    assert "Opening" in await events(server)


async def test_new_talks_need_languages(server: Server) -> None:
    async with server.http.patch("/api/conferences/water", json={"languages": []}) as answer:
        assert answer.ok
    assert (await send(server, FILE, query="?dry_run=true"))["needs_languages"] is True
    assert (await send(server, FILE, 422))["error"] == "bad_programme"
    assert await events(server) == {}


async def test_a_calendar_is_taken_too(server: Server) -> None:
    file = (
        b"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:a\n"
        b"DTSTART:20261127T100000\nSUMMARY:Opening\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    await send(server, file)
    event = (await events(server))["Opening"]
    assert (event["starts_at"], event["room"]) == ("2026-11-27T09:00:00Z", None)


async def test_wrong_requests_are_refused(server: Server) -> None:
    assert (await send(server, b"", 422))["error"] == "bad_programme"
    assert (await send(server, FILE, 422, "?dry_run=maybe"))["error"] == "bad_request"
    large = io.BytesIO(b" " * (LARGEST_FILE_BYTES + 1))
    async with server.http.post(PATH, data=large) as answer:
        assert (answer.status, (await answer.json())["error"]) == (413, "body_too_large")
    async with server.http.post("/api/conferences/other/programme", data=FILE) as answer:
        assert answer.status == 404
