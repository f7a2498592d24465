"""Sentences that end where a caption ends are not shown again, whatever their words are."""

import pytest

from broadcaster.audio.blocks import Block
from broadcaster.booths.floor.buffer import BLOCK_SAMPLES, FloorBuffer
from broadcaster.booths.repeats.shown import ShownText
from broadcaster.model.audio import CLOCK_HZ

SPEECH, PAUSE = b"\x11\x11" * BLOCK_SAMPLES, bytes(2 * BLOCK_SAMPLES)


def end(sentence: int) -> int:
    """The middle of the pause after a sentence; each lasts three seconds, and its pause one."""
    return int((4 * sentence + 3.5) * CLOCK_HZ)


@pytest.fixture
def shown() -> ShownText:
    """Two sentences are captions, and the second is not spoken yet."""
    buffer = FloorBuffer()
    for number in range(20 * 5):
        pcm = SPEECH if number % 20 < 15 else PAUSE
        buffer.push_floor_block(Block(number * BLOCK_SAMPLES, pcm))
    text = ShownText(buffer, "es")
    text.wrote(end(0))
    text.wrote(end(1))
    text.begin(end(0))
    return text


def test_a_sentence_with_other_words_is_not_shown_again(shown: ShownText) -> None:
    assert shown.take(" Tres cuatro.", end(1)) == ""
    assert shown.ended(end(1) + 4_800) == ""
    assert shown.take(" Cinco seis", end(2)) == ""
    assert shown.take(".", end(2)) == ""
    assert shown.ended(end(2)) == " Cinco seis."
    assert not shown.holds
    assert shown.take(" Siete", end(3)) == " Siete"


def test_the_beginning_of_the_next_sentence_is_kept(shown: ShownText) -> None:
    assert shown.take(" Tres cuatro. Cinco", end(1)) == ""
    assert shown.ended(end(1)) == ""
    assert shown.take(" seis.", end(2)) == ""
    assert shown.ended(end(2)) == " Cinco seis."


def test_a_sentence_that_says_more_than_the_caption_is_shown(shown: ShownText) -> None:
    assert shown.take(" Tres cuatro, cinco seis.", end(2)) == ""
    assert shown.ended(end(2)) == " Tres cuatro, cinco seis."


def test_text_of_an_unknown_place_is_shown(shown: ShownText) -> None:
    assert shown.take(" Tres", None) == " Tres"


def test_a_text_is_not_held_back_for_long(shown: ShownText) -> None:
    assert shown.take(" Tres", end(2)) == ""
    assert shown.take(" cuatro", end(3)) == " Tres cuatro"


def test_captions_in_a_wrong_language_are_written_again(shown: ShownText) -> None:
    shown.forget(end(0))
    shown.begin(end(0))
    assert shown.take(" Tres", end(1)) == " Tres"


def test_nothing_is_held_back_if_all_captions_were_spoken(shown: ShownText) -> None:
    shown.begin(end(1))
    assert shown.take(" Cinco", end(2)) == " Cinco"
