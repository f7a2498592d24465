"""Tells readers how far a channel is behind the speaker."""

LAG_MOVES_MS = 800
"""A lag that has moved less is not told again: every reader of the channel would get a message."""


def steady_lag_s(lag_ms: int, told_s: int | None) -> int:
    """A lag in whole seconds: what was told before, unless that is wrong by `LAG_MOVES_MS`."""
    if told_s is not None and abs(lag_ms - 1000 * told_s) < LAG_MOVES_MS:
        return told_s
    return round(lag_ms / 1000)
