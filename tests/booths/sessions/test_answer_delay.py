"""The time an engine takes, from the block that was fed to the speech that came."""

from broadcaster.booths.engines.engine import SpeechOutput, TextOutput
from broadcaster.booths.floor.buffer import BLOCK_SAMPLES
from broadcaster.booths.sessions.answer_delay import AnswerDelay
from tests.support.clock import FakeClock


def test_speech_has_the_time_since_its_floor_was_fed() -> None:
    clock = FakeClock()
    delay = AnswerDelay(clock.monotonic)
    for number in range(10):
        delay.feed(number * BLOCK_SAMPLES)
        clock.seconds += 0.2
    answer = SpeechOutput(b"\1\2", 3 * BLOCK_SAMPLES + 7)
    timed = delay.timed(answer)
    assert isinstance(timed, SpeechOutput)
    assert timed.answered_ms == 1_400
    delay.feed(3 * BLOCK_SAMPLES)  # it hears that again
    clock.seconds += 0.5
    again = delay.timed(answer)
    assert isinstance(again, SpeechOutput)
    assert again.answered_ms == 500


def test_a_phrase_is_sent_at_its_end() -> None:
    clock = FakeClock()
    delay = AnswerDelay(clock.monotonic)
    for number in range(10):
        delay.feed(number * BLOCK_SAMPLES)
        clock.seconds += 0.2
    phrase = delay.timed(SpeechOutput(b"\1\2", 0, (0, 10 * BLOCK_SAMPLES)))
    assert isinstance(phrase, SpeechOutput)
    assert phrase.answered_ms == 200


def test_what_has_no_place_has_no_time() -> None:
    delay = AnswerDelay(FakeClock().monotonic)
    delay.feed(0)
    for output in (
        SpeechOutput(b"\1\2", None),
        SpeechOutput(b"\1\2", 99 * BLOCK_SAMPLES),
        TextOutput("Hola", 0),
    ):
        assert delay.timed(output) == output
