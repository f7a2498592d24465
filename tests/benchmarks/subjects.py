"""The servers that are measured: our edge, the kernel's floor, and peers from Debian.

Each runs pinned to the server's core and is fed the same messages at the same pace.
"""

import asyncio
import base64
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from broadcaster.bus import open_bus
from broadcaster.model import keys
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.ports import Bus
from tests.benchmarks.cpu import SERVER_CORE, family
from tests.benchmarks.native import program
from tests.benchmarks.sources import EVENT, NchanCaptions, OggSound, Source, Ticker
from tests.support.processes import broadcaster
from tests.support.redis_server import RedisServer

START_S = 20.0
SECRET = "benchmark"
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
    """

    name: str
    pid: int
    port: int
    path: str
    kind: str
    ticking: Callable[[], AbstractAsyncContextManager[None]]
    tls: bool = False
    per_second: float = 500.0

    def pids(self) -> list[int]:
        """All its processes now."""
        return family(self.pid)


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
    """`broadcaster serve --role edge`, as an organizer starts it."""
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
async def floor(
    name: str,
    message_bytes: int,
    *,
    kind: str = "ws",
    interval_ms: int = 60,
    certificate: tuple[Path, Path] | None = None,
) -> AsyncIterator[Subject]:
    """The C loop of native/floor.c."""
    words = [str(message_bytes), str(interval_ms), *map(str, certificate or ())]
    process = await asyncio.create_subprocess_exec(
        program("floor"), *words, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
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
    config = _configured(directory, "icecast.xml", _ICECAST, port)
    async with _daemon("icecast2", ["-c", str(config)], port) as pid:
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
    config = _configured(directory, "nginx.conf", _NGINX, port)
    async with _daemon("nginx", ["-c", str(config), "-p", str(directory)], port) as pid:
        source = NchanCaptions(http, f"http://127.0.0.1:{port}/pub")
        ticker = Ticker(source, 200)
        yield Subject("nginx + nchan", pid, port, "/sub", "stream", ticker.ticking)


@asynccontextmanager
async def _daemon(name: str, words: Sequence[str], port: int) -> AsyncIterator[int]:
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    if found is None:
        raise SystemExit(f"This benchmark needs {name}: apt-get install {name}")
    process = await asyncio.create_subprocess_exec(
        found,
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=sys.stderr,
        preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),
    )
    try:
        async with asyncio.timeout(START_S):
            while True:
                if process.returncode is not None:
                    raise SystemExit(f"{name} does not start")
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except ConnectionRefusedError:
                    await asyncio.sleep(0.1)
                else:
                    writer.close()
                    break
        yield process.pid
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _configured(directory: Path, name: str, text: str, port: int) -> Path:
    """A folder for a daemon that may run as another user, with its configuration."""
    directory.mkdir()
    directory.chmod(0o777)
    config = directory / name
    config.write_text(text.format(port=port, secret=SECRET, directory=directory))
    return config


def free_port() -> int:
    """A TCP port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def _pin_all(pid: int) -> None:
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), {SERVER_CORE})


_ICECAST = """<icecast>
  <limits>
    <clients>20000</clients><sources>2</sources><queue-size>524288</queue-size>
    <client-timeout>30</client-timeout><header-timeout>15</header-timeout>
    <source-timeout>600</source-timeout>
    <burst-on-connect>0</burst-on-connect><burst-size>0</burst-size>
  </limits>
  <authentication>
    <source-password>{secret}</source-password><relay-password>{secret}</relay-password>
    <admin-user>admin</admin-user><admin-password>{secret}</admin-password>
  </authentication>
  <hostname>127.0.0.1</hostname><location>here</location><admin>root@here</admin>
  <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <fileserve>1</fileserve>
  <paths>
    <basedir>{directory}</basedir><logdir>{directory}</logdir>
    <webroot>{directory}</webroot><adminroot>{directory}</adminroot>
  </paths>
  <logging>
    <accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>1</loglevel>
  </logging>
  <security>
    <chroot>0</chroot>
    <changeowner><user>nobody</user><group>nogroup</group></changeowner>
  </security>
</icecast>
"""
_NGINX = """load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
daemon off;
worker_processes 1;
worker_rlimit_nofile 65536;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ worker_connections 20000; }}
http {{
  access_log off;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location = /pub {{
      nchan_publisher;
      nchan_channel_id captions;
      nchan_message_buffer_length 50;
    }}
    location = /sub {{
      nchan_subscriber eventsource;
      nchan_channel_id captions;
      nchan_subscriber_first_message newest;
    }}
  }}
}}
"""
