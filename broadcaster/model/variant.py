"""The variants of a channel, and how their ids are written: `es`, `es+floor`, `es+floor+fec`."""

from dataclasses import dataclass
from enum import StrEnum

_FEC_SUFFIX = "+fec"


class FloorLevel(StrEnum):
    """How loud the floor is under an interpreter's voice; the value is the suffix in ids."""

    OFF = ""
    QUIET = "+floor"
    EVEN = "+evenfloor"


@dataclass(frozen=True, slots=True)
class ChannelVariant:
    """A form of a channel, encoded only while somebody listens to it.

    `str()` gives the id that addresses, topics and listener counts use, and `parse` reads it.

    Attributes:
        channel: the channel's own id.
        floor: whether the floor is under the interpreter's voice, and how loud.
        with_fec: in-band error correction, for WebRTC listeners that lose packets.
    """

    channel: str
    floor: FloorLevel = FloorLevel.OFF
    with_fec: bool = False

    @classmethod
    def parse(cls, text: str) -> "ChannelVariant":
        """Read an id. Every text is one: what is not a suffix belongs to the channel's own id."""
        without_fec = text.removesuffix(_FEC_SUFFIX)
        levels = (FloorLevel.QUIET, FloorLevel.EVEN)
        floor = next((level for level in levels if without_fec.endswith(level)), FloorLevel.OFF)
        channel = without_fec.removesuffix(floor)
        return cls(channel, floor, with_fec=without_fec != text)

    def __str__(self) -> str:
        return self.channel + self.floor + (_FEC_SUFFIX if self.with_fec else "")
