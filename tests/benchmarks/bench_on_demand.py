"""Measure how soon the first listener of a language hears something: `make bench`.

    python -m tests.benchmarks.bench_on_demand [listeners]

The whole application in one process, a WebSocket listener, and an interpreter that speaks 0.4 s
after the speaker: what is left is ours.
"""

import asyncio
import sys

import numpy as np

from tests.support.on_demand import first_listeners

LISTENERS = 50
VALUES = {
    "first sound, whosever": "sound_s",
    "session live": "live_s",
    "first word of the interpreter": "voice_s",
}


async def main(listeners: int) -> None:
    firsts = await first_listeners(listeners)
    for what, name in VALUES.items():
        values = [getattr(first, name) for first in firsts]
        p50, p99 = np.percentile(values, [50, 99])
        print(f"{what}: p50 {p50:.2f} s, p99 {p99:.2f} s, most {max(values):.2f} s")
    print(f"from the moment the first listener connects; {len(firsts)} listeners")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else LISTENERS))
