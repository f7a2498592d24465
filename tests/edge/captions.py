"""Readers of captions."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.edge.conftest import Edge

DEADLINE_S = 20.0


class EventSource:
    """Reads server-sent events."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer
        self.states: list[dict[str, str]] = []

    async def event(self) -> dict[str, str]:
        fields: dict[str, str] = {}
        async with asyncio.timeout(DEADLINE_S):
            while line := (await self.answer.content.readline()).decode().rstrip("\n"):
                name, _, value = line.partition(":")
                fields[name] = value.strip()
        return fields

    async def caption(self) -> tuple[str, dict[str, Any]]:
        """The next caption and its stream id; keeps the states that come before it."""
        while True:
            event = await self.event()
            if event.get("event") == "state":
                self.states.append(json.loads(event["data"]))
            elif event.get("event") == "caption":
                return event["id"], json.loads(event["data"])


@asynccontextmanager
async def reading(edge: Edge, query: str = "", **headers: str) -> AsyncIterator[EventSource]:
    """A reader of the Spanish captions; `_` in the name of a header stands for `-`."""
    path = f"/e/talk/captions/es{query}"
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    async with edge.http.get(path, headers=names) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/event-stream"
        yield EventSource(answer)
