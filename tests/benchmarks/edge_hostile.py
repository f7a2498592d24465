"""Scenario: a stalled listener, one that reads a byte a second, and 500 half-open connections."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.benchmarks.cpu import rss_bytes
from tests.benchmarks.edge_limits import listened, our_edge
from tests.benchmarks.measuring import busy
from tests.benchmarks.options import Options
from tests.benchmarks.subjects import Subject
from tests.benchmarks.tables import Table

HALF_OPEN = 500
SMALL_BUFFER_BYTES = 4096
WINDOW_S = 60.0
_UPGRADE = (
    "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Protocol: broadcaster.audio.v1\r\n\r\n"
)


async def hostile(options: Options) -> Table:
    """1,000 good listeners, first alone, then next to the hostile ones."""
    listeners = options.listeners or 1000
    seconds = options.window_s or WINDOW_S
    rows = []
    async with our_edge(options.directory) as subject, listened(subject, listeners) as one:
        for name in ("alone", "with the hostile"):
            before = rss_bytes(subject.pids())
            if name == "alone":
                await one.window(seconds)
                left = ""
            else:
                async with _hostile(subject) as sockets:
                    await one.window(seconds)
                    left = f"{sum(map(_is_open, sockets))} of {len(sockets)}"
            grown = (rss_bytes(subject.pids()) - before) / 1024
            heard = one.heard[-1]
            rows.append(
                (
                    name,
                    f"{heard.longest_gap_ms.p50:.0f} / {heard.longest_gap_ms.most:.0f}",
                    f"{heard.long_gaps}",
                    f"{heard.source_gap_ms.most:.0f}",
                    f"{heard.lost}",
                    f"{heard.spread_ms.p99:.1f}",
                    f"{grown:.0f}",
                    left,
                )
            )
    columns = (
        *("the good", "longest gap ms, median / worst listener", "gaps over 100 ms"),
        *("longest gap of the source ms", "missed", "spread p99 ms"),
        *("RSS growth kB", f"hostile still connected after {seconds:.0f} s"),
    )
    title = f"{listeners:,} good listeners next to hostile ones"
    who = f"one that never reads, one byte a second, {HALF_OPEN} unfinished requests"
    note = f"Hostile: {who}. {busy([one])}"
    command = "python -m tests.benchmarks.edge hostile"
    return Table("hostile", title, command, columns, tuple(rows), note.strip())


@asynccontextmanager
async def _hostile(subject: Subject) -> AsyncIterator[list[socket.socket]]:
    loop = asyncio.get_running_loop()
    upgrade = _UPGRADE.format(path=subject.path).encode()
    sockets = []
    for number in range(HALF_OPEN + 2):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
        one.settimeout(0)
        sockets.append(one)
        await loop.sock_connect(one, ("127.0.0.1", subject.port))
        await loop.sock_sendall(one, upgrade if number < 2 else upgrade[:40])
    reading = asyncio.create_task(_sip(sockets[0]), name="a byte a second")
    try:
        yield sockets
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        for one in sockets:
            one.close()


async def _sip(one: socket.socket) -> None:
    while await asyncio.get_running_loop().sock_recv(one, 1):
        await asyncio.sleep(1)


def _is_open(one: socket.socket) -> bool:
    """Whether the server still keeps a connection, unread bytes or not (TCP_INFO's first byte)."""
    established = 1
    return one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == established
