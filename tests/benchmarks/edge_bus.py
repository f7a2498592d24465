"""Scenario: what reading the bus costs an edge that serves thirty languages."""

import asyncio
import statistics
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import uvloop

from broadcaster.bus import open_bus
from broadcaster.model import keys
from broadcaster.model.ports import Bus
from tests.benchmarks.cpu import SERVER_CORE, cpu_ns, pin
from tests.benchmarks.options import Options
from tests.benchmarks.sources import EVENT, FRAME_MS, ChannelSound, Ticker
from tests.benchmarks.subjects import LANGUAGES, redis_bus
from tests.benchmarks.tables import Table


async def bus(options: Options) -> Table:
    """A process that only subscribes, as the hubs of thirty languages do."""
    window_s = options.window_s or 5.0
    rows = []
    async with redis_bus(options.directory) as (url, publisher):
        reader = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.benchmarks.edge_bus", url),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert reader.stdin is not None
        assert reader.stdout is not None
        await reader.stdout.readline()
        for every_ms in (FRAME_MS, 20):
            cost_us, rate = [], 0.0
            source = ChannelSound(publisher, *LANGUAGES, frame_ms=every_ms)
            async with Ticker(source, every_ms).ticking():
                for _ in range(options.repetitions):
                    await asyncio.sleep(1.0)
                    seen, cpu = await _count(reader), cpu_ns([reader.pid])
                    await asyncio.sleep(window_s)
                    messages = await _count(reader) - seen
                    cost_us.append((cpu_ns([reader.pid]) - cpu) / 1e3 / messages)
                    rate = messages / window_s
            median_us = statistics.median(cost_us)
            share = f"{median_us * rate / 1e4:.2f} %"
            rows.append((f"{every_ms} ms", f"{rate:.0f}", f"{median_us:.1f}", share))
        reader.terminate()
        await reader.wait()
    return Table(
        *("bus", "Reading the bus, 30 languages", "python -m tests.benchmarks.edge bus"),
        ("frames", "messages a second", "µs per message", "of one core"),
        tuple(rows),
        "A process with thirty subscriptions on Redis that does nothing else.",
    )


async def _count(reader: asyncio.subprocess.Process) -> int:
    assert reader.stdin is not None
    assert reader.stdout is not None
    reader.stdin.write(b"\n")
    return int(await reader.stdout.readline())


async def _read(url: str) -> None:
    """The reader's process: for every line of stdin, how many messages came."""
    counts = [0] * len(LANGUAGES)

    async def follow(place: int, bus: Bus) -> None:
        async with bus.subscribe(keys.opus(EVENT, LANGUAGES[place]), depth=64) as frames:
            async for _ in frames:
                counts[place] += 1

    asked = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(open_bus(url, Path()))
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        for place in range(len(LANGUAGES)):
            tasks.create_task(follow(place, bus), name=LANGUAGES[place])
        print("ready", flush=True)
        while await asked.readline():
            print(sum(counts), flush=True)


if __name__ == "__main__":
    pin(SERVER_CORE)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_read(sys.argv[1]))
