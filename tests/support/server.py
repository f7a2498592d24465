"""A running broadcaster and a client for it, over real sockets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from broadcaster import serving
from broadcaster.config import Role, Settings
from broadcaster.serving import running
from broadcaster.web.application import create_application

TOKEN = "organizer-token-of-the-tests"
EVERYTHING = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its address, and a client with the organizer's token."""

    url: str
    http: aiohttp.ClientSession

    async def create(self, *languages: str, state: str = "live", **more: Any) -> dict[str, Any]:
        """An event named `talk` with these languages, in this state."""
        body = {"id": "talk", "title": "A talk", "languages": languages or ("es",), **more}
        async with self.http.post("/api/events", json=body) as answer:
            assert answer.status == 201, await answer.text()
            event: dict[str, Any] = await answer.json()
        if state != "open":
            await self.move(state, event["id"])
        return event

    async def move(self, state: str, event: str = "talk") -> None:
        """Bring the event into a state."""
        async with self.http.patch(f"/api/events/{event}", json={"state": state}) as answer:
            assert answer.status == 200, await answer.text()


@asynccontextmanager
async def running_server(
    data_dir: Path, roles: frozenset[Role] = EVERYTHING, **settings: Any
) -> AsyncIterator[Server]:
    """Serve in this process; without `realtime_url` interpreters find nobody."""
    values: dict[str, Any] = {
        "port": 0,
        "data_dir": data_dir,
        "realtime_url": "http://127.0.0.1:9/v1",
        "api_key": SecretStr("test"),
        "goodbye_s": 0,
        **settings,
    }
    given = Settings.model_construct(**{**_defaults(), **values})
    async with running(given, roles, TOKEN) as acceptor:
        url = f"http://127.0.0.1:{acceptor.port}"
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with aiohttp.ClientSession(url, headers=headers) as http:
            yield Server(url, http)


async def application_of_server(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> web.Application:
    """The application of a server with all roles, for its router."""
    made: list[web.Application] = []

    def create(*parts: Any, **options: Any) -> web.Application:
        made.append(create_application(*parts, **options))
        return made[0]

    monkeypatch.setattr(serving, "create_application", create)
    async with running_server(data_dir):
        [application] = made
    return application


def _defaults() -> dict[str, Any]:
    return {name: field.get_default() for name, field in Settings.model_fields.items()}
