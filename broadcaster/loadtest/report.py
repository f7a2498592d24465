"""What a load test found, for people and for programs."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

import numpy as np

from broadcaster.loadtest.plan import Listened
from broadcaster.loadtest.results import Tally

BUSY_SHARE = 0.8
"""Above this share of a core the test itself delays what it measures."""
LATE_MS = 50.0
"""Likewise when it once did not look at its sockets for so long."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Median, 99th percentile and largest of a quantity; the unit is in the field's name."""

    p50: float
    p99: float
    max: float


@dataclass(frozen=True, slots=True)
class Report:
    """The result.

    Attributes:
        listeners: how many were wanted.
        joined: how many got in.
        failed: how many did not, by reason.
        lost: how many were in and were dropped, by reason.
        join_ms: from the first packet until the server told the listener what it hears; None when
            nobody got in.
        first_sound_ms: from the first packet to the first sound; None without any.
        gap_limit_ms: a longer pause between two pieces of sound is a gap.
        listeners_with_gaps: how many had gaps.
        gaps: how many they had all together.
        longest_gap_ms: the longest pause of each listener.
        spread_ms: from the first to the last listener of the same frame; None where the transport
            does not number frames, or without sound.
        frames_missing: frames that listeners were not given, by their sequence numbers; None where
            the transport does not number them.
        messages_per_s: once all were in or had failed, or until the test was stopped before.
        bytes_per_s: likewise, of the bodies.
        own_cpu_us_per_message: this tool's processor time, None without messages.
        own_cpu_share: likewise, of one core.
        own_longest_pause_ms: longest time in which this tool did not look at its sockets: what it
            says about delays is not more exact than that.
    """

    listeners: int
    joined: int
    failed: dict[str, int]
    lost: dict[str, int]
    join_ms: Figures | None
    first_sound_ms: Figures | None
    gap_limit_ms: float
    listeners_with_gaps: int
    gaps: int
    longest_gap_ms: Figures | None
    spread_ms: Figures | None
    frames_missing: int | None
    messages_per_s: float
    bytes_per_s: float
    own_cpu_us_per_message: float | None
    own_cpu_share: float
    own_longest_pause_ms: float

    @property
    def good(self) -> bool:
        """Whether every listener got in and stayed."""
        return not self.failed and not self.lost

    @property
    def busy(self) -> bool:
        """Whether the tool was too busy for its figures to be the server's."""
        return self.own_cpu_share > BUSY_SHARE or self.own_longest_pause_ms > LATE_MS

    def to_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self)


def report(tally: Tally, listened: Listened, listeners: int) -> Report:
    """Sum up a test of so many wanted listeners."""
    ears = tally.ears
    joins = [(e.joined_s - e.asked_s) * 1000 for e in ears if e.joined_s is not None]
    sounds = [(e.first_sound_s - e.asked_s) * 1000 for e in ears if e.first_sound_s is not None]
    pauses = [e.longest_gap_s * 1000 for e in ears if e.first_sound_s is not None]
    seconds, messages = listened.seconds, listened.messages
    return Report(
        listeners=listeners,
        joined=len(joins),
        failed=dict(tally.failed.most_common()),
        lost=dict(tally.lost.most_common()),
        join_ms=figures(joins),
        first_sound_ms=figures(sounds),
        gap_limit_ms=tally.gap_s * 1000,
        listeners_with_gaps=sum(ear.gaps > 0 for ear in ears),
        gaps=sum(ear.gaps for ear in ears),
        longest_gap_ms=figures(pauses),
        spread_ms=figures(chain.from_iterable(log.spreads_ms for log in tally.frames.values())),
        frames_missing=sum(ear.missing for ear in ears) if tally.numbered else None,
        messages_per_s=_rounded(messages / seconds) if seconds else 0.0,
        bytes_per_s=_rounded(listened.bytes / seconds) if seconds else 0.0,
        own_cpu_us_per_message=_rounded(listened.cpu_s * 1e6 / messages) if messages else None,
        own_cpu_share=_rounded(listened.cpu_s / seconds) if seconds else 0.0,
        own_longest_pause_ms=_rounded(listened.longest_absence_s * 1000),
    )


def figures(values: Iterable[float]) -> Figures | None:
    """The three figures of some values, None of none."""
    data = np.fromiter(values, float)
    if not len(data):
        return None
    p50, p99, largest = np.percentile(data, [50, 99, 100])
    return Figures(_rounded(p50), _rounded(p99), _rounded(largest))


def _rounded(value: float) -> float:
    return round(float(value), 2)
