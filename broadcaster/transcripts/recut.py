"""Cuts captions again for files, where they break a rule of subtitles.

A caption was cut while its words were said, and what a phone showed stays as it was where it can.
Three things are changed: a text of a reviewer with long or many lines is laid out by the rules of
`writing/`. A caption that is said for too long is shown line by line. Captions of less than a
second, which would flash, are joined where both fit.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from broadcaster.model.caption import Caption
from broadcaster.model.language import FLOOR
from broadcaster.transcripts.speakers import introduced, speaker_of, with_new_names
from broadcaster.writing.caption_layout import LINE_COLUMNS, LINES, OpenLine, line_ends
from broadcaster.writing.columns import columns
from broadcaster.writing.reading_speed import reading_ms
from broadcaster.writing.scripts import (
    base_language,
    likely_language,
    spaces_between_sentences,
    spaces_between_words,
)
from broadcaster.writing.words import word_spans

SHORTEST_MS = 1_000
"""A subtitle stays this long. Netflix asks for 5/6 s."""
LONGEST_MS = 7_000
"""A subtitle stays no longer, as Netflix asks."""
GAP_MS = 80
"""Two frames between subtitles, so that a viewer sees that the text has changed."""
PAUSE_MS = 1_000
"""Captions with a longer pause between them are not joined."""
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])
"""Characters that XML and players cannot hold."""


@dataclass(frozen=True, slots=True)
class Part:
    """The text of one subtitle.

    Attributes:
        start_ms: when its first word is said, on the event clock.
        end_ms: when its last word is said.
        lines: at most two, of 42 columns at most. A longer word stays whole.
        reading_ms: how long it needs to be read.
        speaker: name of the person who says it; empty for none.
    """

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    reading_ms: int
    speaker: str = ""


def parts_of(captions: Iterable[Caption], *, names: bool = False) -> list[Part]:
    """The texts of the subtitles of a channel.

    Args:
        captions: in the order of speech.
        names: whether the text begins with the name where another person begins to speak.
    """
    language = ""
    cut: list[tuple[Part, str]] = []
    for caption, name in with_new_names(captions):
        language = caption_language(caption) or language
        shown = name if names else ""
        cut += [
            (replace(part, speaker=speaker_of(caption)), language)
            for part in _parts(caption, language, shown)
        ]
    parts: list[Part] = []
    for number, (part, language) in enumerate(cut):
        following = cut[number + 1][0] if number + 1 < len(cut) else None
        joined = _joined(parts[-1], part, following, language) if parts else None
        if joined is None:
            parts.append(part)
        else:
            parts[-1] = joined
    return parts


def caption_language(caption: Caption) -> str:
    """ISO 639-1 code of a caption's text; empty if it is unknown."""
    if caption.channel == FLOOR:
        return likely_language(caption.text)
    return base_language(caption.channel)


def clean_lines(text: str) -> list[str]:
    """The lines of a caption that are not empty, without characters that files cannot hold."""
    lines = (line.translate(_CONTROLS).strip() for line in text.splitlines())
    return [line for line in lines if line]


def laid_out(text: str, language: str) -> list[str]:
    """A text in one line, cut into lines of 42 columns by the rules of its language."""
    spans = word_spans(text, language, final=True)
    if not spans:
        return []
    ends = line_ends(OpenLine(text, spans, language))
    return [text[spans[a][0] : spans[b - 1][1]] for a, b in pairwise([0, *ends])]


def part_of(start_ms: int, end_ms: int, lines: tuple[str, ...], language: str) -> Part:
    """A part with the time that it needs to be read."""
    return Part(start_ms, end_ms, lines, reading_ms("".join(lines), language))


def _parts(caption: Caption, language: str, name: str) -> Iterator[Part]:
    """A caption in parts; its time is divided by how much each has to read."""
    lines = clean_lines(caption.text)
    if lines:
        lines[0] = introduced(name, lines[0])
    if len(lines) > LINES or any(columns(line) > LINE_COLUMNS for line in lines):
        lines = laid_out(_separator(language).join(lines), language)
    start_ms = max(caption.start_ms, 0)
    lasts_ms = max(caption.end_ms - start_ms, 0)
    most = 1 if lasts_ms > LONGEST_MS else LINES
    groups = [tuple(lines[first : first + most]) for first in range(0, len(lines), most)]
    read = [0, *accumulate(sum(map(columns, group)) for group in groups)]
    times = [start_ms + lasts_ms * one // (read[-1] or 1) for one in read]
    for group, (begin_ms, end_ms) in zip(groups, pairwise(times), strict=True):
        yield part_of(begin_ms, end_ms, group, language)


def _joined(one: Part, other: Part, following: Part | None, language: str) -> Part | None:
    """Two parts as one, if either would flash by and both fit."""
    flashes = other.start_ms - one.start_ms < SHORTEST_MS + GAP_MS
    if following is not None:
        flashes |= following.start_ms - other.start_ms < SHORTEST_MS + GAP_MS
    near = other.start_ms - one.end_ms < PAUSE_MS
    if not flashes or not near or other.end_ms - one.start_ms > LONGEST_MS:
        return None
    if one.speaker != other.speaker:
        return None
    lines = (*one.lines, *other.lines)
    if len(lines) > LINES:
        before, after = (_separator(language).join(part.lines) for part in (one, other))
        between = " " if spaces_between_sentences(language) else ""
        if columns(before) + columns(after) > LINES * LINE_COLUMNS:
            return None
        lines = tuple(laid_out(f"{before}{between}{after}", language))
    if len(lines) > LINES or any(columns(line) > LINE_COLUMNS for line in lines):
        return None
    return replace(part_of(one.start_ms, other.end_ms, lines, language), speaker=one.speaker)


def _separator(language: str) -> str:
    return " " if spaces_between_words(language) else ""
