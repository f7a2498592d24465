"""The programme broadcast by the real programs, and all that came to its audience."""

import asyncio
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import numpy as np

from tests.benchmarks.cpu import family_cpu_s
from tests.interpreter.lag import interpreter
from tests.interpreter.offline.audience import Channel, following
from tests.interpreter.offline.programme import Programme
from tests.support.processes import TOKEN, broadcaster, started
from tests.support.sound_files import encoded
from tests.support.tasks import background_task

_AFTERWARDS_S = 15.0
_LOOK_EVERY_S = 1.0


@dataclass
class Cost:
    """Processor time of a process and its children over time, in seconds."""

    at_s: list[float] = field(default_factory=list)
    used_s: list[float] = field(default_factory=list)

    async def follow(self, pid: int) -> None:
        """Note it again and again, until cancelled."""
        while True:
            used_s = await asyncio.to_thread(family_cpu_s, pid)
            self.at_s.append(time.monotonic())
            self.used_s.append(max(used_s, *self.used_s[-1:], 0.0))
            await asyncio.sleep(_LOOK_EVERY_S)

    def per_second(self, begin_s: float, end_s: float) -> float:
        """Cores in use between two times of the monotonic clock."""
        used = np.interp((begin_s, end_s), self.at_s, self.used_s)
        return float((used[1] - used[0]) / (end_s - begin_s))


@dataclass(frozen=True)
class Broadcast:
    """Everything that came to the audience, and its cost.

    Attributes:
        floor: the original.
        english: the interpretation.
        interpreter: cost of the interpreter.
        server: cost of everything else.
    """

    floor: Channel
    english: Channel
    interpreter: Cost
    server: Cost


async def broadcast(programme: Programme, cores: int) -> Broadcast:
    """Play the programme on an event's stage, and listen.

    Args:
        programme: what is played.
        cores: for the interpreter.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="broadcaster-offline-")))
        recording = folder / "programme.flac"
        sound = np.frombuffer(bytes(programme.pcm), "<i2")
        await asyncio.to_thread(encoded, recording, "flac", sound, 24_000)
        url, interpreter_pid = await stack.enter_async_context(interpreter(cores, ""))
        server_url, server = await stack.enter_async_context(
            broadcaster(
                folder / "data", provider="local", realtime_url=f"{url}/v1", on_demand="false"
            )
        )
        stage_key = await _live_event(server_url)
        floor = await stack.enter_async_context(following(f"{server_url}/e/talk", "floor"))
        english = await stack.enter_async_context(following(f"{server_url}/e/talk", "en"))
        costs = Cost(), Cost()
        for cost, pid in zip(costs, (interpreter_pid, server.process.pid), strict=True):
            await stack.enter_async_context(background_task(cost.follow(pid), name=f"cost {pid}"))
        command = [sys.executable, "-m", "broadcaster", "publish", str(recording)]
        command += [f"{server_url}/whip/talk", "--progress", "off"]
        key = {"BROADCASTER_STAGE_KEY": stage_key}
        speaker = await stack.enter_async_context(started(command, key))
        await speaker.line("on the floor")
        assert await speaker.process.wait() == 0, "".join(speaker.lines)
        await asyncio.sleep(_AFTERWARDS_S)
        return Broadcast(floor, english, *costs)


async def _live_event(url: str) -> str:
    """Make an event with English and take it live; returns its stage key."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    event = {"id": "talk", "title": "Without a network", "languages": ["en"]}
    async with aiohttp.ClientSession(url, headers=headers, raise_for_status=True) as http:
        async with http.post("/api/events", json=event) as answer:
            stage_key: str = (await answer.json())["stage_key"]
        async with http.patch("/api/events/talk", json={"state": "live"}):
            return stage_key
