"""Captions are divided as a good subtitler would: balanced, at clauses, without a lone word."""

import re
from itertools import pairwise

import pytest

from broadcaster.booths.text.caption_segmenter import CaptionSegmenter
from broadcaster.writing.breaks import TIGHT, break_cost
from broadcaster.writing.columns import columns
from broadcaster.writing.scripts import spaces_between_words
from broadcaster.writing.words import words
from tests.writing.corpus import corpus

SMALLEST_COLUMNS = 14
"""Fewest columns of the last caption of a long sentence, and of a last line."""
RATES = (12, 14, 16)
"""Speed of a translation in characters a second. Chinese and Japanese have a third of it."""
SENTENCES = corpus()


def spoken(language: str, text: str, rate: int) -> list[str]:
    """Return the final captions of a sentence that comes in words, or four letters at a time."""
    spaced = spaces_between_words(language)
    fragments = re.findall(r"\s*\S+" if spaced else r".{1,4}", text)
    rate = rate // 3 if language in {"zh", "ja"} else rate
    segmenter, captions, now_ms = CaptionSegmenter(language), [], 0
    for fragment in fragments:
        until_ms = now_ms + 1000 * len(fragment) // rate
        while now_ms < until_ms:
            now_ms += 100
            captions += segmenter.tick(now_ms)
        captions += segmenter.push(fragment, now_ms)
    captions += segmenter.flush(now_ms)
    return [caption.text for caption in captions if caption.final]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("language", SENTENCES)
def test_no_sentence_ends_with_an_orphan(language: str, rate: int) -> None:
    for sentence in SENTENCES[language]:
        captions = spoken(language, sentence, rate)
        lines = [line for caption in captions for line in caption.split("\n")]
        if len(lines) > 1:
            assert columns(lines[-1]) >= SMALLEST_COLUMNS, captions
            assert columns(captions[-1]) >= SMALLEST_COLUMNS, captions


@pytest.mark.parametrize("language", SENTENCES)
def test_few_lines_part_what_belongs_together(language: str) -> None:
    costs = []
    for sentence in SENTENCES[language]:
        captions = spoken(language, sentence, rate=14)
        lines = [line for caption in captions for line in caption.split("\n")]
        for upper, lower in pairwise(lines):
            before, after = words(upper, language)[-1], words(lower, language)[0]
            costs.append(break_cost(before, after, language))
    assert sum(cost >= TIGHT for cost in costs) <= 0.15 * len(costs) + 1


@pytest.mark.parametrize(
    ("language", "text", "lines"),
    [
        (
            "es",
            "Son herramientas que ayudan y tenemos que aprender a usarlos. ",
            ["Son herramientas que ayudan", "y tenemos que aprender a usarlos."],
        ),
        (
            "de",
            "Wir danken Ihnen allen sehr herzlich, dass Sie heute gekommen sind. ",
            ["Wir danken Ihnen allen sehr herzlich,", "dass Sie heute gekommen sind."],
        ),
        (
            "zh",
            "今天我们讨论清洁饮用水的问题，因为它关系到城市的未来。",
            ["今天我们讨论清洁饮用水的问题，", "因为它关系到城市的未来。"],
        ),
        (
            "ko",
            "국제회의에서 통역을 제공하는 방법을 배우고 여러분께 설명드리겠습니다. ",
            ["국제회의에서 통역을 제공하는 방법을 배우고", "여러분께 설명드리겠습니다."],
        ),
    ],
)
def test_a_sentence_that_comes_at_once_is_balanced(
    language: str, text: str, lines: list[str]
) -> None:
    segmenter = CaptionSegmenter(language)
    captions = [*segmenter.push(text, 1000), *segmenter.flush(1200)]
    assert captions[-1].text.split("\n") == lines
