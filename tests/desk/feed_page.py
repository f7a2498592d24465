"""A page of the desk that follows the changes of events."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.support.deadline import deadline
from tests.support.server import Server


class Page:
    """One desk that is open: what it has been told."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer
        self.last_id = ""
        self.events: dict[str, dict[str, Any]] = {}
        self.statuses: dict[str, dict[str, Any]] = {}
        self.logs: dict[str, list[dict[str, Any]]] = {}
        self.announcements: dict[str, list[dict[str, Any]]] = {}
        self.store: dict[str, Any] = {}
        self.kinds: list[str] = []

    async def message(self) -> str:
        """Take the next message, and return its kind; comments are skipped."""
        fields: dict[str, str] = {}
        async with deadline():
            while (line := (await self.answer.content.readline()).decode().rstrip("\n")) or (
                "event" not in fields
            ):
                name, _, value = line.partition(":")
                fields[name] = value.strip()
        self.last_id = fields.get("id", self.last_id)
        kind, body = fields["event"], json.loads(fields["data"])
        self.kinds.append(kind)
        match kind:
            case "reset":
                self.events.clear()
            case "event":
                self.events[body["id"]] = body
            case "deleted":
                self.events.pop(body["id"], None)
            case "status":
                self.statuses[body["id"]] = body["status"]
            case "log":
                self.logs[body["id"]] = body["log"]["entries"]
            case "announcements":
                self.announcements[body["id"]] = body["announcements"]["announcements"]
            case "store":
                self.store = body
        return kind

    async def until(self, kind: str) -> None:
        while await self.message() != kind:
            pass


@asynccontextmanager
async def page(server: Server, last_id: str = "") -> AsyncIterator[Page]:
    headers = {"Last-Event-ID": last_id} if last_id else {}
    async with server.http.get("/api/changes", headers=headers) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/event-stream"
        yield Page(answer)
