"""Scenario: stalled, slow and half-open connections, and a million requests for captions."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.ports import Bus
from tests.benchmarks.cpu import rss_bytes, waited_ns
from tests.benchmarks.edge_limits import listened
from tests.benchmarks.load import Heard
from tests.benchmarks.measuring import SETTLE_S, Measured, busy
from tests.benchmarks.options import Options
from tests.benchmarks.sources import EVENT, ChannelSound
from tests.benchmarks.subjects import Subject, edge, redis_bus
from tests.benchmarks.tables import Table
from tests.support.flood import PIPELINED, Flood

HALF_OPEN = 500
SMALL_BUFFER_BYTES = 4096
WINDOW_S = 60.0
REQUESTS = 1_000_000
CROWD = 200
"""Connections of the flood at a time."""
CAPTIONS = 5_000
_UPGRADE = (
    "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Protocol: broadcaster.audio.v1\r\n\r\n"
)


async def hostile(options: Options) -> Table:
    """1,000 good listeners, first alone, then next to the hostile ones, then in the flood."""
    listeners = options.listeners or 1000
    seconds = options.window_s or WINDOW_S
    requests = options.requests or REQUESTS
    rows = []
    async with redis_bus(options.directory) as (url, bus):
        await _long_talk(bus)
        source = ChannelSound(bus, "floor")
        async with (
            edge("ours", options.directory / "edge", url, source) as subject,
            listened(subject, listeners) as one,
        ):
            before = rss_bytes(subject.pids())
            await one.window(seconds)
            rows.append(_row("alone", one.heard[-1], subject, before, ""))
            before = rss_bytes(subject.pids())
            async with _hostile(subject) as sockets:
                await one.window(seconds)
                left = f"{sum(map(_is_open, sockets))} of {len(sockets)} left"
            rows.append(_row("with the hostile", one.heard[-1], subject, before, left))
            before = rss_bytes(subject.pids())
            heard, answered = await _flooded(
                one, Flood(subject.port, EVENT, "floor", requests, CROWD)
            )
            rows.append(_row("in the flood", heard, subject, before, answered))
    columns = (
        *("the good", "longest gap ms, median / worst listener", "gaps over 100 ms"),
        *("longest gap of the source ms", "missed", "spread p99 ms"),
        *("RSS growth kB", "what became of the others"),
    )
    title = f"{listeners:,} good listeners next to hostile ones"
    who = f"one that never reads, one byte a second, {HALF_OPEN} unfinished requests"
    flood = (
        f"Flood: {requests:,} requests for captions over {CROWD} connections at a time, "
        f"{PIPELINED} pipelined on each, the last of them for all of a talk of five hours"
    )
    note = f"Hostile: {who}; {seconds:.0f} s. {flood}. {busy([one])}"
    command = "python -m tests.benchmarks.edge hostile"
    return Table("hostile", title, command, columns, tuple(rows), note.strip())


def _row(name: str, heard: Heard, subject: Subject, rss: int, left: str) -> tuple[str, ...]:
    return (
        name,
        f"{heard.longest_gap_ms.p50:.0f} / {heard.longest_gap_ms.most:.0f}",
        f"{heard.long_gaps}",
        f"{heard.source_gap_ms.most:.0f}",
        f"{heard.lost}",
        f"{heard.spread_ms.p99:.1f}",
        f"{(rss_bytes(subject.pids()) - rss) / 1024:.0f}",
        left,
    )


async def _long_talk(bus: Bus) -> None:
    """Captions of five hours."""
    for number in range(CAPTIONS):
        at_ms = number * 3600
        caption = Caption(
            f"floor-{number}", "floor", at_ms, at_ms + 3500, "words " * 12, final=True
        )
        await bus.append(keys.captions(EVENT, "floor"), caption.to_json())


async def _flooded(one: Measured, flood: Flood) -> tuple[Heard, str]:
    """Measure the well-behaved listeners during the flood, and how fast the flood is answered."""
    async with one.subject.ticking():
        await asyncio.sleep(SETTLE_S)
        pids = one.subject.pids()
        one.load.start()
        began_at, waited = time.monotonic(), waited_ns(pids)
        await flood.run()
        took_s = time.monotonic() - began_at
        heard = await one.load.report()
    one.waited.append((waited_ns(pids) - waited) / 1e9 / took_s)
    rate = flood.answered / took_s
    return heard, f"{flood.answered:,} of {flood.asked:,} answered, {rate:,.0f} a second"


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
