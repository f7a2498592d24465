"""The ways in which the AI of a channel stands by while a human interpreter is on air."""

from enum import StrEnum

TAKEOVER_SILENCE_S = 8.0
"""The usual silence of a human interpreter after which the AI takes over."""


class Standby(StrEnum):
    """How the AI of a channel waits while a human interpreter is on air."""

    WARM = "warm"
    """It listens on, so that it can speak at once."""
    COLD = "cold"
    """It has no session and costs nothing; it needs a moment before it speaks."""
