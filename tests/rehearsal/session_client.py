"""One session seen from outside: a client that checks every event it receives."""

from collections.abc import Callable
from typing import Any

import aiohttp
from pydantic import BaseModel

from tests.support.deadline import deadline

KEY = {"Authorization": "Bearer sk-rehearsal"}


def assert_documented(model: BaseModel) -> None:
    """No field that the official models do not know, at any depth."""
    assert not model.model_extra, f"{type(model).__name__} has {sorted(model.model_extra or {})}"
    for name in type(model).model_fields:
        value = getattr(model, name)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, BaseModel):
                assert_documented(one)


class SessionClient:
    """One session.

    Args:
        socket: its connection.
        check: checks every event that arrives.
    """

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse, check: Callable[[dict[str, Any]], None]
    ) -> None:
        self.socket = socket
        self.events: list[dict[str, Any]] = []
        self._check = check

    async def receive(self) -> dict[str, Any]:
        async with deadline():
            event: dict[str, Any] = await self.socket.receive_json()
        self._check(event)
        self.events.append(event)
        return event

    async def until(self, kind: str) -> dict[str, Any]:
        while (event := await self.receive())["type"] != kind:
            pass
        return event

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]
