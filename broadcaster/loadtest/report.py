"""The report of a load test, for people and for programs."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

import numpy as np

from broadcaster.loadtest.plan import MeasuredPhase
from broadcaster.loadtest.results import LoadResults

BUSY_SHARE = 0.8
"""Above this share of a core the test itself delays what it measures."""
LATE_MS = 50.0
"""The same if the test once did not look at its sockets for longer than this."""


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Median, 99th percentile and largest value. The unit is in the name of the field."""

    p50: float
    p99: float
    max: float


@dataclass(frozen=True, slots=True)
class LoadReport:
    """The findings of one test.

    Attributes:
        listeners: how many were planned.
        joined: how many joined.
        failed: how many did not join, by reason.
        lost: how many joined and were dropped later, by reason.
        join_ms: from the first packet until the listener had joined; None if nobody joined.
        first_sound_ms: from the first packet to the first sound; None without any sound.
        gap_limit_ms: a longer pause between two pieces of sound is a gap.
        listeners_with_gaps: how many listeners had gaps.
        gaps: how many gaps they had altogether.
        longest_gap_ms: the longest pause of each listener; None without any sound.
        spread_ms: from the first to the last listener of the same frame; None without sound, or if
            the transport does not number frames.
        frames_missing: frames that listeners did not get, by their sequence numbers; None if the
            transport does not number frames.
        messages_per_s: received in the measured phase, see `MeasuredPhase`.
        bytes_per_s: received in the measured phase, without headers.
        own_cpu_us_per_message: processor time of this tool per message; None without messages.
        own_cpu_share: processor time of this tool, as a share of one core.
        own_longest_pause_ms: longest time in which this tool did not look at its sockets. Delays
            are not known more exactly than that.
    """

    listeners: int
    joined: int
    failed: dict[str, int]
    lost: dict[str, int]
    join_ms: Percentiles | None
    first_sound_ms: Percentiles | None
    gap_limit_ms: float
    listeners_with_gaps: int
    gaps: int
    longest_gap_ms: Percentiles | None
    spread_ms: Percentiles | None
    frames_missing: int | None
    messages_per_s: float
    bytes_per_s: float
    own_cpu_us_per_message: float | None
    own_cpu_share: float
    own_longest_pause_ms: float

    @property
    def good(self) -> bool:
        """Whether every listener joined and stayed."""
        return not self.failed and not self.lost

    @property
    def busy(self) -> bool:
        """Whether the tool was too busy for its figures to be the server's."""
        return self.own_cpu_share > BUSY_SHARE or self.own_longest_pause_ms > LATE_MS

    def to_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return asdict(self)


def report(results: LoadResults, phase: MeasuredPhase, planned: int) -> LoadReport:
    """Sum up a test.

    Args:
        results: of all listeners.
        phase: what the measured phase took.
        planned: how many listeners were planned.
    """
    all_stats = results.listeners
    joins = [(one.joined_s - one.asked_s) * 1000 for one in all_stats if one.joined_s is not None]
    sounds = [
        (one.first_sound_s - one.asked_s) * 1000
        for one in all_stats
        if one.first_sound_s is not None
    ]
    pauses = [one.longest_gap_s * 1000 for one in all_stats if one.first_sound_s is not None]
    seconds, messages = phase.seconds, phase.messages
    return LoadReport(
        listeners=planned,
        joined=len(joins),
        failed=dict(results.failed.most_common()),
        lost=dict(results.lost.most_common()),
        join_ms=percentiles(joins),
        first_sound_ms=percentiles(sounds),
        gap_limit_ms=results.gap_s * 1000,
        listeners_with_gaps=sum(one.gaps > 0 for one in all_stats),
        gaps=sum(one.gaps for one in all_stats),
        longest_gap_ms=percentiles(pauses),
        spread_ms=percentiles(
            chain.from_iterable(log.spreads_ms for log in results.frames.values())
        ),
        frames_missing=sum(one.missing for one in all_stats) if results.numbered else None,
        messages_per_s=_rounded(messages / seconds) if seconds else 0.0,
        bytes_per_s=_rounded(phase.bytes / seconds) if seconds else 0.0,
        own_cpu_us_per_message=_rounded(phase.cpu_s * 1e6 / messages) if messages else None,
        own_cpu_share=_rounded(phase.cpu_s / seconds) if seconds else 0.0,
        own_longest_pause_ms=_rounded(phase.longest_absence_s * 1000),
    )


def percentiles(values: Iterable[float]) -> Percentiles | None:
    """Percentiles of some values; None without values."""
    data = np.fromiter(values, float)
    if not len(data):
        return None
    p50, p99, largest = np.percentile(data, [50, 99, 100])
    return Percentiles(_rounded(p50), _rounded(p99), _rounded(largest))


def _rounded(value: float) -> float:
    return round(float(value), 2)
