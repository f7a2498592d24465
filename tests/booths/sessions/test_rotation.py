"""Rotation: the time at which a session is replaced, and the place of the cut."""

from collections.abc import Iterator
from functools import partial

import pytest

from broadcaster.audio.blocks import Block
from broadcaster.booths.floor.buffer import FloorBuffer
from broadcaster.booths.sessions.rotation import (
    CUT_PAUSES_S,
    ROTATE_AFTER_S,
    ROTATE_BEFORE_EXPIRY_S,
    STAGGER_S,
    place_to_cut,
    rotate_in_s,
)
from broadcaster.rehearsal import talk
from tests.booths.simulation import TimedCall, run_schedule
from tests.support.clock import FakeClock
from tests.support.tasks import background_task
from tests.support.virtual_time import LoopClock

BLOCK = 4_800
SPEECH, PAUSE = b"\x11\x11" * BLOCK, bytes(2 * BLOCK)
LANGUAGES = sorted(talk.load().sentences[0].translations)
CLOCK = FakeClock()


@pytest.mark.parametrize("expires_at", [None, 3_600, 1_800, 60])
def test_sessions_are_replaced_well_before_their_end_and_not_all_at_once(
    expires_at: int | None,
) -> None:
    times_s = [rotate_in_s(language, expires_at, CLOCK) for language in LANGUAGES]
    lifetime_s = ROTATE_AFTER_S + ROTATE_BEFORE_EXPIRY_S if expires_at is None else expires_at
    margin_s = min(ROTATE_BEFORE_EXPIRY_S, lifetime_s / 4)
    assert lifetime_s / 2 < min(times_s) < max(times_s) <= lifetime_s - margin_s
    assert max(times_s) - min(times_s) <= STAGGER_S
    assert len(set(times_s)) == len(LANGUAGES)


def test_a_server_with_a_wrong_clock_does_not_cause_constant_rotation() -> None:
    clock = FakeClock(10_000.0)
    assert rotate_in_s("es", 10_000 - 3_600, clock) > ROTATE_AFTER_S / 2


def speaking(buffer: FloorBuffer, pauses: set[int]) -> Iterator[TimedCall]:
    """Blocks of 200 ms: speech, except for the numbers in `pauses`."""
    for number in range(100):
        block = Block(number * BLOCK, PAUSE if number in pauses else SPEECH)
        yield (number + 1) * 0.2, partial(buffer.push_floor_block, block)


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        ({4, 8, 9, 12, 13}, 10),
        ({4, 40}, 41),
        (set(), int(CUT_PAUSES_S[-1][0] * 5) + 1),
    ],
    ids=["two blocks of pause", "a short one, much later", "none"],
)
async def test_the_floor_is_cut_in_a_pause_unless_there_is_none(
    pauses: set[int], expected: int
) -> None:
    buffer = FloorBuffer()
    async with background_task(run_schedule(speaking(buffer, pauses), 20.0), "floor of the test"):
        await buffer.grown()
        assert await place_to_cut(buffer, LoopClock()) == expected * BLOCK
