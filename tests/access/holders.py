"""Asks the API as the holders of tokens do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.support.deadline import deadline
from tests.support.server import Server


async def ask(
    http: aiohttp.ClientSession, method: str, path: str, status: int, **options: Any
) -> Any:
    async with deadline(), http.request(method, path, **options) as answer:
        body = await answer.json() if answer.content_type == "application/json" else None
        assert answer.status == status, body
        return body


async def make(server: Server, role: str, *scopes: str, **more: Any) -> dict[str, Any]:
    body = {"name": f"a {role}", "role": role, "scopes": scopes, **more}
    made: dict[str, Any] = await ask(server.http, "POST", "/api/tokens", 201, json=body)
    return made


async def event(server: Server, event_id: str) -> None:
    body = {"id": event_id, "title": event_id, "languages": ["es"]}
    await ask(server.http, "POST", "/api/events", 201, json=body)


@asynccontextmanager
async def holder(server: Server, token: str) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(server.url, headers=headers) as http:
        yield http
