"""The figures of two services next to each other, and which of them is better."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from broadcaster.audio.loudness import TARGET_LUFS
from broadcaster.report.figures import ChannelFigures
from broadcaster.report.quality.kept import Kept
from broadcaster.report.quality.scoring import Scores
from broadcaster.report.spread import Spread


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of both.

    Attributes:
        id: stable identifier.
        a: of the first service; None if it does not apply or was not recorded.
        b: of the second.
        better: `a` or `b`; empty if they are the same, or one is None.
    """

    id: str
    a: float | None
    b: float | None
    better: str

    def body(self) -> dict[str, Any]:
        """The measure as JSON shows it."""
        return {"id": self.id, "a": self.a, "b": self.b, "better": self.better}


@dataclass(frozen=True, slots=True)
class _Rated:
    """A figure, and how far it is from the best one.

    Attributes:
        id: of the measure.
        value: of a channel.
        digits: after the point; what is the same when it is rounded counts as the same.
        badness: the lower, the better.
    """

    id: str
    value: Callable[[ChannelFigures], float | None]
    digits: int
    badness: Callable[[float], float]


def measures_of(a: ChannelFigures | None, b: ChannelFigures | None) -> list[Measure]:
    """All measures of two channels, in the order in which they are shown.

    Args:
        a: of the first service; None if it was not heard, because its channel then had the floor.
        b: of the second service.
    """
    return [
        _measure(
            one,
            None if a is None else one.value(a),
            None if b is None else one.value(b),
        )
        for one in _FIGURES
    ]


def _measure(figure: _Rated, a: float | None, b: float | None) -> Measure:
    a = None if a is None else round(a, figure.digits)
    b = None if b is None else round(b, figure.digits)
    better = ""
    if a is not None and b is not None:
        of_a, of_b = round(figure.badness(a), 6), round(figure.badness(b), 6)
        better = "" if of_a == of_b else "a" if of_a < of_b else "b"
    return Measure(figure.id, a, b, better)


def _lower(value: float) -> float:
    return value


def _higher(value: float) -> float:
    return -value


def _near(best: float) -> Callable[[float], float]:
    return lambda value: abs(value - best)


def _percent(kept: Kept | None) -> float | None:
    return None if kept is None else 100 * kept.found / kept.said


def _erasure(one: ChannelFigures) -> float | None:
    characters = one.reading.characters
    return 100 * one.reading.erased / characters if characters else None


def _columns(one: ChannelFigures) -> float | None:
    columns = one.reading.columns_per_s
    return None if columns is None else columns.p50


def _tempo(one: ChannelFigures) -> float | None:
    tempo = None if one.sound is None else one.sound.tempo
    return None if tempo is None else 100 * tempo.p95


def _of_delay(part: Callable[[Spread], float]) -> Callable[[ChannelFigures], float | None]:
    return lambda one: None if one.delay is None else part(one.delay.span_ms) / 1_000


def _of_scores(part: Callable[[Scores], float]) -> Callable[[ChannelFigures], float | None]:
    return lambda one: None if one.scores is None else part(one.scores)


_FIGURES = (
    _Rated("span_p50_s", _of_delay(lambda span: span.p50), 1, _lower),
    _Rated("span_p95_s", _of_delay(lambda span: span.p95), 1, _lower),
    _Rated("bleu", _of_scores(lambda scores: scores.bleu), 1, _higher),
    _Rated("chrf", _of_scores(lambda scores: scores.chrf), 1, _higher),
    _Rated("names_percent", lambda one: _percent(one.names), 0, _higher),
    _Rated("numbers_percent", lambda one: _percent(one.numbers), 0, _higher),
    _Rated("glossary_percent", lambda one: _percent(one.glossary), 0, _higher),
    _Rated("erasure_percent", _erasure, 1, _lower),
    _Rated("columns_per_s", _columns, 0, _lower),
    _Rated("gaps_s", lambda one: None if one.gaps is None else one.gaps.total_s, 0, _lower),
    _Rated("tempo_percent", _tempo, 0, _near(100)),
    _Rated(
        "loudness_lufs",
        lambda one: None if one.sound is None else one.sound.loudness_lufs,
        1,
        _near(TARGET_LUFS),
    ),
    _Rated(
        "usd_per_hour", lambda one: None if one.use is None else one.use.usd_per_hour, 2, _lower
    ),
)
