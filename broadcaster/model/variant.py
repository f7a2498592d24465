"""The variants of a channel, and how their ids are written: `es`, `es+floor`, `es+floor+low`."""

from dataclasses import dataclass
from enum import StrEnum


class FloorLevel(StrEnum):
    """How loud the floor is under an interpreter's voice; the value is the suffix in ids."""

    OFF = ""
    QUIET = "+floor"
    EVEN = "+evenfloor"


class Coding(StrEnum):
    """How a channel is encoded; the value is the suffix in ids.

    `PROTECTED` has in-band error correction, for WebRTC listeners that lose packets. `LOW_RATE` is
    for listeners that pay for their data or have little of it; it has no bits left for correction.
    `FULL_BAND` is the floor as human interpreters need it, up to 15 kHz (ISO 20109).
    """

    NORMAL = ""
    PROTECTED = "+fec"
    LOW_RATE = "+low"
    FULL_BAND = "+full"


@dataclass(frozen=True, slots=True)
class ChannelVariant:
    """A form of a channel, encoded only while somebody listens to it.

    `str()` gives the id that addresses, topics and listener counts use, and `parse` reads it.

    Attributes:
        channel: the channel's own id.
        floor: whether the floor is under the interpreter's voice, and how loud.
        coding: how it is encoded.
    """

    channel: str
    floor: FloorLevel = FloorLevel.OFF
    coding: Coding = Coding.NORMAL

    @classmethod
    def parse(cls, text: str) -> "ChannelVariant":
        """Read an id. Every text is one: what is not a suffix belongs to the channel's own id."""
        codings = (Coding.PROTECTED, Coding.LOW_RATE, Coding.FULL_BAND)
        coding = next((coding for coding in codings if text.endswith(coding)), Coding.NORMAL)
        text = text.removesuffix(coding)
        levels = (FloorLevel.QUIET, FloorLevel.EVEN)
        floor = next((level for level in levels if text.endswith(level)), FloorLevel.OFF)
        return cls(text.removesuffix(floor), floor, coding)

    def __str__(self) -> str:
        return self.channel + self.floor + self.coding
