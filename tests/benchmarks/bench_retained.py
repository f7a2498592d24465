"""The cost of retaining the last minute of floors, in Redis or in files.

    python -m tests.benchmarks.bench_retained [--floors 10] [--seconds 60]
    python -m tests.benchmarks.bench_retained --files

Floors speak in real time over a real Redis, first without retaining anything and then with it. It
prints the processor time of Redis and of the floors' process for each floor, and what Redis keeps
and writes. Then it reads the minute of one floor, as a booth does that takes a channel over.

With `--files` it prints the processor time of one message of 200 ms that is kept in a file, its
thread included, and how long a server reads a whole file at its start.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from broadcaster.bus.redis.bus import RedisBus
from broadcaster.bus.retained.files import RetainedFiles
from broadcaster.bus.retained.messages import MAX_RETAINED
from broadcaster.bus.retained.ring_file import LONGEST_PAYLOAD_BYTES, RingFile, read_left
from broadcaster.floor.output import FloorOutput
from broadcaster.model import keys
from broadcaster.model.audio import OPUS_FRAME_SAMPLES, PCM_FRAME_SAMPLES, SAMPLE_BYTES
from broadcaster.model.clock import SystemClock
from broadcaster.model.ports import Retained
from tests.benchmarks.cpu import cpu_ns, machine
from tests.support.redis_server import RedisServer

FILL_S = 62.0
"""Time until every floor has a whole minute."""


class ForgetfulBus(RedisBus):
    """A bus that retains nothing, as before."""

    def retain(self, topic: str, message: Retained) -> None:
        """Drop it."""


@dataclass(slots=True)
class Cost:
    """Shares of a core while something was measured."""

    redis: float = 0.0
    floors: float = 0.0


@contextmanager
def measured(redis_pid: int, cost: Cost) -> Iterator[None]:
    """Measure Redis and this process inside the context."""
    began, redis_ns, own_ns = time.monotonic_ns(), cpu_ns([redis_pid]), cpu_ns([os.getpid()])
    yield
    passed_ns = time.monotonic_ns() - began
    cost.redis = (cpu_ns([redis_pid]) - redis_ns) / passed_ns
    cost.floors = (cpu_ns([os.getpid()]) - own_ns) / passed_ns


async def speak(bus: RedisBus, floors: int) -> None:
    """Publish noise on each floor at real-time rate, until cancelled."""
    chance = np.random.default_rng(1)
    frames = chance.integers(-3_000, 3_000, (50, PCM_FRAME_SAMPLES)).astype("<i2")
    pieces = [frame.tobytes() for frame in frames]
    outputs = [FloorOutput(bus, f"talk-{n}", OPUS_FRAME_SAMPLES) for n in range(floors)]
    clock = asyncio.get_running_loop().time
    began, number = clock(), 0
    while True:
        for output in outputs:
            piece = pieces[number % len(pieces)]
            output.push_floor_pcm(number * PCM_FRAME_SAMPLES, piece, 2 * piece)
        number += 1
        await asyncio.sleep(max(0.0, began + number * 0.02 - clock()))


async def run(bus: RedisBus, redis_pid: int, floors: int, fill_s: float, seconds: float) -> Cost:
    """Let the floors speak, and measure once they have for a while."""
    cost = Cost()
    async with bus:
        speaking = asyncio.create_task(speak(bus, floors), name="floors of the benchmark")
        await asyncio.sleep(fill_s)
        with measured(redis_pid, cost):
            await asyncio.sleep(seconds)
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
    return cost


async def read_back(url: str) -> tuple[int, float]:
    """Read one floor's minute; returns its bytes and the milliseconds that took."""
    async with RedisBus(url) as bus:
        await bus.probe()
        began, position, size = time.monotonic(), 0, 0
        while found := await bus.retained(keys.floor_pcm("talk-0"), position):
            position = found[-1].position + 1
            size += sum(len(message.payload) for message in found)
        return size, (time.monotonic() - began) * 1000


def memory_bytes(redis: RedisServer) -> int:
    """The data that Redis holds."""
    info = redis.command("INFO", "memory").decode()
    lines = dict(line.split(":", 1) for line in info.splitlines() if ":" in line)
    return int(lines["used_memory_dataset"])


async def files_us(folder: Path, messages: int, *, kept: bool) -> float:
    """Processor time of this process for each message, in microseconds."""
    files = RetainedFiles(folder, SystemClock())
    pcm = np.random.default_rng(1).bytes(LONGEST_PAYLOAD_BYTES)
    async with files.keeping():
        began_ns = time.process_time_ns()
        for number in range(messages):
            if kept:
                files.add("floor", Retained(number, pcm))
            await asyncio.sleep(0.005)
        return (time.process_time_ns() - began_ns) / 1_000 / messages


def report_files() -> None:
    """Measure the files of a server without Redis, and print."""
    messages = 2_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        without_us = asyncio.run(files_us(folder / "kept", messages, kept=False))
        with_us = asyncio.run(files_us(folder / "kept", messages, kept=True))
        path = folder / "file"
        ring = RingFile.create(path, "floor")
        for number in range(MAX_RETAINED):
            ring.write(Retained(number, bytes(LONGEST_PAYLOAD_BYTES)), 0)
        ring.close()
        began = time.process_time_ns()
        assert read_left(path) is not None
        read_ms = (time.process_time_ns() - began) / 1e6
    print(f"{messages} messages of 200 ms, {machine()}")
    print(f"in a file: {with_us - without_us:.0f} us of processor time for each message")
    print(f"a server reads the minute of a floor in {read_ms:.0f} ms")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", action="store_true", help="measure files instead of Redis")
    parser.add_argument("--floors", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    if options.files:
        report_files()
        return
    with tempfile.TemporaryDirectory() as folder:
        redis = RedisServer(Path(folder))
        redis.start()
        try:
            report(redis, Path(folder), options.floors, options.seconds)
        finally:
            redis.stop()


def report(redis: RedisServer, folder: Path, floors: int, seconds: float) -> None:
    """Measure one after the other, and print the difference for each floor."""
    pid = redis.pid
    without = asyncio.run(run(ForgetfulBus(redis.url), pid, floors, 2.0, seconds))
    empty = memory_bytes(redis)
    with_it = asyncio.run(run(RedisBus(redis.url), pid, floors, FILL_S, seconds))
    kept = memory_bytes(redis) - empty
    written = sum(path.stat().st_size for path in folder.rglob("*.aof"))
    size, took_ms = asyncio.run(read_back(redis.url))
    print(f"{floors} floors, {seconds:.0f} s, {machine()}")
    for name, cost in (("not retained", without), ("retained", with_it)):
        print(
            f"{name}: Redis {cost.redis / floors:.3%} and the floors' process"
            f" {cost.floors / floors:.3%} of a core for each floor"
        )
    print(f"in Redis for each floor: {kept / floors / 1e6:.2f} MB")
    print(f"sent to Redis for each floor: {24_000 * SAMPLE_BYTES / 1000:.0f} kB a second")
    print(f"append-only file of Redis: {written} bytes")
    print(f"a booth reads {size / 1e6:.2f} MB, one minute, in {took_ms:.0f} ms")


if __name__ == "__main__":
    main()
