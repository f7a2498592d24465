"""The outcome of one visit against the goals, as a row of the table."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np

from tests.benchmarks.page_faults.faults import Fault
from tests.benchmarks.page_faults.melody import (
    CHANNELS,
    HOP_S,
    Recognised,
    heard_notes,
    longest_run_s,
    recognise,
)
from tests.benchmarks.page_faults.recorder import Recording

COLUMNS = (
    "what happens",
    "sound by",
    "sound after s",
    "longest silence s",
    "captions missing, repeated, out of order",
    "delay before → after s",
    "ran dry",
    "goals",
)
BLINK_S = 0.1
"""A shorter silence is a fault of the sound, but the sound is not away."""
SETTLES_S = 10.0
"""Sound that stops this soon after the end of a cause was not back yet."""
MEASURED_S = 5.0
"""The delay is the median of this time, before the fault and at the end."""
DELAY_S = 0.1
DELAY_SHARE = 0.1
"""A delay is what it was when it has grown by less than both together."""


@dataclass(frozen=True, slots=True)
class Times:
    """Unix times of a visit, in seconds.

    Attributes:
        heard: from which on the page is judged.
        began: when the fault was made.
        ended: when its cause was over; of the first tap, the tap.
        over: when the page was not watched any more.
    """

    heard: float
    began: float
    ended: float
    over: float


@dataclass(frozen=True, slots=True)
class Sound:
    """The sound of a visit.

    Attributes:
        back_s: after the end of the cause, until it is heard without a break.
        silence_s: the longest time without sound of the channel.
        delay_before_s: behind what is said, before the fault; NaN if nothing was heard.
        delay_after_s: the same at the end.
    """

    back_s: float
    silence_s: float
    delay_before_s: float
    delay_after_s: float

    @classmethod
    def of(cls, recording: Recording, times: Times, talk_began_s: float, *, switch: bool) -> Self:
        """Listen to a recording.

        Args:
            recording: of the page.
            times: of the visit.
            talk_began_s: Unix time at which the melodies began.
            switch: whether the second channel is the right one after the fault.
        """
        line = recording.timeline(times.heard, times.over)
        found = recognise(heard_notes(line), times.heard - talk_began_s)
        return cls.judged(found, times, switch=switch)

    @classmethod
    def judged(cls, found: Recognised, times: Times, *, switch: bool) -> Self:
        """The same of a recording whose channels are known."""
        at_s = times.heard + np.arange(len(found.sounds)) * HOP_S
        first, second = range(len(CHANNELS))
        right = found.channel == first
        back_s = _back_s(found.sounds & right, at_s, times.ended)
        if switch:
            # Until the other one comes, the first one is still right; afterwards it is not.
            arrived = (found.channel == second) & (at_s >= times.began)
            begins_s = at_s[np.argmax(arrived)] if arrived.any() else np.inf
            right = np.where(at_s < begins_s, right, found.channel == second)
            back_s = float(begins_s - times.ended)
        heard = found.sounds & right
        before = (at_s > times.began - MEASURED_S) & (at_s < times.began)
        return cls(
            back_s=back_s,
            silence_s=longest_run_s(~heard),
            delay_before_s=_median(found.delay_s[before & heard]),
            delay_after_s=_median(found.delay_s[(at_s > times.over - MEASURED_S) & heard]),
        )

    @property
    def delay_is_back(self) -> bool:
        """Whether the delay is what it was before."""
        if np.isnan(self.delay_before_s):
            return True  # the fault was there from the start
        allowed_s = self.delay_before_s * (1 + DELAY_SHARE) + DELAY_S
        return bool(self.delay_after_s <= allowed_s)


def _back_s(heard: np.ndarray, at_s: np.ndarray, ended_s: float) -> float:
    """Time from the end of the cause to the end of the last silence that has to do with it."""
    last_s = ended_s
    run = 0
    for sounds, now_s in zip(heard, at_s, strict=True):
        if sounds:
            begun_s = now_s - run * HOP_S
            if run * HOP_S > BLINK_S and now_s > ended_s and begun_s < ended_s + SETTLES_S:
                last_s = now_s
            run = 0
        else:
            run += 1
    if run * HOP_S > BLINK_S and len(at_s) and at_s[-1] - run * HOP_S < ended_s + SETTLES_S:
        return float("inf")
    return float(last_s - ended_s)


def _median(values: np.ndarray) -> float:
    return float(np.median(values)) if len(values) else float("nan")


@dataclass(frozen=True, slots=True)
class Captions:
    """The captions of a page against the server's whole list."""

    missing: int
    repeated: int
    out_of_order: int

    @classmethod
    def of(cls, shown: Sequence[str], full: Sequence[str]) -> Self:
        """Compare them."""
        counts = Counter(shown)
        places = [full.index(text) for text in shown if text in counts and text in full]
        return cls(
            missing=sum(text not in counts for text in full),
            repeated=sum(counts.values()) - len(counts),
            out_of_order=sum(later < earlier for earlier, later in pairwise(places)),
        )

    @property
    def complete(self) -> bool:
        """Whether the page shows exactly the server's list."""
        return not (self.missing or self.repeated or self.out_of_order)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One visit."""

    fault: Fault
    transport: str
    sound: Sound
    captions: Captions
    underruns: int

    def missed(self) -> list[str]:
        """The goals that were not reached."""
        goals = {
            "sound": self.sound.back_s <= self.fault.sound_within_s,
            "silence": self.sound.silence_s <= self.fault.silence_within_s + HOP_S,
            "captions": self.captions.complete,
            "delay": self.sound.delay_is_back,
        }
        return [name for name, reached in goals.items() if not reached]

    def row(self) -> tuple[str, ...]:
        """Cells in the order of `COLUMNS`."""
        captions, sound = self.captions, self.sound
        missed = ", ".join(self.missed())
        return (
            self.fault.what,
            self.transport,
            "never" if np.isinf(sound.back_s) else f"{sound.back_s:.2f}",
            f"{sound.silence_s:.2f}",
            f"{captions.missing}, {captions.repeated}, {captions.out_of_order}",
            f"{_seconds(sound.delay_before_s)} → {_seconds(sound.delay_after_s)}",
            str(self.underruns),
            f"**missed: {missed}**" if missed else "✓",
        )


def _seconds(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.2f}"
