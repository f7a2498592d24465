"""A desk and an edge apart, on one bus, and a reviewer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.ports import Bus
from tests.edge.conftest import EVENT, Edge, serving
from tests.support.deadline import deadline
from tests.support.desk import served_desk
from tests.support.processes import TOKEN

CAPTIONS = "/api/events/talk/captions/es"
REVISIONS = f"{CAPTIONS}/revisions"


@dataclass(slots=True)
class Desk:
    """A client of the desk, with the organizer's token."""

    url: str
    http: aiohttp.ClientSession
    revisions: int = 0

    async def ask(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        async with deadline(), self.http.request(method, path, **options) as answer:
            body = await answer.json() if answer.content_type == "application/json" else None
            assert answer.status == status, body
            return body

    async def revise(
        self, caption: str, expected: int, status: int = 200, **change: Any
    ) -> dict[str, Any]:
        """Revise a Spanish caption, with an id of its own unless one is given."""
        self.revisions += 1
        wish = {"id": f"revision-{self.revisions}", "caption": caption} | change
        body: dict[str, Any] = await self.ask(
            "POST", REVISIONS, status, json=wish | {"expected_revision": expected}
        )
        return body

    @asynccontextmanager
    async def reviewer(self, *channels: str) -> AsyncIterator["Desk"]:
        """The same as a reviewer of the event, or of some of its channels."""
        made = {"name": "Rita", "role": "reviewer", "channels": channels}
        token = (await self.ask("POST", "/api/events/talk/tokens", 201, json=made))["token"]
        headers = {"Authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession(self.url, headers=headers) as http:
            yield Desk(self.url, http)


@asynccontextmanager
async def desk_on(bus: Bus) -> AsyncIterator[Desk]:
    """A desk on a bus that others may share."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with (
        served_desk(bus) as url,
        aiohttp.ClientSession(url, headers=headers) as http,
    ):
        yield Desk(url, http)


@asynccontextmanager
async def desk_and_edge() -> AsyncIterator[tuple[Desk, Edge]]:
    async with EmbeddedBus(None) as bus, serving(bus) as edge:
        await edge.put(EVENT)
        async with desk_on(bus) as desk:
            yield desk, edge


async def stored(edge: Edge) -> list[Caption]:
    """All entries of the Spanish stream."""
    entries = await edge.bus.read(keys.captions("talk", "es"))
    return [Caption.from_json(entry.payload) for entry in entries]
