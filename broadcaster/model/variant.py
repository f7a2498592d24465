"""The variants of a channel, and how their ids are written: `es`, `es+floor`, `es+floor+fec`."""

from dataclasses import dataclass

_FLOOR_SUFFIX = "+floor"
_FEC_SUFFIX = "+fec"


@dataclass(frozen=True, slots=True)
class ChannelVariant:
    """A form of a channel, encoded only while somebody listens to it.

    `str()` gives the id that addresses, topics and listener counts use, and `parse` reads it.

    Attributes:
        channel: the channel's own id.
        with_floor: the floor is quietly under the interpreter's voice.
        with_fec: in-band error correction, for WebRTC listeners that lose packets.
    """

    channel: str
    with_floor: bool = False
    with_fec: bool = False

    @classmethod
    def parse(cls, text: str) -> "ChannelVariant":
        """Read an id. Every text is one: what is not a suffix belongs to the channel's own id."""
        without_fec = text.removesuffix(_FEC_SUFFIX)
        channel = without_fec.removesuffix(_FLOOR_SUFFIX)
        return cls(channel, with_floor=channel != without_fec, with_fec=without_fec != text)

    def __str__(self) -> str:
        floor = _FLOOR_SUFFIX if self.with_floor else ""
        return self.channel + floor + (_FEC_SUFFIX if self.with_fec else "")
