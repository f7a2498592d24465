"""Waiting times between attempts to reach the interpreter."""

import random

FIRST_S = 0.5
LONGEST_S = 8.0
LONGEST_ASKED_S = 300.0
"""A server's Retry-After is honoured up to this."""


class Backoff:
    """Doubles from `FIRST_S` to `LONGEST_S`, each time with jitter of half the delay."""

    def __init__(self) -> None:
        self._delay_s = FIRST_S

    def next_s(self, retry_after_s: float | None) -> float:
        """Seconds to wait now; what the server asked for counts if it is longer."""
        delay_s = self._delay_s * random.uniform(0.5, 1.0)  # noqa: S311
        self._delay_s = min(LONGEST_S, self._delay_s * 2)
        return max(delay_s, min(retry_after_s or 0.0, LONGEST_ASKED_S))

    def reset(self) -> None:
        """An attempt succeeded."""
        self._delay_s = FIRST_S
