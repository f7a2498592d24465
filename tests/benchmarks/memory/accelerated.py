"""Memory of each role over hours of an event, in time that passes as fast as the machine can.

    python -m tests.benchmarks.memory.accelerated --hours 12

Each role runs in a process of its own, in virtual time (`tests/support/virtual_time.py`).
"""

import argparse
import asyncio
import json
import logging
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from broadcaster.system import garbage
from tests.benchmarks.memory.observed import malloc_state
from tests.benchmarks.memory.report import memory_table
from tests.benchmarks.memory.roles import ROLES
from tests.benchmarks.memory.sampling import Sample, Series, take_sample
from tests.benchmarks.tables import Table, write
from tests.support import virtual_time
from tests.support.tasks import background_task

SAMPLE_S = 60.0


async def sampled(role: str, hours: float) -> None:
    """Run one role and print a sample of its memory every minute of the event."""
    with tempfile.TemporaryDirectory(prefix="memory-") as folder:
        async with (
            background_task(garbage.collect_regularly(asyncio.sleep), name="garbage"),
            background_task(ROLES[role](Path(folder)), name=role) as running,
        ):
            for minute in range(int(hours * 60) + 1):
                if minute == 1:
                    garbage.collect_seldom()
                sample = take_sample(minute, [os.getpid()], malloc_state())
                print(json.dumps(asdict(sample)), flush=True)
                await asyncio.sleep(SAMPLE_S)
                if running.done():
                    running.result()
                    raise RuntimeError(f"the {role} ended")


async def measure(options: argparse.Namespace) -> dict[str, Series]:
    """Run the roles, some at a time; the table is written again with every sample."""
    series: dict[str, Series] = {}
    turns = asyncio.Semaphore(options.at_once)

    async def run(role: str) -> None:
        async with turns:
            words = ["--sample", role, "--hours", f"{options.hours:g}"]
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.benchmarks.memory.accelerated", *words),
                stdout=asyncio.subprocess.PIPE,
            )
            assert process.stdout is not None
            async for line in process.stdout:
                series.setdefault(role, Series()).samples.append(Sample(**json.loads(line)))
                if options.write is not None:
                    options.write.touch()
                    write(table(series, options), options.write)
            if await process.wait():
                raise SystemExit(f"the {role} failed")

    async with asyncio.TaskGroup() as tasks:
        for role in options.roles:
            tasks.create_task(run(role), name=role)
    return series


def table(series: dict[str, Series], options: argparse.Namespace) -> Table:
    """A row for each role."""
    hours = max(one.samples[-1].minute for one in series.values()) / 60
    command = f"python -m tests.benchmarks.memory.accelerated --hours {options.hours:g}"
    title = f"Each role over {hours:.1f} accelerated hours"
    return memory_table("memory_accelerated", title, command, series)


def main(words: Sequence[str]) -> None:
    """Measure, print, and write the table on demand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("roles", nargs="*", default=list(ROLES), help="of " + ", ".join(ROLES))
    parser.add_argument("--hours", type=float, default=12.0)
    parser.add_argument("--at-once", type=int, default=2, help="roles that run at a time")
    parser.add_argument("--write", type=Path, help="put the table into this document")
    parser.add_argument("--sample", choices=ROLES, help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    logging.basicConfig(level=logging.ERROR)
    if options.sample:
        virtual_time.run(sampled(options.sample, options.hours))
    else:
        print(table(asyncio.run(measure(options)), options).markdown())


if __name__ == "__main__":
    main(sys.argv[1:])
