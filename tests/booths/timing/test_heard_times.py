"""Text and sound that come side by side, matched without a word of which belongs to which."""

from dataclasses import dataclass, field

import pytest

from broadcaster.booths.timing.heard_times import HeardTimes
from broadcaster.booths.timing.places import TextPlace
from tests.realtime.sounds import voice

SECOND = 24_000
FIRST = " Nos alegra ver a tantos amigos de todo el mundo."
SECOND_TEXT = " Me llamo Clara y hoy seré su anfitriona."
DELTA = 9_600


@dataclass
class Interpreter:
    """An interpreter whose sound waits for `backlog_s` before it is heard, always the same time."""

    backlog_s: float = 5.0
    now_s: float = 0.0
    queued: int = 0
    times: HeardTimes = field(init=False)

    def __post_init__(self) -> None:
        self.times = HeardTimes("es", self, self.now)

    def now(self) -> int:
        return round(self.now_s * SECOND)

    def start(self, sample: int) -> int:
        return sample + round(self.backlog_s * SECOND)

    def end(self, sample: int) -> int:
        return sample + round(self.backlog_s * SECOND)

    def write(self, text: str) -> TextPlace:
        return self.times.push_text(text)

    def speak(self, seconds: float, *, pause_s: float = 0.0) -> None:
        """Sound in bursts of 0.8 s, 0.2 s apart; then silence, which is not queued."""
        pcm = voice(round(seconds * 1000))
        for number, start in enumerate(range(0, len(pcm), DELTA)):
            piece = pcm[start : start + DELTA]
            self.times.push_speech(piece, self.queued)
            self.queued += len(piece) // 2
            self.now_s += 0.2 if number % 4 == 3 else 0.0
        self.now_s += pause_s


def test_silence_that_is_not_queued_parts_two_sentences() -> None:
    """The queue never runs empty, so no pause is heard between them; their text came before."""
    interpreter = Interpreter()
    first, second = interpreter.write(FIRST), interpreter.write(SECOND_TEXT)
    interpreter.speak(3.6, pause_s=0.5)
    interpreter.speak(2.0, pause_s=2.0)
    assert first.starts_ms(len(FIRST)) == 5_000
    assert first.ends_ms(0) == pytest.approx(8_600, abs=50)
    assert second.starts_ms(len(SECOND_TEXT)) == pytest.approx(8_600, abs=50)
    assert second.ends_ms(0) == pytest.approx(10_600, abs=50)


def test_text_may_come_after_its_sound() -> None:
    interpreter = Interpreter()
    interpreter.write(FIRST)
    interpreter.speak(3.2, pause_s=1.0)
    interpreter.speak(2.6)
    second = interpreter.write(SECOND_TEXT)
    interpreter.now_s += 2.0
    assert second.starts_ms(len(SECOND_TEXT) - 1) == pytest.approx(8_200, abs=50)
    assert second.ends_ms(0) == pytest.approx(10_800, abs=50)


def test_text_whose_sound_is_to_come_follows_what_waits() -> None:
    interpreter = Interpreter()
    interpreter.write(FIRST)
    interpreter.speak(3.2, pause_s=1.0)
    place = interpreter.write(SECOND_TEXT)
    assert place.starts_ms(len(SECOND_TEXT)) == pytest.approx(8_200, abs=50)
    assert place.ends_ms(0) == pytest.approx(8_200 + 2_600, abs=300)


def test_sound_without_text_moves_nothing() -> None:
    interpreter = Interpreter()
    interpreter.write(FIRST)
    interpreter.speak(3.2, pause_s=1.0)
    interpreter.speak(2.0, pause_s=1.0)
    place = interpreter.write(SECOND_TEXT)
    interpreter.speak(2.6, pause_s=1.0)
    assert place.starts_ms(len(SECOND_TEXT)) == pytest.approx(10_200, abs=50)
    assert place.ends_ms(0) == pytest.approx(12_800, abs=50)


def test_a_mark_without_letters_is_where_the_text_before_it_ends() -> None:
    interpreter = Interpreter()
    interpreter.write(FIRST)
    interpreter.speak(3.2, pause_s=1.0)
    mark = interpreter.write(" […]")
    assert mark.ends_ms(0) == pytest.approx(8_200, abs=50)


def test_sound_that_fits_no_text_is_let_go_of() -> None:
    """After a minute of sound with one word of text, the next sentence has its time."""
    interpreter = Interpreter()
    interpreter.write(" Hola.")
    for _ in range(60):
        interpreter.speak(1.0)
    interpreter.now_s += 2.0
    place = interpreter.write(FIRST)
    interpreter.speak(3.2, pause_s=1.0)
    assert place.ends_ms(0) == pytest.approx(5_000 + 63_200, abs=100)
    assert place.starts_ms(len(FIRST)) == pytest.approx(5_000 + 60_000, abs=1_500)
