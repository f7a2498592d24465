"""Faults of machines: processes of booths and Redis stop and come back while somebody speaks.

    python -m tests.chaos.takeovers

It runs every fault once and prints for each channel the words that were lost, repeated and out of
order, and the longest time without sound. Each takes about a minute, in real time.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.compare import Outcome
from tests.chaos.machines import SENTENCES, Site, site

RIGHT = Outcome(0, 0, 0, 0, 0)
IN_SPEECH_MS = (SENTENCES[2].start_ms + SENTENCES[2].end_ms) // 2
IN_PAUSE_MS = SENTENCES[5].end_ms + 150
LATER_MS = (SENTENCES[5].start_ms + SENTENCES[5].end_ms) // 2


async def killed_in_speech_and_in_a_pause(site: Site) -> None:
    await site.spread(1, 2)
    await site.floor_at(IN_SPEECH_MS)
    await site.kill(site.busiest())
    await site.start_booths()
    await site.floor_at(IN_PAUSE_MS)
    await site.kill(site.busiest())


async def killed_in_a_rotation(site: Site) -> None:
    await site.booths_are("rotating")
    await site.kill(site.busiest())


async def leaves_by_sigterm_and_joins(site: Site) -> None:
    await site.floor_at(IN_SPEECH_MS)
    await site.terminate(site.busiest())
    await site.spread(3)
    await site.start_booths()
    await site.spread(1, 2)


async def redis_is_gone_for_1_and_10_s(site: Site) -> None:
    await site.floor_at(IN_SPEECH_MS)
    for outage_s in (1.0, 10.0):
        await asyncio.to_thread(site.redis.kill)
        await asyncio.sleep(outage_s)
        await asyncio.to_thread(site.redis.start)
        await site.floor_at(LATER_MS)


async def redis_stands_still(site: Site) -> None:
    await site.floor_at(IN_SPEECH_MS)
    site.redis.freeze()
    await asyncio.sleep(10.0)
    site.redis.thaw()


@dataclass(frozen=True, slots=True)
class Takeover:
    """A fault of machines.

    Attributes:
        what: the fault in words.
        fault: makes it, while the talk is spoken.
        sentences: how many are spoken.
        options: of the rehearsal server.
    """

    what: str
    fault: Callable[[Site], Awaitable[None]]
    sentences: int = 7
    options: tuple[str, ...] = ()


TAKEOVERS = (
    Takeover("kill -9 in speech, then in a pause", killed_in_speech_and_in_a_pause),
    Takeover("kill -9 in a rotation", killed_in_a_rotation, options=("--expires-s", "35")),
    Takeover("SIGTERM, then another joins", leaves_by_sigterm_and_joins, 8),
    Takeover("Redis killed for 1 s and for 10 s", redis_is_gone_for_1_and_10_s),
    Takeover("Redis stands still for 10 s", redis_stands_still, 5),
)


async def run_takeover(takeover: Takeover, folder: Path) -> bool:
    """Speak, make the fault, print what came of it, and return whether nothing was lost."""
    print(f"{takeover.what}:")
    async with site(folder, takeover.sentences, 2, *takeover.options) as running:
        async with running.speaking():
            await takeover.fault(running)
            await running.complete()
        for channel, seen in running.seen.items():
            print(
                f"    {channel}: {seen.text.outcome}; {seen.overlaps} overlaps in its sound,"
                f" at most {seen.longest_gap_s:.1f} s without sound"
            )
            if seen.text.outcome != RIGHT:
                print(f"        {' '.join(seen.text.written.split())}")
        return all(
            seen.text.outcome == RIGHT and not seen.overlaps for seen in running.seen.values()
        )


async def main() -> None:
    """Run all of them.

    Raises:
        SystemExit: words were lost or repeated.
    """
    for takeover in TAKEOVERS:
        with tempfile.TemporaryDirectory() as folder:
            if not await run_takeover(takeover, Path(folder)):
                raise SystemExit(1)


if __name__ == "__main__":
    asyncio.run(main())
