"""Measure how soon a channel carries the floor when the speaker uses its language, and stops.

    python -m tests.benchmarks.bench_language_switch --passages 10

The prepared talk's guest speaks Spanish between two English passages, again and again, through the
whole broadcast and the rehearsal server; measured in the sound that a listener of the Spanish
channel gets, against one of the floor. 50 s a passage. Fails when the floor does not come or go,
or if a session is replaced during the run.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from tests.support.language_switch import LENGTH_S, listening, on_stage, switches

GENEROUS_S = 14.0
"""Far above what is printed: the floor never comes, or never goes, when this fails."""


async def main(passages: int) -> None:
    """Listen to `passages` passages and print both times."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            on_stage(Path(folder)) as (url, server),
            listening(url, "floor") as floor,
            listening(url, "es") as spanish,
        ):
            await asyncio.sleep((passages + 1) * LENGTH_S)
        found = await asyncio.to_thread(lambda: list(switches(floor, spanish)))
    print(f"{datetime.now(UTC):%Y-%m-%d}: {len(found)} passages, in seconds")
    report("first Spanish word → es carries the floor", [s.carried_s for s in found])
    report("first English word → es does not any more", [s.back_s for s in found])
    if not found or max(max(s.carried_s, s.back_s) for s in found) > GENEROUS_S:
        raise SystemExit("the floor did not come, or did not go")
    if [line for line in server.lines if "booth retries" in line]:
        raise SystemExit("a session failed")


def report(what: str, seconds: Sequence[float]) -> None:
    """Print one of the two times of all passages."""
    p50, p99 = np.percentile(seconds, [50, 99])
    each = " ".join(f"{one:.2f}" for one in seconds)
    print(f"{what}: p50 {p50:.2f}, p99 {p99:.2f} ({each})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--passages", type=int, default=10)
    asyncio.run(main(parser.parse_args().passages))
