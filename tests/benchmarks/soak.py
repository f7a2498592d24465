"""`make soak`: a long talk through many sessions, with drops; every word must come once, in order.

python -m tests.benchmarks.soak --minutes 60 --speed 30
python -m tests.benchmarks.soak --minutes 10 --speed 1
"""

import argparse
import asyncio
import logging
import platform
import random
import sys
from datetime import UTC, datetime

import numpy as np

from tests.chaos.harness import differences, interpret
from tests.chaos.words import Talk


async def soak(minutes: float, speed: float, drops: int, lifetime_s: float, seed: int) -> bool:
    """Run once and print what happened; False when a word was lost, repeated or out of order."""
    talk = Talk.of_length(minutes * 60, seed)
    blocks = int(minutes * 60 * 5)
    chance = random.Random(seed)
    places = set(chance.sample(range(50, blocks - 50), drops))
    heard, server = await interpret(talk, lifetime_s, places, speed)
    late = np.percentile(heard.delays_s, [50, 99, 100])
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.node() or 'this machine'}, seed {seed}")
    print(f"{minutes:g} min of speech at {speed:g}x, {drops} drops, sessions of {lifetime_s:g} s")
    print(f"sessions opened: {server.sessions}, ended by the server: {server.expired}")
    print(f"text:  {differences(heard.words, talk.words)}")
    print(f"sound: {differences(heard.sounds, talk.words)}")
    print(
        f"word spoken → its sound: p50 {late[0]:.1f} s, p99 {late[1]:.1f} s, most {late[2]:.1f} s"
    )
    return heard.words == talk.words and heard.sounds == talk.words


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--speed", type=float, default=30)
    parser.add_argument("--drops", type=int, default=20)
    parser.add_argument("--lifetime-s", type=float, default=240)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    good = asyncio.run(
        soak(options.minutes, options.speed, options.drops, options.lifetime_s, options.seed)
    )
    sys.exit(not good)


if __name__ == "__main__":
    main()
