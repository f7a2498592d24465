"""One edge at its limits: very many listeners, many joins at once, memory over time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.benchmarks.cpu import rss_bytes
from tests.benchmarks.load import Heard, load
from tests.benchmarks.measuring import SETTLE_S, Measured, busy
from tests.benchmarks.options import Options
from tests.benchmarks.sources import ChannelSound
from tests.benchmarks.subjects import Subject, edge, redis_bus
from tests.benchmarks.tables import Table

HERD, HERD_S = 2000, 10.0
PATIENCE_S = 20.0
"""A join that takes this much longer than the others counts as failed."""


@asynccontextmanager
async def our_edge(directory: Path, *, tls: bool = False) -> AsyncIterator[Subject]:
    """One edge with its Redis, fed with 60 ms frames of the floor."""
    async with redis_bus(directory) as (url, bus):
        source = ChannelSound(bus, "floor")
        async with edge("ours", directory / "edge", url, source, tls=tls) as subject:
            yield subject


@asynccontextmanager
async def listened(subject: Subject, listeners: int) -> AsyncIterator[Measured]:
    """A server with its listeners, joined."""
    clients = load(
        *(subject.port, subject.path, listeners), per_second=subject.per_second, tls=subject.tls
    )
    async with clients as joined:
        measured = Measured(subject, listeners, joined)
        await measured.join()
        yield measured


async def ws10k(options: Options) -> Table:
    """10,000 listeners on one process for five minutes."""
    title = "10,000 WebSocket listeners on one process"
    return await _crowd(options, "ws10k", title, options.listeners or 10_000, 300.0)


async def delay(options: Options) -> Table:
    """From publishing on the bus to the listener's socket, 5,000 listeners; five times."""
    listeners = options.listeners or 5_000
    return await _crowd(options, "delay", "Delay of the edge", listeners, 20.0, options.repetitions)


async def _crowd(
    options: Options, name: str, title: str, listeners: int, window_s: float, windows: int = 1
) -> Table:
    async with our_edge(options.directory) as subject, listened(subject, listeners) as one:
        for _ in range(windows):
            await one.window(options.window_s or window_s)
    rows = tuple(
        (
            f"{heard.listening:,}",
            f"{heard.window_s:.0f}",
            f"{second_us * listeners / 1e4:.0f} %",
            f"{message_us:.2f}",
            *(f"{each.p50:.1f} / {each.p99:.1f}" for each in (heard.spread_ms, heard.delay_ms)),
            f"{heard.longest_gap_ms.most:.0f}",
            f"{heard.lost:,} of {heard.messages + heard.lost:,}",
            f"{heard.disconnected}",
        )
        for heard, second_us, message_us in zip(
            one.heard, one.second_us, one.message_us, strict=True
        )
    )
    columns = (
        *("listeners", "seconds", "of one core", "µs per message"),
        *("spread ms p50/p99", "delay ms p50/p99"),
        *("longest gap ms", "messages missed", "dropped listeners"),
    )
    note = (
        "Delay: from publishing on the bus to the listener's read. Spread: from the first listener "
        f"to the last that gets a frame. {busy([one])}"
    )
    return Table(
        name, title, f"python -m tests.benchmarks.edge {name}", columns, rows, note.strip()
    )


async def mass_join(options: Options) -> Table:
    """2,000 join within ten seconds while 2,000 listen; before it, nobody joins."""
    listeners = options.listeners or HERD
    seconds = options.window_s or HERD_S
    rows = []
    for tls in (False, True):
        folder = options.directory / ("tls" if tls else "plain")
        await asyncio.to_thread(folder.mkdir)
        async with our_edge(folder, tls=tls) as subject, listened(subject, listeners) as one:
            for joining in (0, HERD):
                async with subject.ticking():
                    await asyncio.sleep(SETTLE_S)
                    one.load.start()
                    joined = await _join(subject, joining, seconds)
                    heard = await one.load.report()
                rows.append(("wss" if tls else "ws", f"{joining:,}", *_gaps(heard), *joined))
    columns = (
        *("transport", "joining", "longest gap ms, median / worst listener"),
        *("listeners with gaps over 100 ms", "longest gap of the source ms"),
        *("join ms p50/p99", "joins failed"),
    )
    title = f"{HERD:,} join in {HERD_S:.0f} s while {listeners:,} listen"
    return Table("herd", title, "python -m tests.benchmarks.edge herd", columns, tuple(rows))


def _gaps(heard: Heard) -> tuple[str, ...]:
    return (
        f"{heard.longest_gap_ms.p50:.0f} / {heard.longest_gap_ms.most:.0f}",
        f"{heard.listeners_with_long_gaps:,} of {heard.listening:,}",
        f"{heard.source_gap_ms.most:.0f}",
    )


async def _join(subject: Subject, joining: int, seconds: float) -> tuple[str, str]:
    """Let listeners join over a time; how long that took each, and how many could not."""
    if not joining:
        await asyncio.sleep(seconds)
        return "", ""
    pace = joining / seconds
    async with load(subject.port, subject.path, joining, per_second=pace, tls=subject.tls) as crowd:
        with suppress(TimeoutError):
            await crowd.connected(seconds + PATIENCE_S)
        crowd.start()
        await asyncio.sleep(SETTLE_S)
        heard = await crowd.report()
    join = f"{heard.answered_ms.p50:.0f} / {heard.answered_ms.p99:.0f}"
    return join, f"{joining - heard.listening}"


async def memory(options: Options) -> Table:
    """Memory of a listener, and over ten minutes."""
    listeners = options.listeners or 2000
    seconds = options.window_s or 600.0
    rows = []
    for tls in (False, True):
        folder = options.directory / ("tls" if tls else "plain")
        await asyncio.to_thread(folder.mkdir)
        async with our_edge(folder, tls=tls) as subject, listened(subject, listeners) as one:
            samples = []
            async with subject.ticking():
                for _ in range(10):
                    await asyncio.sleep(seconds / 10)
                    samples.append(rss_bytes(subject.pids()) / 1e6)
        cells = (f"{one.rss_kb:.1f}", f"{one.slab_kb:.1f}", f"{one.join_us:.0f}")
        over = f"{samples[0]:.1f} → {samples[4]:.1f} → {samples[-1]:.1f}"
        rows.append(("wss" if tls else "ws", f"{listeners:,}", *cells, over))
    minutes = seconds / 60
    columns = (
        *("transport", "listeners", "RSS kB", "slab kB, both ends", "join µs"),
        f"RSS of the process in MB after {minutes / 10:g}, {minutes / 2:g} and {minutes:g} min",
    )
    command = "python -m tests.benchmarks.edge memory"
    return Table("memory", "Memory of a listener", command, columns, tuple(rows))
