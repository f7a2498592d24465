"""Two languages in one subtitle, a line of each, which say the same."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from broadcaster.model.caption import Caption
from broadcaster.transcripts.alignment import Pairing, aligned
from broadcaster.transcripts.cues import Cue, timed
from broadcaster.transcripts.recut import GAP_MS, LONGEST_MS, SHORTEST_MS, Part
from broadcaster.transcripts.speakers import speaker_of
from broadcaster.transcripts.spoken_sentences import SpokenSentence
from broadcaster.writing.breaks import NEVER
from broadcaster.writing.caption_layout import LINE_COLUMNS, OpenLine
from broadcaster.writing.columns import columns
from broadcaster.writing.reading_speed import reading_ms
from broadcaster.writing.scripts import spaces_between_sentences
from broadcaster.writing.words import word_spans

_UNEVEN = 60.0
"""The cost of a piece that is twice as long as it should be, or empty; see `break_cost`."""


@dataclass(frozen=True, slots=True)
class _InStep:
    """The words of both languages in a time; one of them may be silent."""

    start_ms: int
    end_ms: int
    texts: tuple[str, str]
    languages: tuple[str, str]
    speaker: str


def two_language_cues(left: Sequence[Caption], right: Sequence[Caption]) -> list[Cue]:
    """Subtitles with a line of each language, at the times of the first one.

    Sentences that say the same are cut into as many pieces as the longer one needs. A person reads
    one of the two, so a subtitle is long enough for the one that takes longer.

    Args:
        left: captions of the upper line, in the order of speech.
        right: of the lower line, on the same clock.
    """
    said = _together(_timed(aligned(left, right)))
    parts = [part for one in said for part in _parts(one)]
    return timed(parts)


def pieces_of(text: str, language: str, count: int) -> list[str]:
    """A text in some pieces of about the same width, cut where its language allows it best.

    Args:
        text: in one line.
        language: ISO 639-1 code; empty if it is unknown.
        count: at least 1. A text with fewer words has empty pieces at its end.
    """
    spans = word_spans(text, language, final=True)
    if not spans:
        return [""] * count
    line = OpenLine(text, spans, language)
    cuts = [0]
    for left in range(count, 1, -1):
        cuts.append(_cut(line, cuts[-1], left))
    cuts.append(len(spans))
    return [text[spans[a][0] : spans[b - 1][1]] if a < b else "" for a, b in pairwise(cuts)]


def _cut(line: OpenLine, first: int, left: int) -> int:
    """The word with which the next piece begins; `left` pieces are to come, this one included."""
    count = len(line.spans)
    if first + 1 >= count:
        return count
    wanted = line.columns(first, count) / left
    best, best_cost = first + 1, float("inf")
    for word in range(first + 1, count):
        width, rest = line.columns(first, word), line.columns(word, count)
        if word > first + 1 and width > LINE_COLUMNS:
            break
        cost = min(line.costs[word], NEVER) + _UNEVEN * ((width - wanted) / wanted) ** 2
        if rest > (left - 1) * LINE_COLUMNS:
            cost += NEVER
        if cost < best_cost:
            best, best_cost = word, cost
    return best


def _timed(pairings: Iterable[Pairing]) -> Iterator[_InStep]:
    """The time of each pairing: that of the first language, or else that of the second one."""
    ended_ms, lag_ms = 0, 0
    for pairing in pairings:
        timing = pairing.left or pairing.right
        start_ms, end_ms = timing[0].start_ms, timing[-1].end_ms
        if pairing.left and pairing.right:
            lag_ms = pairing.right[0].start_ms - start_ms
        elif pairing.right:
            start_ms, end_ms = start_ms - lag_ms, end_ms - lag_ms
        start_ms = max(start_ms, ended_ms)
        ended_ms = max(end_ms, start_ms)
        texts = (_text(pairing.left), _text(pairing.right))
        languages = (_language(pairing.left), _language(pairing.right))
        yield _InStep(start_ms, ended_ms, texts, languages, speaker_of(timing[0].captions[0]))


def _together(said: Iterable[_InStep]) -> list[_InStep]:
    """Join what would flash by with what follows."""
    found: list[_InStep] = []
    for one in said:
        last = found[-1] if found else None
        if last is None or not _flash(last, one):
            found.append(one)
            continue
        languages = (
            last.languages[0] or one.languages[0],
            last.languages[1] or one.languages[1],
        )
        texts = (
            _sum(last.texts[0], one.texts[0], languages[0]),
            _sum(last.texts[1], one.texts[1], languages[1]),
        )
        found[-1] = _InStep(last.start_ms, one.end_ms, texts, languages, last.speaker)
    return found


def _flash(one: _InStep, other: _InStep) -> bool:
    short = other.start_ms - one.start_ms < SHORTEST_MS + GAP_MS
    short |= other.end_ms - other.start_ms < SHORTEST_MS
    near = other.end_ms - one.start_ms <= LONGEST_MS
    return short and near and one.speaker == other.speaker


def _parts(said: _InStep) -> Iterator[Part]:
    most = max(map(columns, said.texts))
    lasts_ms = said.end_ms - said.start_ms
    count = max(-(-most // LINE_COLUMNS), -(-lasts_ms // LONGEST_MS), 1)
    words = max(
        len(word_spans(text, language, final=True))
        for text, language in zip(said.texts, said.languages, strict=True)
    )
    while True:
        upper, lower = (
            pieces_of(text, language, count)
            for text, language in zip(said.texts, said.languages, strict=True)
        )
        if count >= words or all(columns(one) <= LINE_COLUMNS for one in (*upper, *lower)):
            break
        count += 1
    weights = [
        max(columns(one), columns(other), 1) for one, other in zip(upper, lower, strict=True)
    ]
    read = [0, *accumulate(weights)]
    times = [said.start_ms + lasts_ms * one // read[-1] for one in read]
    for lines, (start_ms, end_ms) in zip(
        zip(upper, lower, strict=True), pairwise(times), strict=True
    ):
        if any(lines):
            need_ms = max(
                reading_ms(line, language)
                for line, language in zip(lines, said.languages, strict=True)
            )
            yield Part(start_ms, end_ms, tuple(filter(None, lines)), need_ms, said.speaker)


def _text(sentences: Sequence[SpokenSentence]) -> str:
    text = ""
    for one in sentences:
        text = _sum(text, one.text, one.language)
    return text


def _sum(one: str, other: str, language: str) -> str:
    between = " " if one and other and spaces_between_sentences(language) else ""
    return f"{one}{between}{other}"


def _language(sentences: Sequence[SpokenSentence]) -> str:
    return next((one.language for one in sentences if one.language), "")
