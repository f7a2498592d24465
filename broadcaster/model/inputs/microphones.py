"""The microphones of a floor that are mixed: their names, and how loud they are."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Microphone:
    """A link to the floor of an event that is for one of several microphones.

    Attributes:
        id: of its token.
        name: as the organizer calls it, such as “Chair”.
    """

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class MicrophoneLevel:
    """A microphone that is connected.

    Attributes:
        name: as the organizer calls it.
        level_dbfs: RMS of the last second before the mix, -100 for digital silence.
        connected: whether its sound arrives.
        loudest: whether it was the loudest at the last word.
    """

    name: str
    level_dbfs: float = -100.0
    connected: bool = True
    loudest: bool = False

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """The level from what a status of any version says; unknown fields are ignored."""
        return cls(**{one.name: raw[one.name] for one in fields(cls) if one.name in raw})
