"""Times of an interpretation when the speaker says the same, and two languages in step."""

from dataclasses import replace
from itertools import pairwise

import pytest

from broadcaster.model.transcripts.clocks import (
    NoOriginalCaptions,
    TranscriptClock,
    WrongClock,
)
from broadcaster.transcripts.bilingual import pieces_of, two_language_cues
from broadcaster.transcripts.cues import cues_of
from broadcaster.transcripts.original_clock import on_original_clock
from broadcaster.transcripts.recut import GAP_MS, LONGEST_MS, SHORTEST_MS
from broadcaster.writing.caption_layout import LINE_COLUMNS
from broadcaster.writing.columns import columns
from tests.transcripts.spoken import Said, captions_of, talk_in
from tests.writing.corpus import corpus

LANGUAGES = ("es", "fr", "de", "it", "pt", "ja", "zh", "ar")
LAG_MS = 3_400


def plain(text: str) -> str:
    return "".join(text.split())


def starts_by_sentence(said: list[Said]) -> dict[str, int]:
    return {plain(text): start_ms for text, start_ms, _ in said}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_sentence_begins_with_the_speaker(language: str) -> None:
    floor = captions_of("floor", "en", talk_in("en"))
    heard = captions_of(language, language, talk_in(language, LAG_MS))
    moved = on_original_clock(heard, floor)
    assert [one.text for one in moved] == [one.text for one in heard]
    assert all(one.start_ms <= other.start_ms for one, other in pairwise(moved))
    wrong = [
        (one.text, old.start_ms - LAG_MS, one.start_ms)
        for one, old in zip(moved, heard, strict=True)
        if abs(old.start_ms - LAG_MS - one.start_ms) > 5
    ]
    assert not wrong
    assert cues_of(moved)[0].start_ms == floor[0].start_ms


def test_an_interpreter_who_leaves_out_and_joins_sentences_is_followed() -> None:
    original, said = talk_in("en"), talk_in("de", LAG_MS)
    del said[10]
    joined = f"{said[4][0].rstrip('.')} und {said[5][0]}"
    said[4:6] = [(joined, said[4][1], said[5][2])]
    said = [
        (text, start + (index % 4) * 500, end + (index % 4) * 500)
        for index, (text, start, end) in enumerate(said)
    ]
    expected = starts_by_sentence(talk_in("de"))
    moved = on_original_clock(captions_of("de", "de", said), captions_of("floor", "en", original))
    found = {plain(one.text): one.start_ms for one in moved}
    both = expected.keys() & found.keys()
    assert len(both) > 15
    late = [text for text in both if abs(found[text] - expected[text]) > 100]
    assert len(late) <= 2, late


def test_the_times_of_the_original_need_captions_of_it() -> None:
    heard = captions_of("es", "es", talk_in("es"))
    with pytest.raises(NoOriginalCaptions):
        on_original_clock(heard, [])
    assert on_original_clock([], []) == []
    assert TranscriptClock.parse("") is TranscriptClock.HEARD
    with pytest.raises(WrongClock):
        TranscriptClock.parse("mine")


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_lines_of_a_subtitle_say_the_same(language: str) -> None:
    left = captions_of("floor", "en", talk_in("en"))
    right = captions_of(language, language, talk_in(language, LAG_MS))
    cues = two_language_cues(left, right)
    english, other = (plain("".join(text for text, *_ in talk_in(one))) for one in ("en", language))
    uppers, lowers = [], []
    for cue in cues:
        assert SHORTEST_MS <= cue.end_ms - cue.start_ms <= LONGEST_MS
        assert all(columns(line) <= LINE_COLUMNS for line in cue.lines)
        assert len(cue.lines) <= 2
        upper, lower = cue.lines if len(cue.lines) == 2 else (cue.lines[0], "")
        if not lower and plain(upper) in other and plain(upper) not in english:
            upper, lower = "", upper
        uppers.append(upper)
        lowers.append(lower)
    assert all(one.end_ms + GAP_MS <= two.start_ms for one, two in pairwise(cues))
    assert plain("".join(uppers)) == english
    assert plain("".join(lowers)) == other
    # In step: wherever a sentence of one language ends, one of the other does.
    for index, (upper, lower) in enumerate(zip(uppers, lowers, strict=True)):
        said = plain("".join(uppers[: index + 1])), plain("".join(lowers[: index + 1]))
        ends = [
            whole
            for number in range(len(talk_in("en")))
            if (
                whole := tuple(
                    plain("".join(text for text, *_ in talk_in(one)[: number + 1]))
                    for one in ("en", language)
                )
            )[0]
            == said[0]
        ]
        assert not ends or ends[0][1] == said[1], (upper, lower)


def test_a_text_is_cut_into_pieces_in_every_language() -> None:
    for language, sentences in corpus().items():
        for text in sentences[:6]:
            for count in (1, 2, 3):
                pieces = pieces_of(text, language, count)
                assert len(pieces) == count
                assert plain("".join(pieces)) == plain(text)


def test_one_language_may_be_silent() -> None:
    left = captions_of("floor", "en", talk_in("en"))
    right = captions_of("es", "es", talk_in("es", LAG_MS))
    alone = two_language_cues(left, [])
    assert plain("".join("".join(cue.lines) for cue in alone)) == plain(
        "".join(text for text, *_ in talk_in("en"))
    )
    assert two_language_cues([], right)[0].lines[0] in right[0].text.replace("\n", " ")
    assert two_language_cues([], []) == []
    empty = [replace(right[0], text="\n"), *right[1:]]
    assert two_language_cues(left, empty)
