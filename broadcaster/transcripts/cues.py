"""Captions as subtitles of a file: at most two lines, long enough to be read, never overlapping."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from broadcaster.model.caption import Caption
from broadcaster.transcripts.recut import GAP_MS, LONGEST_MS, SHORTEST_MS, Part, parts_of

LATEST_MS = 1_000
"""A subtitle begins at most this long after its first word, so that the one before it can be read.

Only where captions of less than a second follow each other and do not fit together it is longer.
"""
FLICKER_MS = 500
"""A subtitle stays over a pause that is shorter, as Netflix asks: half a second."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle.

    Attributes:
        start_ms: event clock.
        end_ms: event clock, later.
        lines: at most two.
        speaker: name of the person who says it; empty for none.
    """

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    speaker: str = ""


def cues_of(captions: Iterable[Caption], *, names: bool = False) -> list[Cue]:
    """The subtitles of a channel, see `timed`.

    Args:
        captions: in the order of speech.
        names: whether the text has the names of the speakers; see `parts_of`.
    """
    return timed(parts_of(captions, names=names))


def timed(parts: Sequence[Part]) -> list[Cue]:
    """The times of subtitles.

    A subtitle never begins before its first word is said. It stays until it can be read, and makes
    the next one late for that, by `LATEST_MS` at most. Where the speech is faster than that for
    longer, it is read as fast as it is said, because no word is left out.

    Args:
        parts: in the order of speech.
    """
    cues: list[Cue] = []
    for number, part in enumerate(parts):
        following = parts[number + 1] if number + 1 < len(parts) else None
        start_ms = max(part.start_ms, cues[-1].end_ms + GAP_MS if cues else 0)
        end_ms = _end_ms(start_ms, part, following)
        cues.append(Cue(start_ms, end_ms, part.lines, part.speaker))
    return cues


def _end_ms(start_ms: int, part: Part, following: Part | None) -> int:
    read_ms = start_ms + part.reading_ms
    if following is None:
        wanted_ms = max(part.end_ms, read_ms)
    else:
        free_ms = following.start_ms - GAP_MS
        wanted_ms = max(min(part.end_ms, free_ms), min(read_ms, free_ms + LATEST_MS))
        if 0 < free_ms - wanted_ms < FLICKER_MS:
            wanted_ms = free_ms
    return min(max(wanted_ms, start_ms + SHORTEST_MS), start_ms + LONGEST_MS)
