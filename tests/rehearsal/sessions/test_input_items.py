"""The items of a transcription, and the words that belong to each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.rehearsal.sessions.input_items import InputItem, InputItems, said_words

TEXT = "how much there might be prudently in his power"


def test_words_are_spread_over_their_time() -> None:
    words = said_words("one two", (1_000, 2_000))
    assert [(one.start_ms, one.middle_ms, one.end_ms) for one in words] == [
        (1_000, 1_250, 1_500),
        (1_500, 1_750, 2_000),
    ]


def test_a_word_is_early_until_its_sound_was_received() -> None:
    placed, early = InputItems().placed(said_words("one two", (0, 2_000)), [], 1_000)
    assert [word.text for _, word in placed] == ["one"]
    assert [word.text for word in early] == ["two"]


def test_a_word_that_was_sent_stays_in_its_item_until_that_is_complete() -> None:
    items = InputItems()
    first = items.end(3_000)
    sent = [first, items.open]
    placed, _ = items.placed(said_words("one two", (4_000, 5_000)), sent, 9_000)
    assert [item for item, _ in placed] == sent
    items.remove(first)
    placed, _ = items.placed(said_words("one two", (4_000, 5_000)), sent, 9_000)
    assert [item for item, _ in placed] == [items.open, items.open]


@pytest.mark.parametrize("cut_ms", range(0, 9_000, 1_000))
@given(ends_ms=st.lists(st.integers(1, 9_000), min_size=1, max_size=5))
def test_words_stay_in_their_order_whatever_is_told_of_their_times(
    cut_ms: int, ends_ms: list[int]
) -> None:
    """A sentence grows; each time its words are spread over another time."""
    items, sent = InputItems(), list[InputItem]()
    order = [items.end(cut_ms), items.open]
    words = TEXT.split()
    for number, end_ms in enumerate(ends_ms):
        text = " ".join(words[: 1 + number * 2])
        placed, _ = items.placed(said_words(text, (0, end_ms)), sent, 10_000)
        sent[:] = [item for item, _ in placed]
        assert sent == sorted(sent, key=order.index)
