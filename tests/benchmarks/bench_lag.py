"""Lag over an hour of talk with translations 1.3 times as long as the speech.

    python -m tests.benchmarks.bench_lag [minutes]

In virtual time: an hour takes about a minute of work, once with and once without
catching up. Prints both; fails when the lag grows, or its p95 is over the cap.
"""

import sys

from broadcaster.booths.playout.catch_up import CatchUpLimits
from tests.booths.simulation import NEVER, Listened
from tests.support.virtual_time import run

LONGER = 1.3
FIRST_MINUTES = 3


async def main(minutes: int) -> None:
    limits = CatchUpLimits()
    for name, tried in (("with catch-up", limits), ("without catch-up", NEVER)):
        listened = await Listened.to_talk(tried, LONGER, minutes)
        slope, error = listened.slope_ms_per_minute(FIRST_MINUTES)
        print(f"{name}: {listened}; slope {slope:+.1f} ± {error:.1f} ms per minute")
        if tried is limits:
            assert abs(slope) < 2 * error + 1
            assert listened.percentile_ms(95) < limits.lag_cap_ms


if __name__ == "__main__":
    run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
