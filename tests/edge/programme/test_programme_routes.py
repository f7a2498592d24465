"""The programme over HTTP: follows every change, and costs little."""

import asyncio
from pathlib import Path
from typing import Any

from tests.support.deadline import deadline
from tests.support.server import Server, running_server

NEW = {"id": "water", "title": "Water", "time_zone": "Europe/Berlin", "rooms": ["Hall 1"]}
PATH = "/c/water/programme"


async def programme(server: Server) -> dict[str, Any]:
    async with server.http.get(PATH) as answer:
        assert answer.status == 200, await answer.text()
        body: dict[str, Any] = await answer.json()
    return body


async def now_in(server: Server) -> list[tuple[str, str]]:
    """Room and state of what is on."""
    rooms = (await programme(server))["rooms"]
    return [(room["name"], one["state"]) for room in rooms for one in room["now"]]


async def until(server: Server, wanted: list[tuple[str, str]]) -> None:
    async with deadline(20):
        while await now_in(server) != wanted:
            await asyncio.sleep(0.1)


async def test_it_follows_the_events_of_the_conference(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        async with server.http.get(PATH) as answer:
            assert (answer.status, (await answer.json())["error"]) == (404, "unknown_conference")
        async with server.http.post("/api/conferences", json=NEW) as answer:
            assert answer.status == 201
        await server.create("es", state="open", conference="water", room="Hall 1")
        await server.create("es", state="open", id="elsewhere")
        await until(server, [("Hall 1", "open")])
        await server.move("live")
        await until(server, [("Hall 1", "live")])
        change = {"room": "Lounge"}
        async with server.http.patch("/api/events/talk", json=change) as answer:
            assert answer.ok
        await until(server, [("Lounge", "live")])
        async with server.http.patch("/api/events/talk", json={"conference": None}) as answer:
            assert answer.ok
        await until(server, [])
        async with server.http.patch("/api/events/talk", json={"conference": "water"}) as answer:
            assert answer.ok
        await until(server, [("Lounge", "live")])
        await server.move("closed")
        async with server.http.delete("/api/events/talk") as answer:
            assert answer.ok
        await until(server, [])
        assert (await programme(server))["earlier"] == []


async def test_a_phone_that_has_it_gets_no_body(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        async with server.http.post("/api/conferences", json=NEW) as answer:
            assert answer.status == 201
        async with deadline(20):
            while (answer := await server.http.get(PATH)).status != 200:
                await asyncio.sleep(0.1)
        assert "max-age=" in answer.headers["Cache-Control"]
        known = {"If-None-Match": answer.headers["ETag"]}
        async with server.http.get(PATH, headers=known) as again:
            assert (again.status, await again.read()) == (304, b"")
        async with server.http.get("/c/water") as page:
            assert (page.status, page.content_type) == (200, "text/html")
