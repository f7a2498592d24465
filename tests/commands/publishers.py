"""`broadcaster publish` as a process, and the servers it meets."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.deadline import deadline
from tests.support.processes import TOKEN, Process, broadcaster, started

COMMAND = [sys.executable, "-m", "broadcaster", "publish"]
ORGANIZER = {"Authorization": f"Bearer {TOKEN}"}


class PublisherProcess:
    """One `broadcaster publish`, by the JSON lines it prints."""

    def __init__(self, process: Process) -> None:
        self.process = process

    @property
    def statuses(self) -> list[dict[str, Any]]:
        """The JSON lines so far."""
        return [json.loads(line) for line in self.process.lines if line.startswith("{")]

    async def status(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first JSON line, of all so far or to come, that is wanted."""
        seen = 0
        async with deadline():
            while True:
                lines = self.process.lines
                for line in lines[seen:]:
                    if line.startswith("{") and wanted(status := json.loads(line)):
                        return dict(status)
                seen = len(lines)
                assert self.process.process.returncode is None, "".join(lines)
                await asyncio.sleep(0.05)

    async def exit_code(self) -> int:
        """Wait for its end and its last line."""
        async with deadline():
            await self.process._reading
            return await self.process.process.wait()


@asynccontextmanager
async def publisher(
    *words: str | Path, environment: Mapping[str, str] | None = None
) -> AsyncIterator[PublisherProcess]:
    """`broadcaster publish` with these words."""
    async with started([*COMMAND, *map(str, words)], environment) as process:
        yield PublisherProcess(process)


@asynccontextmanager
async def stage(data_dir: Path, **settings: str) -> AsyncIterator[tuple[str, str, Process]]:
    """A server with a live event; yields its WHIP address, the stage key and the process."""
    async with broadcaster(data_dir, **settings) as (url, process):
        yield f"{url}/whip/talk", await created(url), process


async def created(url: str) -> str:
    """A live event named `talk`; returns its stage key."""
    body = {"id": "talk", "title": "A talk", "languages": ["es"], "source_captions": False}
    async with aiohttp.ClientSession(url, headers=ORGANIZER) as http:
        async with http.post("/api/events", json=body) as answer:
            key: str = (await answer.json())["stage_key"]
    await move(url, "live")
    return key


async def move(url: str, state: str) -> None:
    """Bring the event of a server, or of a WHIP address, into a state."""
    async with aiohttp.ClientSession(url.partition("/whip/")[0], headers=ORGANIZER) as http:
        async with http.patch("/api/events/talk", json={"state": state}) as answer:
            assert answer.status == 200, await answer.text()
