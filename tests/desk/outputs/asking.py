"""Asks for the outputs of an event."""

from typing import Any

from tests.support.deadline import deadline
from tests.support.server import Server

PATH = "/api/events/talk/outputs"


async def ask(server: Server, method: str, path: str, status: int, **body: Any) -> Any:
    json = body or None
    async with deadline(), server.http.request(method, path, json=json) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json() if answer.content_type == "application/json" else None
