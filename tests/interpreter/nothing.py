"""`python -m tests.interpreter.nothing`: the words that are invented where nobody speaks."""

import argparse
import asyncio
from datetime import date

from tests.benchmarks.cpu import machine
from tests.interpreter.listening import listen
from tests.interpreter.other_sounds import SOUNDS


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.interpreter.nothing")
    parser.add_argument("--minutes", type=float, default=5.0, help="of each sound")
    options = parser.parse_args()
    seconds = options.minutes * 60
    print(f"{date.today()}, {machine()}")  # noqa: DTZ011 - a day for people
    for name, make in SOUNDS.items():
        listening = await listen(make(seconds), real_time=False)
        words = listening.text().split()
        cost = listening.cpu_s / seconds
        print(f"{name}, {seconds:.0f} s: {len(words)} words {words[:20]}, {cost:.3f} s per second")


if __name__ == "__main__":
    asyncio.run(main())
