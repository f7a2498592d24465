"""Captions as subtitles of a file: at most two lines, long enough to be read, never overlapping."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from broadcaster.model.caption import Caption
from broadcaster.writing.columns import columns

LINES = 2
SHORTEST_MS = 1_000
COLUMNS_PER_S = 17
"""The reading speed up to which a subtitle stays longer, as far as there is room."""
GAP_MS = 80
"""Two frames between subtitles, so that a viewer sees that the text has changed."""
_SHORTEST_POSSIBLE_MS = 40


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle.

    Attributes:
        start_ms: event clock.
        end_ms: event clock, later.
        lines: at most `LINES`.
    """

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]


def cues_of(captions: Iterable[Caption]) -> list[Cue]:
    """The subtitles of some captions.

    A caption with more lines, as a reviewer may have written it, becomes several. One that is too
    short to be read stays as long as the next one lets it.

    Args:
        captions: in the order of speech.
    """
    said = [part for caption in captions for part in _parts(caption)]
    cues: list[Cue] = []
    for number, cue in enumerate(said):
        start_ms = max(cue.start_ms, cues[-1].end_ms if cues else 0)
        latest_ms = said[number + 1].start_ms - GAP_MS if number + 1 < len(said) else None
        wanted_ms = max(cue.end_ms, start_ms + _reading_ms(cue.lines))
        end_ms = wanted_ms if latest_ms is None else min(wanted_ms, latest_ms)
        cues.append(Cue(start_ms, max(end_ms, start_ms + _SHORTEST_POSSIBLE_MS), cue.lines))
    return cues


def _parts(caption: Caption) -> Iterator[Cue]:
    """A caption in parts of at most `LINES`; its time is divided by how much each has to read."""
    lines = [line.strip() for line in caption.text.splitlines() if line.strip()]
    parts = [tuple(lines[first : first + LINES]) for first in range(0, len(lines), LINES)]
    total = sum(map(_columns, parts)) or 1
    start_ms = max(caption.start_ms, 0)
    lasts_ms = max(caption.end_ms - start_ms, 0)
    read = 0
    for part in parts:
        begin_ms = start_ms + lasts_ms * read // total
        read += _columns(part)
        yield Cue(begin_ms, start_ms + lasts_ms * read // total, part)


def _columns(lines: tuple[str, ...]) -> int:
    return sum(map(columns, lines))


def _reading_ms(lines: tuple[str, ...]) -> int:
    return max(SHORTEST_MS, _columns(lines) * 1_000 // COLUMNS_PER_S)
