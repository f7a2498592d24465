"""The servers that are measured: our edge, the C baseline, and peers from Debian.

Each runs pinned to the server's core and is fed the same messages at the same pace.
"""

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp

from broadcaster.bus import open_bus
from broadcaster.model import keys
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.ports import Bus
from tests.benchmarks.cpu import SERVER_CORE, family
from tests.benchmarks.daemons import (
    ICECAST,
    NCHAN,
    NGINX_TLS,
    SECRET,
    configured,
    daemon,
)
from tests.benchmarks.native import program
from tests.benchmarks.sources import EVENT, NchanCaptions, OggSound, Source, Ticker
from tests.support.ports import free_port
from tests.support.processes import broadcaster
from tests.support.redis_server import RedisServer

LANGUAGES = (
    *("es", "fr", "de", "it", "pt", "nl", "pl", "cs", "sk", "hu", "ro", "bg", "el", "tr", "ru"),
    *("uk", "sv", "da", "nb", "fi", "et", "lv", "lt", "ja", "zh", "ko", "ar", "he", "hi", "vi"),
)
CHANNELS = tuple(Channel(language) for language in LANGUAGES)


@dataclass(frozen=True, slots=True)
class Subject:
    """One server.

    Attributes:
        name: in the table.
        pid: its first process; children count too.
        port: on 127.0.0.1.
        path: of the stream.
        kind: `ws` or `stream`, see `load`.
        ticking: messages flow inside this context.
        tls: whether it speaks TLS.
        per_second: joins it can take.
        behind: first processes of what it stands in front of; their cost is its own.
    """

    name: str
    pid: int
    port: int
    path: str
    kind: str
    ticking: Callable[[], AbstractAsyncContextManager[None]]
    tls: bool = False
    per_second: float = 500.0
    behind: tuple[int, ...] = ()

    def pids(self) -> list[int]:
        """All its processes now."""
        return [pid for first in (self.pid, *self.behind) for pid in family(first)]


@asynccontextmanager
async def redis_bus(directory: Path) -> AsyncIterator[tuple[str, Bus]]:
    """A Redis of our own with the benchmark's event; yields its URL and a bus over it."""
    server = RedisServer(directory)
    server.start()
    try:
        async with open_bus(server.url, directory) as bus:
            event = Event(EVENT, "Benchmark", EventState.LIVE, CHANNELS, SECRET)
            await bus.put(keys.event_record(EVENT), event.to_json())
            yield server.url, bus
    finally:
        server.stop()


@asynccontextmanager
async def edge(
    name: str,
    directory: Path,
    redis_url: str,
    source: Source,
    *,
    interval_ms: float = 60.0,
    path: str = f"/e/{EVENT}/audio/floor",
    tls: bool = False,
    **settings: str,
) -> AsyncIterator[Subject]:
    """`broadcaster serve --role edge`, as an organizer starts it.

    One address has the whole audience here, so its limits are taken away.
    """
    settings = {"places_per_address": "1000000", "joins_per_address": "1000000", **settings}
    if tls:
        settings["tls"] = "true"
    async with broadcaster(directory, "edge", redis_url=redis_url, **settings) as (url, process):
        pid = process.process.pid
        _pin_all(pid)
        kind = "ws" if "/audio/" in path else "stream"
        port = int(url.rsplit(":", 1)[1])
        ticker = Ticker(source, interval_ms)
        yield Subject(name, pid, port, path, kind, ticker.ticking, tls)


@asynccontextmanager
async def c_baseline(
    name: str,
    message_bytes: int,
    *,
    kind: str = "ws",
    interval_ms: int = 60,
    certificate: tuple[Path, Path] | None = None,
) -> AsyncIterator[Subject]:
    """The program of native/baseline.c: it sends the same bytes and does nothing else."""
    words = [str(message_bytes), str(interval_ms), *map(str, certificate or ())]
    process = await asyncio.create_subprocess_exec(
        program("baseline"), *words, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stdin = process.stdin
    os.sched_setaffinity(process.pid, {SERVER_CORE})

    @asynccontextmanager
    async def ticking() -> AsyncIterator[None]:
        stdin.write(b"start\n")
        try:
            yield
        finally:
            stdin.write(b"stop\n")

    try:
        port = int(await process.stdout.readline())
        yield Subject(name, process.pid, port, "/", kind, ticking, certificate is not None)
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def icecast(directory: Path, frame_ms: int) -> AsyncIterator[Subject]:
    """Icecast without a burst, and an Ogg source of one page for each packet."""
    port = free_port()
    config = configured(directory, "icecast.xml", ICECAST, port)
    async with daemon("icecast2", ["-c", str(config)], port) as pid:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        login = base64.b64encode(f"source:{SECRET}".encode()).decode()
        writer.write(
            b"SOURCE /floor.ogg HTTP/1.0\r\nContent-Type: application/ogg\r\n"
            + f"Authorization: Basic {login}\r\n\r\n".encode()
        )
        answer = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in answer, answer
        ticker = Ticker(OggSound(writer, frame_ms), frame_ms)
        yield Subject(
            "Icecast2", pid, port, "/floor.ogg", "stream", ticker.ticking, per_second=80.0
        )
        writer.close()


@asynccontextmanager
async def nchan(directory: Path, http: aiohttp.ClientSession) -> AsyncIterator[Subject]:
    """nginx with nchan: one worker, captions as server-sent events."""
    port = free_port()
    config = configured(directory, "nginx.conf", NCHAN, port)
    async with daemon("nginx", ["-c", str(config), "-p", str(directory)], port) as pid:
        source = NchanCaptions(http, f"http://127.0.0.1:{port}/pub")
        ticker = Ticker(source, 200)
        yield Subject("nginx + nchan", pid, port, "/sub", "stream", ticker.ticking)


@asynccontextmanager
async def behind_nginx(
    name: str,
    directory: Path,
    server: AbstractAsyncContextManager[Subject],
    certificate: tuple[Path, Path],
) -> AsyncIterator[Subject]:
    """nginx, one worker, that ends TLS in front of a server; both run on the server's core."""
    async with server as plain:
        port = free_port()
        config = configured(
            *(directory, "nginx.conf", NGINX_TLS, port),
            server=str(plain.port),
            certificate=str(certificate[0]),
            key=str(certificate[1]),
        )
        async with daemon("nginx", ["-c", str(config), "-p", str(directory)], port) as pid:
            yield replace(plain, name=name, pid=pid, port=port, tls=True, behind=(plain.pid,))


def _pin_all(pid: int) -> None:
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), {SERVER_CORE})
