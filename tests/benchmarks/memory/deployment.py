"""A whole deployment: a process for each role, a Redis, an interpreter, a speaker, listeners."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from broadcaster.config import Role
from broadcaster.rehearsal import talk
from tests.support.processes import TOKEN, Process, started
from tests.support.redis_server import RedisServer
from tests.support.tasks import background_task

EVENT = "talk"
REQUESTS_EVERY_S = 2.0
_OBSERVED = "tests.benchmarks.memory.observed"


@dataclass(frozen=True, slots=True)
class MeasuredProcess:
    """A process whose memory is measured.

    Attributes:
        name: its role.
        pid: the process; its children count too.
        state_file: where it writes what its memory is used for.
    """

    name: str
    pid: int
    state_file: Path


class Deployment:
    """Starts the processes, which end with the context `stack`.

    Args:
        folder: for data.
        redis_url: the bus.
        realtime_url: the interpreter.
        stack: of the deployment.
    """

    def __init__(
        self, folder: Path, redis_url: str, realtime_url: str, stack: AsyncExitStack
    ) -> None:
        self.measured: list[MeasuredProcess] = []
        self._folder = folder
        self._stack = stack
        self._environment = {
            "BROADCASTER_DATA_DIR": str(folder / "data"),
            "BROADCASTER_ADMIN_TOKEN": TOKEN,
            "BROADCASTER_PORT": "0",
            "BROADCASTER_API_KEY": "rehearsal",
            "BROADCASTER_REDIS_URL": redis_url,
            "BROADCASTER_REALTIME_URL": realtime_url,
        }

    async def start_role(self, role: Role, **settings: str) -> str:
        """Start `broadcaster serve` with one role; returns its address."""
        given = {f"BROADCASTER_{name.upper()}": value for name, value in settings.items()}
        process = await self._start(role, ["broadcaster", "serve", "--role", role], given)
        return (await process.line(r"serving (https?://\S+)"))[1]

    async def start_speaker(self, whip_url: str, stage_key: str) -> None:
        """Publish the prepared talk in a loop."""
        words = ["broadcaster", "publish", str(talk.load().audio_path), whip_url, "--loop"]
        given = {"BROADCASTER_STAGE_KEY": stage_key}
        process = await self._start("publish", [*words, "--progress", "off"], given)
        await process.line("on the floor")

    async def start_listeners(self, edge_url: str, channels: Sequence[str]) -> None:
        """Let every kind of listener follow each channel. They are not measured."""
        command = (sys.executable, "-m", "tests.benchmarks.memory.listeners")
        await self._stack.enter_async_context(started([*command, edge_url, EVENT, *channels]))

    async def _start(self, name: str, words: Sequence[str], environment: dict[str, str]) -> Process:
        state_file = self._folder / f"{name}.json"
        command = [sys.executable, "-m", _OBSERVED, str(state_file), *words]
        process = await self._stack.enter_async_context(
            started(command, {**self._environment, **environment})
        )
        self.measured.append(MeasuredProcess(name, process.process.pid, state_file))
        return process


@asynccontextmanager
async def interpreting(folder: Path) -> AsyncIterator[tuple[str, MeasuredProcess]]:
    """The rehearsal server; yields its base URL and the process."""
    state_file = folder / "rehearsal.json"
    command = [sys.executable, "-m", _OBSERVED, str(state_file), "broadcaster.rehearsal"]
    async with started([*command, "--port", "0"]) as process:
        port = (await process.line(r'^\{"port": (\d+)'))[1]
        measured = MeasuredProcess("rehearsal", process.process.pid, state_file)
        yield f"http://127.0.0.1:{port}/v1", measured


@asynccontextmanager
async def deployed(
    folder: Path, languages: Sequence[str]
) -> AsyncIterator[Sequence[MeasuredProcess]]:
    """An event that is live, with a speaker and listeners; yields what is to be measured."""
    (folder / "data").mkdir()
    redis = RedisServer(folder)
    await asyncio.to_thread(redis.start)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(asyncio.to_thread, redis.stop)
        realtime_url, interpreter = await stack.enter_async_context(interpreting(folder))
        deployment = Deployment(folder, redis.url, realtime_url, stack)
        desk_url = await deployment.start_role(Role.DESK)
        floor_url = await deployment.start_role(Role.FLOOR)
        await deployment.start_role(Role.BOOTHS)
        edge_url = await deployment.start_role(Role.EDGE, tls="true")
        headers = {"Authorization": f"Bearer {TOKEN}"}
        http = await stack.enter_async_context(
            aiohttp.ClientSession(desk_url, headers=headers, raise_for_status=True)
        )
        event = {"id": EVENT, "title": "A talk", "languages": list(languages)}
        async with http.post("/api/events", json=event) as answer:
            stage_key = (await answer.json())["stage_key"]
        async with http.patch(f"/api/events/{EVENT}", json={"state": "live"}):
            pass
        await deployment.start_speaker(f"{floor_url}/whip/{EVENT}", stage_key)
        await deployment.start_listeners(edge_url, [*languages, "floor"])
        await stack.enter_async_context(background_task(organize(http), name="organizer"))
        yield [*deployment.measured, interpreter]


async def organize(http: aiohttp.ClientSession) -> None:
    """Watch the event on the desk, and change its title now and then."""
    number = 0
    while True:
        for path in (f"/api/events/{EVENT}/status", "/api/events", "/api/languages", "/metrics"):
            async with http.get(path) as answer:
                await answer.read()
        if number % 15 == 0:
            title = {"title": f"A talk, part {number}"}
            async with http.patch(f"/api/events/{EVENT}", json=title) as answer:
                await answer.read()
        number += 1
        await asyncio.sleep(REQUESTS_EVERY_S)
