"""Captions take their times from the places of their first and last characters."""

from dataclasses import dataclass

import pytest

from broadcaster.booths.text.caption_segmenter import CaptionSegmenter
from broadcaster.booths.text.caption_versions import SHORTEST_MS
from broadcaster.model.caption import Caption

CHARACTER_MS = 100


@dataclass
class Typed:
    """A fragment whose characters, but for spaces, take 100 ms each; it may move later."""

    text: str
    start_ms: int

    def starts_ms(self, left: int) -> int:
        return self.start_ms + CHARACTER_MS * len(self.text[: len(self.text) - left])

    def ends_ms(self, left: int) -> int:
        return self.starts_ms(left)


def feed(
    language: str, fragments: list[tuple[str, int]], now_ms: int = 60_000
) -> tuple[list[Caption], int]:
    segmenter, captions = CaptionSegmenter(language), []
    for text, start_ms in fragments:
        captions += segmenter.push(text, now_ms, Typed(text, start_ms))
        now_ms += 200
    captions += segmenter.flush(now_ms)
    return [one for one in captions if one.final], now_ms


@pytest.mark.parametrize(
    ("language", "fragments", "expected"),
    [
        ("en", [("Hello you.", 1_000)], [(1_000, 2_000)]),
        ("en", [(" Hello you.", 1_000)], [(1_100, 2_100)]),
        ("en", [("Hello you. ", 1_000), (" Thank you.", 5_000)], [(1_000, 2_000), (5_100, 6_100)]),
        ("en", [(" Hello you. Thank you.", 1_000)], [(1_100, 2_100), (2_200, 3_200)]),
        ("en", [("Hello", 1_000), (" you", 4_000), (".", 9_000)], [(1_000, 9_100)]),
        (
            "ja",
            [("今日は水の話です。ありがとうございます。", 1_000)],
            [(1_000, 1_900), (1_900, 3_000)],
        ),
    ],
)
def test_a_caption_begins_and_ends_with_its_words(
    language: str, fragments: list[tuple[str, int]], expected: list[tuple[int, int]]
) -> None:
    captions, _ = feed(language, fragments)
    assert [(one.start_ms, one.end_ms) for one in captions] == expected


def test_a_caption_of_two_lines_has_the_times_of_both() -> None:
    text = "We are happy to see so many friends from around the world."
    [caption], _ = feed("en", [(text, 3_000)])
    assert "\n" in caption.text
    assert (caption.start_ms, caption.end_ms) == (3_000, 3_000 + CHARACTER_MS * len(text))


def test_another_session_joins_without_a_time_of_its_own() -> None:
    segmenter = CaptionSegmenter("en")
    segmenter.push("We are", 60_000, Typed("We are", 1_000))
    segmenter.join()
    segmenter.push("happy.", 61_000, Typed("happy.", 4_000))
    [caption] = [one for one in segmenter.flush(62_000) if one.final]
    assert caption.text == "We are happy."
    assert (caption.start_ms, caption.end_ms) == (1_000, 4_600)


def test_times_may_move_until_a_caption_is_final() -> None:
    segmenter, place = CaptionSegmenter("en"), Typed("Good morning", 9_000)
    segmenter.push("Good morning", 60_000, place)
    [growing] = segmenter.tick(61_000)
    place.start_ms = 9_500
    [final] = segmenter.tick(62_600)
    assert (growing.start_ms, growing.final) == (9_000, False)
    assert (final.start_ms, final.final) == (9_500, True)
    assert growing.id == final.id == "en-60000"


def test_no_caption_overlaps_the_one_before_it_or_only_flashes() -> None:
    fragments = [("Yes.", 5_000), (" No!", 5_100), (" Well, thank you.", 2_000)]
    captions, _ = feed("en", fragments)
    ended_ms = 0
    for caption in captions:
        assert caption.start_ms >= ended_ms
        assert caption.end_ms - caption.start_ms >= SHORTEST_MS
        ended_ms = caption.end_ms
    assert [one.start_ms for one in captions] == [5_000, 5_500, 6_000]
