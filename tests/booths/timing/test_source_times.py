"""The places on the floor at which a session's text was said."""

import pytest

from broadcaster.audio.blocks import Block, Blocks
from broadcaster.booths.floor.buffer import BLOCK_SAMPLES, KEPT_S, FloorBuffer
from broadcaster.booths.timing.source_times import SourceTimes
from broadcaster.booths.timing.sources import USUAL_LAG_MS, AnswerLag
from tests.realtime.sounds import room, voice

TWO = " We are happy to see you. Thank you all for coming."
FIRST = "We are happy to see you."
SECOND = 24_000


def floor(*parts: tuple[int, bool], noise_dbfs: float = -62.0, start: int = 0) -> FloorBuffer:
    """A floor of these parts: milliseconds, and whether somebody speaks."""
    pcm = b"".join(voice(ms) if speaks else room(ms, noise_dbfs) for ms, speaks in parts)
    buffer, blocks = FloorBuffer(), Blocks(BLOCK_SAMPLES)
    for block in blocks.push(start, pcm):
        buffer.push_floor_block(block)
    return buffer


def said(buffer: FloorBuffer, text: str, start_ms: int, end_ms: int) -> SourceTimes:
    times = SourceTimes(buffer, "en")
    times.add(text, None, (start_ms * 24, end_ms * 24))
    return times


@pytest.mark.parametrize("noise_dbfs", [-90.0, -62.0, -38.0])
@pytest.mark.parametrize(
    ("first_ms", "second_ms"), [(1_600, 1_600), (1_200, 2_400), (2_600, 1_400)]
)
def test_sentences_lie_in_the_speech_whatever_the_room(
    noise_dbfs: float, first_ms: int, second_ms: int
) -> None:
    parts = ((3_000, False), (first_ms, True), (400, False), (second_ms, True), (2_000, False))
    buffer = floor(*parts, noise_dbfs=noise_dbfs)
    times = said(buffer, TWO, 2_400, 3_400 + first_ms + second_ms + 300)
    place = times.last(TWO)
    assert place is not None
    after_first = len(TWO) - 1 - len(FIRST)
    assert place.starts_ms(len(TWO)) == pytest.approx(3_000, abs=60)
    assert place.ends_ms(after_first) == pytest.approx(3_000 + first_ms, abs=60)
    assert place.starts_ms(after_first - 1) == pytest.approx(3_400 + first_ms, abs=60)
    assert place.ends_ms(0) == pytest.approx(3_400 + first_ms + second_ms, abs=60)


def test_the_end_of_a_text_keeps_its_place_when_its_beginning_was_said_before() -> None:
    buffer = floor((1_000, False), (1_600, True), (400, False), (1_600, True), (1_000, False))
    times = said(buffer, TWO, 800, 4_800)
    place = times.last(" Thank you all for coming.")
    assert place is not None
    assert place.starts_ms(len("Thank you all for coming.")) == pytest.approx(3_000, abs=60)


def test_a_text_that_was_held_back_has_the_places_of_its_fragments() -> None:
    buffer = floor((1_000, False), (1_000, True), (1_000, False), (1_000, True), (1_000, False))
    times = said(buffer, " We are happy", 800, 2_200)
    times.add(" to see you.", None, (2_200 * 24, 4_200 * 24))
    place = times.last(" We are happy to see you.")
    assert place is not None
    assert place.starts_ms(len("We are happy to see you.")) == pytest.approx(1_000, abs=60)
    assert place.ends_ms(len(" to see you.")) == pytest.approx(2_000, abs=60)
    assert place.starts_ms(len("to see you.")) == pytest.approx(3_000, abs=60)
    assert place.ends_ms(0) == pytest.approx(4_000, abs=60)


def test_hum_without_speech_and_a_floor_that_is_not_kept_any_more_count_as_a_whole() -> None:
    humming = floor((6_000, False), noise_dbfs=-50.0)
    long_ago = floor((1_000 * (KEPT_S + 10), True))
    for buffer in (humming, long_ago):
        place = said(buffer, "Abcd", 1_000, 2_000).last("Abcd")
        assert place is not None
        assert (place.starts_ms(4), place.starts_ms(2)) == pytest.approx((1_000, 1_500), abs=60)
        assert place.ends_ms(0) == pytest.approx(2_000, abs=60)


def test_text_without_a_span_is_where_it_came() -> None:
    times = SourceTimes(FloorBuffer(), "es")
    assert times.last("Hola") is None
    times.add("Hola", 5 * SECOND, None)
    place = times.last("Hola")
    assert place is not None
    assert place.starts_ms(4) == place.ends_ms(0) == 5_000


def test_speech_across_a_jump_of_the_floor_is_on_both_sides() -> None:
    buffer = floor((1_000, True))
    jumped = 30 * SECOND
    for number in range(5):
        at = number * BLOCK_SAMPLES
        pcm = voice(1_000)[at * 2 : (at + BLOCK_SAMPLES) * 2]
        buffer.push_floor_block(Block(jumped + at, pcm))
    runs = buffer.speech_between(0, jumped + SECOND)
    flat = [sample for run in runs for sample in run]
    assert flat == pytest.approx([0, SECOND, jumped, jumped + SECOND], abs=960)


@pytest.mark.parametrize("cut_ms", [2_300, 2_550, 3_050, 3_250])
def test_a_cut_in_a_word_next_to_a_sentence_end_moves_into_the_pause(cut_ms: int) -> None:
    """A provider's piece may end anywhere; its text says that a sentence ended there."""
    buffer = floor((1_000, False), (1_600, True), (400, False), (1_600, True), (1_000, False))
    times = said(buffer, " We are happy to see you.", 800, cut_ms)
    first = times.last(" We are happy to see you.")
    times.add(" Thank you all for coming.", None, (cut_ms * 24, 4_800 * 24))
    second = times.last(" Thank you all for coming.")
    assert first is not None
    assert second is not None
    assert first.ends_ms(0) == pytest.approx(2_600, abs=60)
    assert second.starts_ms(len("Thank you all for coming.")) == pytest.approx(3_000, abs=60)
    assert second.ends_ms(0) == pytest.approx(4_600, abs=60)


def test_a_span_without_length_is_one_moment() -> None:
    buffer = floor((1_000, False), (1_600, True), (400, False))
    times = said(buffer, "Yes.", 1_500, 1_500)
    times.add(" Thanks.", None, (1_500 * 24, 1_500 * 24))
    place = times.last(" Thanks.")
    assert place is not None
    assert place.starts_ms(7) == place.ends_ms(0) == 1_500


def test_the_lag_of_an_interpreter_is_measured_at_a_pause() -> None:
    buffer = floor((2_000, False), (4_000, True), (4_000, False), (6_000, True), (4_000, False))
    lag = AnswerLag(buffer)
    times = SourceTimes(buffer, "es", lag)
    for text, came_ms in (
        ("Buenos", 3_200),
        (" días.", 7_200),
        (" Me", 11_200),
        (" llamo", 11_900),
    ):
        times.add(text, came_ms * 24, None)
    assert lag.lag_ms == pytest.approx(1_200, abs=100)
    place = times.last(" llamo")
    assert place is not None
    assert place.starts_ms(6) == pytest.approx(10_700, abs=100)
    times.add(" Clara.", 14_000 * 24, None)
    assert lag.lag_ms == pytest.approx(1_200, abs=100), "the speaker spoke on"


def test_an_engine_that_tells_the_place_of_the_words_has_no_lag() -> None:
    buffer = floor((2_000, False), (4_000, True), (4_000, False), (6_000, True), (4_000, False))
    times = SourceTimes(buffer, "es", lag := AnswerLag(buffer))
    for text, came_ms in (("Buenos días.", 6_000), (" Me llamo Clara.", 16_000), (" Hoy", 18_000)):
        times.add(text, came_ms * 24, None)
    assert lag.lag_ms == pytest.approx(0, abs=100)


def test_a_lag_that_cannot_be_measured_is_the_usual_one() -> None:
    lag = AnswerLag(FloorBuffer())
    for came_ms in (4_000, 9_000, 14_000):
        lag.came(came_ms * 24)
    assert lag.lag_ms == USUAL_LAG_MS
