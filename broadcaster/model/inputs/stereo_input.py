"""The organizer's choice of what is taken of a stereo input."""

from enum import StrEnum


class StereoInput(StrEnum):
    """The channel that is taken of a stereo input.

    `auto` takes both, and only the one with the speech if the cable spoils the other one.
    """

    AUTO = "auto"
    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
