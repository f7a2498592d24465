"""Processes of booths die, leave and join, and Redis goes away, while somebody speaks.

What every channel wrote is compared word by word with what was said: nothing is lost, nothing is
written twice, and the sound of a channel never runs backwards.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    ("fault", "sentences", "options"),
    [
        (killed_in_speech_and_in_a_pause, 7, ()),
        (killed_in_a_rotation, 7, ("--expires-s", "35")),
        (leaves_by_sigterm_and_joins, 8, ()),
        (redis_is_gone_for_1_and_10_s, 7, ()),
        (redis_stands_still, 5, ()),
    ],
)
async def test_no_word_is_lost_or_repeated(
    fault: Callable[[Site], Awaitable[None]],
    sentences: int,
    options: tuple[str, ...],
    tmp_path: Path,
) -> None:
    async with site(tmp_path, sentences, 2, *options) as running:
        async with running.speaking():
            await fault(running)
            await running.complete()
        for channel, seen in running.seen.items():
            print(
                f"{channel}: {seen.text.outcome}; {seen.overlaps} overlaps in its sound,"
                f" at most {seen.longest_gap_s:.1f} s without sound"
            )
            if seen.text.outcome != RIGHT:
                print(f"    {' '.join(seen.text.written.split())}")
        assert {one: seen.text.outcome for one, seen in running.seen.items()} == dict.fromkeys(
            running.seen, RIGHT
        )
        assert not any(seen.overlaps for seen in running.seen.values())
