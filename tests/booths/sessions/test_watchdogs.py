"""When an interpreter that only listens, or only writes, is given up."""

import asyncio
from collections.abc import Iterator
from functools import partial

import pytest

from broadcaster.audio.blocks import Block
from broadcaster.booths.floor.buffer import FloorMemory
from broadcaster.booths.sessions.overlap import RECENT_SENTENCES
from broadcaster.booths.sessions.watchdogs import (
    MUTE_SENTENCES,
    SILENT_AFTER_SPEECH,
    SILENT_S,
    SPOKEN_S,
    MuteWatch,
    SilenceWatch,
)
from broadcaster.errors import InterpreterFailed
from tests.booths.stage import Act, StageClock

SPEECH, PAUSE = b"\x11\x11" * 4_800, bytes(9_600)
TALK_S = 200.0


def floor(memory: FloorMemory, speech_s: float) -> Iterator[Act]:
    """Speech from the start of the clock on, then a pause until its end."""
    for number in range(int(TALK_S * 5)):
        block = Block(number * 4_800, SPEECH if number < speech_s * 5 else PAUSE)
        yield (number + 1) * 0.2, partial(memory.push, block)


async def given_up_after_s(clock: StageClock, watch: SilenceWatch) -> float | None:
    """How long a session is listened to in vain; None when it is not ended."""
    began_s = clock.seconds
    watching = asyncio.create_task(watch.run(), name="watch of the test")
    ending = asyncio.create_task(clock.ended.wait(), name="end of the test")
    await asyncio.wait({watching, ending}, return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    if not watching.done():
        watching.cancel()
        return None
    with pytest.raises(InterpreterFailed, match="says nothing"):
        watching.result()
    return clock.seconds - began_s


async def test_silence_is_given_up_after_so_much_speech_and_then_twice_as_much() -> None:
    memory = FloorMemory()
    clock = StageClock(floor(memory, TALK_S), TALK_S)
    watch = SilenceWatch(memory, clock)
    assert await given_up_after_s(clock, watch) == pytest.approx(SILENT_S, abs=1)
    watch.begin()
    assert await given_up_after_s(clock, watch) == pytest.approx(2 * SILENT_S, abs=1)
    watch.answered()
    assert await given_up_after_s(clock, watch) == pytest.approx(SILENT_S, abs=1)


async def test_a_pause_after_a_little_speech_does_not_hide_it() -> None:
    memory = FloorMemory()
    clock = StageClock(floor(memory, 2 * SPOKEN_S), TALK_S)
    expected_s = SPOKEN_S + SILENT_AFTER_SPEECH * SILENT_S
    assert await given_up_after_s(clock, SilenceWatch(memory, clock)) == pytest.approx(
        expected_s, abs=2
    )


async def test_who_has_nothing_to_interpret_may_be_silent() -> None:
    memory = FloorMemory()
    clock = StageClock(floor(memory, TALK_S), TALK_S)
    watch = SilenceWatch(memory, clock)
    watch.expected = True
    assert await given_up_after_s(clock, watch) is None
    clock = StageClock(floor(memory := FloorMemory(), SPOKEN_S / 2), TALK_S)
    assert await given_up_after_s(clock, SilenceWatch(memory, clock)) is None


def test_a_sentence_counts_when_it_was_spoken() -> None:
    watch = MuteWatch()
    watch.sounded()
    assert watch.finished()
    assert not watch.finished()
    watch.sounded()
    assert watch.finished()


def test_who_stays_mute_is_given_up_ever_later_and_what_it_wrote_counts_in_the_end() -> None:
    watch = MuteWatch()
    sentences = MUTE_SENTENCES
    while sentences <= RECENT_SENTENCES:
        watch.begin()
        assert not any(watch.finished() for _ in range(sentences - 1))
        with pytest.raises(InterpreterFailed, match="does not speak"):
            watch.finished()
        sentences *= 2
    watch.begin()
    assert not any(watch.finished() for _ in range(RECENT_SENTENCES - 1))
    assert watch.finished(), "a next session could not hear it again"
