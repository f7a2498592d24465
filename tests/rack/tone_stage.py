"""An edge with eight languages, each a tone of its own, and `broadcaster play` as a process."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from babel import Locale

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model.event import Channel, Event, EventState
from tests.edge.conftest import Edge, serving
from tests.edge.voices import speaking
from tests.rack.tones import LANGUAGES, TONE_HZ, tone_packets
from tests.support.deadline import deadline
from tests.support.processes import Process, started

COMMAND = [sys.executable, "-m", "broadcaster", "play"]


@asynccontextmanager
async def tone_stage() -> AsyncIterator[Edge]:
    """Serve the event `talk`, whose channels sound."""
    channels = tuple(map(Channel, LANGUAGES))
    event = Event("talk", "A talk", EventState.LIVE, channels, "key")
    packets = {language: tone_packets(hz) for language, hz in TONE_HZ.items()}
    # A server has read the names of its languages before anybody listens.
    await asyncio.to_thread(lambda: [Locale.parse(one).language_name for one in LANGUAGES])
    async with EmbeddedBus(None) as bus, serving(bus) as edge:
        await edge.put(event)
        async with speaking(edge, packets):
            yield edge


class PlayerProcess:
    """One `broadcaster play`, by the JSON lines it prints."""

    def __init__(self, process: Process) -> None:
        self.process = process

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

    async def plays(self, *channels: str) -> dict[str, Any]:
        """Wait until these channels sound."""

        def wanted(status: dict[str, Any]) -> bool:
            loud = {
                one["channel"]
                for one in status["channels"]
                if one["playing"] and one["level_dbfs"] > -40
            }
            return loud >= set(channels)

        return await self.status(wanted)

    async def exit_code(self) -> int:
        """Wait for its end and its last line."""
        async with deadline():
            await self.process._reading
            return await self.process.process.wait()


@asynccontextmanager
async def player(
    *words: str, environment: Mapping[str, str] | None = None
) -> AsyncIterator[PlayerProcess]:
    """`broadcaster play` with these words."""
    async with started([*COMMAND, *words, "--progress", "json"], environment) as process:
        yield PlayerProcess(process)
