"""Watchdogs replace a session whose interpreter is silent, or writes without speaking."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pytest

from broadcaster.audio.blocks import Block
from broadcaster.booths.floor.buffer import FloorBuffer
from broadcaster.booths.repeats.overlap import RECENT_SENTENCES
from broadcaster.booths.sessions.watchdogs import (
    BEHIND_FOR_S,
    MUTE_S,
    MUTE_SENTENCES,
    SILENT_AFTER_SPEECH,
    SILENT_S,
    SPOKEN_S,
    LagWatch,
    MuteWatch,
    SilenceWatch,
)
from broadcaster.errors import InterpreterFailed
from broadcaster.model.audio import CLOCK_HZ
from tests.booths.simulation import TimedCall, run_schedule
from tests.support.tasks import background_task
from tests.support.virtual_time import LoopClock

SPEECH, PAUSE = b"\x11\x11" * 4_800, bytes(9_600)
TALK_S = 200.0


def floor(buffer: FloorBuffer, speech_s: float) -> Iterator[TimedCall]:
    """Speech for `speech_s`, then silence until the talk ends."""
    for number in range(int(TALK_S * 5)):
        block = Block(number * 4_800, SPEECH if number < speech_s * 5 else PAUSE)
        yield (number + 1) * 0.2, partial(buffer.push_floor_block, block)


async def given_up_after_s(watch: SilenceWatch) -> float | None:
    """Return the seconds until the watch gives up the session; None if it never does."""
    now = asyncio.get_running_loop().time
    began_s = now()
    try:
        async with asyncio.timeout_at(TALK_S):
            with pytest.raises(InterpreterFailed, match="says nothing"):
                await watch.run()
    except TimeoutError:
        return None
    return now() - began_s


async def test_each_alarm_doubles_the_patience_until_there_is_an_answer() -> None:
    buffer = FloorBuffer()
    watch = SilenceWatch(buffer, LoopClock(), lambda: False)
    async with background_task(run_schedule(floor(buffer, TALK_S), TALK_S), "floor of the test"):
        assert await given_up_after_s(watch) == pytest.approx(SILENT_S, abs=1)
        watch.begin()
        assert await given_up_after_s(watch) == pytest.approx(2 * SILENT_S, abs=1)
        watch.answered()
        assert await given_up_after_s(watch) == pytest.approx(SILENT_S, abs=1)


async def test_a_little_speech_before_a_pause_needs_an_answer_too() -> None:
    buffer = FloorBuffer()
    watch = SilenceWatch(buffer, LoopClock(), lambda: False)
    expected_s = SPOKEN_S + SILENT_AFTER_SPEECH * SILENT_S
    async with background_task(
        run_schedule(floor(buffer, 2 * SPOKEN_S), TALK_S), "floor of the test"
    ):
        assert await given_up_after_s(watch) == pytest.approx(expected_s, abs=2)


@pytest.mark.parametrize(
    ("speech_s", "silence_expected"),
    [(TALK_S, True), (SPOKEN_S / 2, False)],
    ids=["the speaker speaks its language", "the speaker says next to nothing"],
)
async def test_an_interpreter_with_nothing_to_say_may_be_silent(
    speech_s: float,
    silence_expected: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    buffer = FloorBuffer()
    watch = SilenceWatch(buffer, LoopClock(), lambda: silence_expected)
    async with background_task(run_schedule(floor(buffer, speech_s), TALK_S), "floor of the test"):
        assert await given_up_after_s(watch) is None


def test_a_sentence_counts_when_it_was_spoken() -> None:
    watch = MuteWatch()
    watch.sounded()
    assert watch.finished(0)
    assert not watch.finished(1)
    watch.sounded()
    assert watch.finished(2)


def test_each_alarm_doubles_the_sentences_a_mute_interpreter_may_write() -> None:
    watch = MuteWatch()
    sentences = MUTE_SENTENCES
    late = round(MUTE_S * CLOCK_HZ)
    while sentences <= RECENT_SENTENCES:
        watch.begin()
        assert not any(watch.finished(number * late) for number in range(sentences - 1))
        with pytest.raises(InterpreterFailed, match="does not speak"):
            watch.finished(sentences * late)
        sentences *= 2
    watch.begin()
    assert not any(watch.finished(number * late) for number in range(RECENT_SENTENCES - 1))
    assert watch.finished(RECENT_SENTENCES * late), "it is too far back to be replayed"


def test_short_sentences_may_come_together_before_the_voice() -> None:
    watch = MuteWatch()
    late = round(MUTE_S * CLOCK_HZ)
    assert not any(watch.finished(late - number) for number in range(4, 0, -1))
    watch.sounded()
    assert watch.finished(2 * late), "only the sentences before the sound have waited"
    assert not watch.finished(2 * late)
    assert not watch.finished(3 * late - 1)
    with pytest.raises(InterpreterFailed, match="does not speak"):
        watch.finished(3 * late)


LIMIT_S = 6.0
BEGINS_S = 20.0
"""The session begins after so much speech that nobody has answered."""


@pytest.mark.parametrize(
    ("reached", "alone", "given_up"),
    [
        (lambda now_s: now_s * 0.5, False, BEGINS_S + BEHIND_FOR_S),
        (lambda now_s: now_s * 0.5, True, None),
        (lambda now_s: now_s - 3.0, False, None),
        (lambda now_s: (now_s - BEGINS_S) * 1.5, False, None),
    ],
    ids=["it falls behind", "no other engine is there", "it is a little late", "it catches up"],
)
async def test_an_interpreter_that_stays_too_far_behind_is_given_up(
    reached: Callable[[float], float],
    alone: bool,  # noqa: FBT001 - a parameter of the test
    given_up: float | None,
) -> None:
    buffer = FloorBuffer()
    watch = LagWatch(
        buffer,
        LoopClock(),
        limit_s=lambda: LIMIT_S,
        may_change=lambda: not alone,
        silence_expected=lambda: False,
    )
    now = asyncio.get_running_loop().time

    async def answer() -> None:
        while True:
            await asyncio.sleep(0.2)
            watch.answered(int(reached(now()) * CLOCK_HZ))

    found = None
    async with (
        background_task(run_schedule(sentences(buffer), TALK_S), "floor of the test"),
        background_task(answer(), "interpreter of the test"),
    ):
        await asyncio.sleep(BEGINS_S)
        watch.begin(0)
        try:
            async with asyncio.timeout_at(TALK_S / 2):
                with pytest.raises(InterpreterFailed, match="behind the speaker"):
                    await watch.run()
            found = now()
        except TimeoutError:
            pass
    assert found == (given_up and pytest.approx(given_up, abs=1))


def sentences(buffer: FloorBuffer) -> Iterator[TimedCall]:
    """Speech with a short pause every two seconds, until the talk ends."""
    noise = np.random.default_rng(16).normal(0, 3_000, 4_800).astype("<i2").tobytes()
    for number in range(int(TALK_S * 5)):
        block = Block(number * 4_800, PAUSE if number % 10 == 9 else noise)
        yield (number + 1) * 0.2, partial(buffer.push_floor_block, block)
