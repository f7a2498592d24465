"""Memory of a process of each role over hours, in real time.

python -m tests.benchmarks.memory --minutes 120 --write docs/memory.md
"""

import argparse
import asyncio
import json
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks.cpu import family
from tests.benchmarks.memory.deployment import deployed
from tests.benchmarks.memory.report import memory_table
from tests.benchmarks.memory.sampling import Series, take_sample
from tests.benchmarks.tables import Table, write


async def measure(options: argparse.Namespace, folder: Path) -> dict[str, Series]:
    """Sample every process until the time is over; the table is written again each minute."""
    series: dict[str, Series] = {}
    measuring = asyncio.current_task()
    assert measuring is not None
    for number in (signal.SIGINT, signal.SIGTERM):  # the processes end with the context
        asyncio.get_running_loop().add_signal_handler(number, measuring.cancel)
    async with deployed(folder, options.languages) as measured:
        began = time.monotonic()
        for turn in range(int(options.minutes * 60 / options.interval_s) + 1):
            due = began + turn * options.interval_s
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            minute = (time.monotonic() - began) / 60
            for one in measured:
                inside = json.loads(one.state_file.read_text()) if one.state_file.exists() else {}
                sample = take_sample(minute, family(one.pid), inside)
                series.setdefault(one.name, Series()).samples.append(sample)
                _keep(options.samples, one.name, asdict(sample))
            if options.write is not None and turn:
                options.write.touch()
                write(table(series, options), options.write)
    return series


def _keep(file: Path | None, name: str, sample: dict[str, float]) -> None:
    if file is not None:
        with file.open("a") as lines:
            lines.write(json.dumps({"role": name, **sample}) + "\n")


def table(series: dict[str, Series], options: argparse.Namespace) -> Table:
    """A row for each role."""
    hours = max(one.samples[-1].minute for one in series.values()) / 60
    command = f"python -m tests.benchmarks.memory --minutes {options.minutes:g}"
    title = f"Each role over {hours:.1f} real hours"
    return memory_table("memory_in_real_time", title, command, series)


def main(words: Sequence[str]) -> None:
    """Measure, print, and write the table on demand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--interval-s", type=float, default=30.0, help="between two samples")
    parser.add_argument("--languages", nargs="+", default=["es", "fr"])
    parser.add_argument("--samples", type=Path, help="keep every sample there, as JSON lines")
    parser.add_argument("--write", type=Path, help="put the table into this document")
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="memory-") as folder:
        series = asyncio.run(measure(options, Path(folder)))
    print(table(series, options).markdown())


if __name__ == "__main__":
    main(sys.argv[1:])
