"""Starting sound checks and waiting for their reports."""

import asyncio
from typing import Any

from tests.support.deadline import deadline
from tests.support.server import Server

Verdicts = dict[str, dict[str, Any]]


async def checked(server: Server, event: str = "talk", seconds: float = 60) -> Verdicts:
    """Run a check to its end; the verdicts by what was checked."""
    async with server.http.post(f"/api/events/{event}/check") as answer:
        assert answer.status == 202, await answer.text()
        started = await answer.json()
    async with deadline(seconds):
        while True:
            async with server.http.get(f"/api/events/{event}/check") as answer:
                report = await answer.json()
            if report["id"] == started["id"] and not report["running"]:
                return {one["check"]: one for one in report["results"]}
            await asyncio.sleep(0.05)
