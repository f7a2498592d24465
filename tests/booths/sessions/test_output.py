"""Marks the floor as done by what a session has written and spoken, and nothing twice."""

import asyncio

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcaster.audio.blocks import Block
from broadcaster.booths.engines.engine import Done, EngineOutput, SpeechOutput, TextOutput
from broadcaster.booths.floor.buffer import BLOCK_SAMPLES, FloorBuffer
from broadcaster.booths.sessions.answers import ChannelAnswers
from broadcaster.booths.sessions.output import SessionOutput
from broadcaster.booths.timing.places import TextPlace
from broadcaster.errors import InterpreterFailed
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.realtime.session_events import Usage
from tests.audio.sounds import hum
from tests.support.tasks import background_task
from tests.support.virtual_time import LoopClock

SPEECH = np.random.default_rng(16).normal(0, 3_000, BLOCK_SAMPLES).astype("<i2").tobytes()
PAUSE = bytes(2 * BLOCK_SAMPLES)


class Channel:
    """The text and sound that a channel was given."""

    def __init__(self) -> None:
        self.text = ""
        self.sound = b""

    def push_speech(
        self, pcm: bytes, _source_position: int, _answered_ms: int | None = None
    ) -> None:
        self.sound += pcm

    def push_text(self, text: str, _source: TextPlace | None = None) -> None:
        self.text += text

    def push_source_text(self, _text: str) -> None:
        raise AssertionError

    def mark_done(self, _position: int) -> None:
        pass

    def end_phrase(self) -> None:
        pass

    def begin_session(self) -> None:
        pass

    def silence_expected(self) -> bool:
        return False


def floor(seconds: int) -> FloorBuffer:
    """Sentences of three seconds, with a pause of one second after each."""
    buffer = FloorBuffer()
    for number in range(seconds * 5):
        pcm = SPEECH if number % 20 < 15 else PAUSE
        buffer.push_floor_block(Block(number * BLOCK_SAMPLES, pcm))
    return buffer


def interpreted(buffer: FloorBuffer, channel: Channel, *, voiced: bool = True) -> SessionOutput:
    output = SessionOutput(
        buffer=buffer, sink=channel, language_watch=None, language="es", voiced=voiced
    )
    output.begin()
    return output


def test_a_phrase_with_two_sentences_is_done_at_its_end() -> None:
    """A session that is lost after the first of them would lose the second."""
    output = interpreted(floor(8), Channel())
    span = (0, 8 * CLOCK_HZ)
    output.push_output(TextOutput(" Uno.", span[1], span))
    output.push_output(SpeechOutput(SPEECH, 0, span))
    output.push_output(TextOutput(" Dos", span[1], span))
    assert output.done_until == 0
    output.push_output(TextOutput(".", span[1], span))
    output.push_output(Done(span[1], "", Usage(), span))
    assert output.done_until == span[1]


def test_a_settled_sentence_of_a_transcript_is_done_before_its_item_is() -> None:
    output = interpreted(floor(12), Channel(), voiced=False)
    first, second = int(3.5 * CLOCK_HZ), int(7.5 * CLOCK_HZ)
    output.push_output(TextOutput(" Uno.", first, (0, 3 * CLOCK_HZ)))
    assert 3 * CLOCK_HZ < output.done_until < 4 * CLOCK_HZ
    done_until = output.done_until
    output.push_output(TextOutput(" Dos", second, (4 * CLOCK_HZ, 7 * CLOCK_HZ)))
    output.push_output(Done(int(3.8 * CLOCK_HZ), "", Usage()))
    assert output.done_until == done_until


def test_a_sentence_is_done_when_it_was_spoken_and_not_when_the_one_before_it_was() -> None:
    output = interpreted(floor(12), Channel())
    first, second = int(3.5 * CLOCK_HZ), int(7.5 * CLOCK_HZ)
    output.push_output(TextOutput(" Uno.", first))
    output.push_output(SpeechOutput(SPEECH, CLOCK_HZ))
    output.push_output(TextOutput(" Dos.", second))
    assert output.voice_is_late
    assert output.owes_sound
    assert output.done_until == 0
    output.push_output(SpeechOutput(SPEECH, round(6.6 * CLOCK_HZ)))
    assert 3 * CLOCK_HZ < output.done_until < 4 * CLOCK_HZ
    output.push_output(SpeechOutput(PAUSE, 12 * CLOCK_HZ))
    assert 7 * CLOCK_HZ < output.done_until < 8 * CLOCK_HZ
    assert not output.owes_sound


def test_a_place_of_the_lost_session_does_not_end_a_sentence_of_the_next_one() -> None:
    output = interpreted(floor(12), Channel())
    output.push_output(SpeechOutput(SPEECH, CLOCK_HZ))
    output.push_output(TextOutput(" Uno", 11 * CLOCK_HZ))
    output.begin()
    output.push_output(SpeechOutput(SPEECH, CLOCK_HZ))
    output.push_output(TextOutput(" Uno. Dos", 4 * CLOCK_HZ))
    assert output.done_until == 0


async def test_a_voice_that_falls_behind_its_text_is_too_far_behind() -> None:
    buffer, clock = FloorBuffer(), LoopClock()
    output = interpreted(buffer, Channel())
    answers = ChannelAnswers(
        buffer,
        clock,
        output,
        silence_expected=lambda: False,
        limit_s=lambda: 6.0,
        may_change=lambda: True,
    )
    answers.begin()

    async def interpret() -> None:
        for number in range(60 * 5):
            pcm = SPEECH if number % 20 < 15 else PAUSE
            buffer.push_floor_block(Block(number * BLOCK_SAMPLES, pcm))
            if number % 20 == 19:
                end = buffer.end
                for one in (TextOutput(" Uno dos.", end), SpeechOutput(SPEECH, end // 2)):
                    answers.take(one)
                    output.push_output(one)
            await clock.sleep(0.2)

    async with background_task(interpret(), "interpreter of the test"), asyncio.timeout(60.0):
        with pytest.raises(InterpreterFailed, match="behind the speaker"):
            await answers.run()


WORDS = 4
SENTENCES = 6
FILLER = SpeechOutput(PAUSE, 100 * CLOCK_HZ)


def texts_of(sentence: int) -> list[TextOutput]:
    """The text of a sentence of `floor`, in three fragments of one place."""
    place = int((4 * sentence + 3.5) * CLOCK_HZ)
    words = [f" s{sentence}w{word}" for word in range(WORDS)]
    fragments = ("".join(words[:2]), "".join(words[2:]), ".")
    return [TextOutput(fragment, place) for fragment in fragments]


def sounds_of(sentence: int) -> list[SpeechOutput]:
    """Its sound, and the filler that follows."""
    return [
        SpeechOutput(
            np.full(100, 100 * (sentence + 1) + word, "<i2").tobytes(),
            round((4 * sentence + 3 * word / WORDS) * CLOCK_HZ),
        )
        for word in range(WORDS)
    ] + [FILLER]


def session(done_until: int, ahead: int) -> list[EngineOutput]:
    """All outputs of a session whose text is some sentences ahead of its voice."""
    first = next(one for one in range(SENTENCES) if 4 * one * CLOCK_HZ >= done_until - CLOCK_HZ)
    outputs: list[EngineOutput] = []
    for number in range(first, SENTENCES + ahead):
        outputs += texts_of(number) if number < SENTENCES else []
        outputs += sounds_of(number - ahead) if number - ahead >= first else []
    return outputs


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3)), max_size=6), st.integers(0, 3))
def test_each_word_is_written_and_spoken_once_wherever_sessions_are_cut(
    cuts: list[tuple[int, int]], ahead: int
) -> None:
    channel = Channel()
    output = interpreted(floor(4 * SENTENCES), channel)
    for count, session_ahead in cuts:
        if output.done_until >= 4 * (SENTENCES - 1) * CLOCK_HZ:
            break
        for one in session(output.done_until, session_ahead)[:count]:
            output.push_output(one)
        output.begin()
    for one in session(min(output.done_until, 4 * (SENTENCES - 1) * CLOCK_HZ), ahead):
        output.push_output(one)
    output.end()
    words = [text for number in range(SENTENCES) for text in texts_of(number)]
    assert channel.text.split() == "".join(one.text for one in words).split()
    sounds = [one.pcm for number in range(SENTENCES) for one in sounds_of(number)[:-1]]
    assert channel.sound == b"".join(sounds)


async def test_nobody_waits_for_an_answer_to_hum_however_long_it_lasts() -> None:
    """The last answer is longer ago than the floor is known to have held speech."""
    buffer, clock, loud = FloorBuffer(), LoopClock(), hum(0.2, -20)
    answers = ChannelAnswers(
        buffer,
        clock,
        interpreted(buffer, Channel()),
        silence_expected=lambda: False,
        limit_s=lambda: 60.0,
        may_change=lambda: False,
    )
    answers.begin()

    async def hear() -> None:
        for number in range(300 * 5):
            buffer.push_floor_block(Block(number * BLOCK_SAMPLES, loud))
            await clock.sleep(0.2)

    async with background_task(answers.run(), "watch of the test") as watch:
        await hear()
        assert not watch.done()
