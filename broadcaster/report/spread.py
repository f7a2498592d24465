"""Percentiles, and how fast a figure grows."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

SHORTEST_MS = 600_000
"""In less time a value grows and shrinks by chance."""
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Spread:
    """The usual and the nearly worst value of some.

    Attributes:
        p50: half of them are at most this.
        p95: 95 of 100 are at most this.
        count: how many there are.
    """

    p50: float
    p95: float
    count: int


def spread_of(values: Sequence[float]) -> Spread | None:
    """The spread of some values by the nearest rank; None without values."""
    if not values:
        return None
    ordered = sorted(values)

    def rank(percent: int) -> float:
        return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]

    return Spread(rank(50), rank(95), len(ordered))


def slope_per_hour(points: Sequence[tuple[float, float]]) -> float | None:
    """How much a value grows in an hour, by least squares; None over less than `SHORTEST_MS`.

    Args:
        points: times in ms, in their order, and the value at each.
    """
    if not points or points[-1][0] - points[0][0] < SHORTEST_MS:
        return None
    at_ms, values = zip(*points, strict=True)
    return statistics.linear_regression(at_ms, values).slope * _HOUR_MS
