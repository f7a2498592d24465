"""Cells of the table of a report."""

from collections.abc import Callable

from broadcaster.model.language import FLOOR
from broadcaster.report.delay import Delay
from broadcaster.report.figures import ChannelFigures, Use
from broadcaster.report.quality.kept import Kept
from broadcaster.report.quality.scoring import Scores
from broadcaster.report.sound import Sound
from broadcaster.report.spread import Spread

NOT_RECORDED = "not recorded"
NONE = "–"
"""A figure that does not apply, or of which there is no case."""


def of_delay(part: Callable[[Delay], str]) -> Callable[[ChannelFigures], str]:
    """A cell of the delay, if that was recorded."""
    return lambda one: missing(one) if one.delay is None else part(one.delay)


def of_use(part: Callable[[Use], str]) -> Callable[[ChannelFigures], str]:
    """A cell of the use, if that was recorded."""
    return lambda one: NOT_RECORDED if one.use is None else part(one.use)


def of_sound(part: Callable[[Sound], str | None]) -> Callable[[ChannelFigures], str]:
    """A cell of the sound, if that was recorded."""

    def cell(one: ChannelFigures) -> str:
        return (None if one.sound is None else part(one.sound)) or missing(one)

    return cell


def missing(one: ChannelFigures) -> str:
    """The cell of a figure that only a language has, or that was not recorded."""
    return NONE if one.channel == FLOOR else NOT_RECORDED


def gaps(one: ChannelFigures) -> str:
    """The gaps of a channel: how many, together, the longest."""
    found = one.gaps
    if found is None:
        return missing(one)
    return f"{found.count}; {found.total_s:.0f} s; {found.longest_s:.0f} s"


def skipped(one: ChannelFigures) -> str:
    """The sound of a channel that was skipped, and its share."""
    if one.skipped_ms is None or one.use is None:
        return missing(one)
    all_ms = one.skipped_ms + one.use.heard_s * 1_000
    share = one.skipped_ms / all_ms if all_ms else 0.0
    return f"{one.skipped_ms / 1_000:.1f} s; {share:.1%}"


def words(one: ChannelFigures) -> str:
    """The words that were heard and shown."""
    heard = NOT_RECORDED if one.words_heard is None else f"{one.words_heard}"
    return f"{heard}; {one.reading.words}"


def of_scores(part: Callable[[Scores], str]) -> Callable[[ChannelFigures], str]:
    """A cell of the scores, if there are any."""
    return lambda one: NONE if one.scores is None else part(one.scores)


def yaal(found_ms: float | None) -> str:
    """LongYAAL in seconds."""
    return NONE if found_ms is None else f"{found_ms / 1_000:.2f} s"


def kept_of(kept: Kept | None) -> str:
    """How many came through."""
    return NONE if kept is None else f"{kept.found} of {kept.said}"


def seconds(spread: Spread | None) -> str:
    """A spread of milliseconds, in seconds."""
    return NONE if spread is None else f"{spread.p50 / 1_000:.1f} s; {spread.p95 / 1_000:.1f} s"


def pair(spread: Spread | None, digits: int) -> str:
    """A spread with some digits."""
    return NONE if spread is None else f"{spread.p50:.{digits}f}; {spread.p95:.{digits}f}"


def tempo(sound: Sound) -> str | None:
    """How fast the sound was played, and the share of the time in which it was faster."""
    if sound.tempo is None or sound.faster_share is None:
        return None
    return f"{pair(sound.tempo, 2)}; {sound.faster_share:.0%} of the time"


def measured(value: float | None, unit: str) -> str | None:
    """A value with its unit; None if it was not recorded."""
    return None if value is None else f"{value:.1f} {unit}"


def slope(ms_per_hour: float | None) -> str:
    """Growth in an hour."""
    return NONE if ms_per_hour is None else f"{ms_per_hour / 1_000:+.1f} s/h"


def usd(value: float | None) -> str:
    """An amount of US dollars."""
    return NONE if value is None else f"${value:.2f}"
