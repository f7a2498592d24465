"""The rules by which a late channel catches up: arithmetic only, no sound."""

from collections import deque
from dataclasses import dataclass

from broadcaster.audio.stretch import FASTEST, SLOWEST

SHORTEST_CAP_MS = 10_000
"""With a lower cap it would skip before shortening and stretching have had time to work."""
_SECOND_MS = 1_000
_WINDOW_S = 10
"""Longer than a phrase (8 s): a phrase that comes as a whole does not make a channel late."""
_STEPS = 5
"""Steps from tempo 1.0 to the fastest, at most one a second, so that no change is heard."""
_RELAX_MS = 1_000
"""A step of tempo is taken back at this much less lag than it was taken at."""
_SHORTEST_SKIP_MS = 2_000
_BETWEEN_SKIPS_MS = 10_000
"""Sound queued before a skip is still late: the lag shows the effect of the skip only later."""


@dataclass(frozen=True, slots=True)
class CatchUpLimits:
    """The lags from which a channel shortens pauses, speaks faster and skips.

    Attributes:
        shorten_ms: from this lag pauses are shortened.
        stretch_ms: from this lag speech is played faster.
        fastest_ms: from this lag it is played at `max_tempo`.
        max_tempo: fastest speech, 1.0 (never) to 1.5.
        lag_cap_ms: a greater lag is brought down to half of it by a skip.

    Raises:
        ValueError: `max_tempo` or `lag_cap_ms` is out of range, or the steps are out of order.
    """

    shorten_ms: int = 1_000
    stretch_ms: int = 2_000
    fastest_ms: int = 6_000
    max_tempo: float = 1.25
    lag_cap_ms: int = 20_000

    def __post_init__(self) -> None:
        if not SLOWEST <= self.max_tempo <= FASTEST:
            raise ValueError(f"tempo {self.max_tempo} is not between {SLOWEST} and {FASTEST}")
        if self.lag_cap_ms < SHORTEST_CAP_MS:
            raise ValueError(f"a lag cap of {self.lag_cap_ms} ms is under {SHORTEST_CAP_MS} ms")
        if not 0 < self.shorten_ms <= self.stretch_ms < self.fastest_ms:
            raise ValueError("catching up needs 0 < shorten_ms <= stretch_ms < fastest_ms")


@dataclass(frozen=True, slots=True)
class Pace:
    """The decision of the policy: how to continue.

    Attributes:
        shorten_pauses: whether long pauses are cut short.
        tempo: source seconds per second.
        skip_ms: sound to drop now; 0 for none.
    """

    shorten_pauses: bool
    tempo: float
    skip_ms: int


class CatchUp:
    """The policy of one channel.

    A channel is behind by what has been waiting in its queue without a break for 10 s, and never
    by more than its lag. The rest of the lag is the interpreter's own: playing faster would only
    make gaps, and dropping would only lose words.

    Args:
        limits: from which lag to do what.
    """

    def __init__(self, limits: CatchUpLimits | None = None) -> None:
        self._limits = limits or CatchUpLimits()
        self._least_queued = deque([0] * _WINDOW_S, maxlen=_WINDOW_S)
        self._now_ms = 0
        self._second_ends_ms = 0
        self._tempo_changed_ms = -_SECOND_MS
        self._skipped_ms = -_BETWEEN_SKIPS_MS
        self._shorten = False
        self._step = 0

    def pace(self, elapsed_ms: int, lag_ms: int, queued_ms: int) -> Pace:
        """Decide what to do next.

        Args:
            elapsed_ms: time since the last call.
            lag_ms: how far what is played now is behind the floor.
            queued_ms: interpreted sound that waits.
        """
        self._now_ms += elapsed_ms
        standing_ms = self._observe(queued_ms)
        behind_ms = min(lag_ms, standing_ms)
        limits = self._limits
        self._shorten = behind_ms >= limits.shorten_ms / (2 if self._shorten else 1)
        self._set_step(behind_ms)
        return Pace(
            shorten_pauses=self._shorten,
            tempo=SLOWEST + (limits.max_tempo - SLOWEST) * self._step / _STEPS,
            skip_ms=self._skip(lag_ms, standing_ms),
        )

    def _observe(self, queued_ms: int) -> int:
        """The smallest queue at any moment of the window."""
        if self._now_ms >= self._second_ends_ms:
            self._second_ends_ms = self._now_ms + _SECOND_MS
            self._least_queued.append(queued_ms)
        self._least_queued[-1] = min(self._least_queued[-1], queued_ms)
        return min(self._least_queued)

    def _set_step(self, behind_ms: int) -> None:
        if self._now_ms - self._tempo_changed_ms < _SECOND_MS:
            return
        if self._step < _STEPS and behind_ms >= self._taken_at(self._step + 1):
            self._step += 1
        elif self._step and behind_ms < self._taken_at(self._step) - _RELAX_MS:
            self._step -= 1
        else:
            return
        self._tempo_changed_ms = self._now_ms

    def _taken_at(self, step: int) -> float:
        limits = self._limits
        apart = (limits.fastest_ms - limits.stretch_ms) / (_STEPS - 1)
        return limits.stretch_ms + (step - 1) * apart

    def _skip(self, lag_ms: int, standing_ms: int) -> int:
        if lag_ms <= self._limits.lag_cap_ms or standing_ms < _SHORTEST_SKIP_MS:
            return 0
        if self._now_ms - self._skipped_ms < _BETWEEN_SKIPS_MS:
            return 0
        self._skipped_ms = self._now_ms
        return min(lag_ms - self._limits.lag_cap_ms // 2, standing_ms)
