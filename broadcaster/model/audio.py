"""Sound on the bus: PCM and Opus frames, and the binary envelope they travel in.

The event clock counts samples at `CLOCK_HZ` since the event went live; every frame carries its
position on it. The same envelope bytes are a bus message and a listener's WebSocket message, so an
edge forwards them untouched. Layout, network byte order, 16 bytes, then the payload:

| offset | size | field |
|---|---|---|
| 0 | 1 | version, 1 |
| 1 | 1 | kind: 1 PCM s16le mono 24 kHz, 2 Opus, 3 PCM s16le mono 48 kHz |
| 2 | 2 | flags: 1 the bus retains this sound; only on PCM, the other bits are 0 |
| 4 | 4 | sequence, counts frames of this channel, wraps at 2**32 |
| 8 | 8 | position of the first sample on the event clock |
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

from broadcaster.errors import BadEnvelope

CLOCK_HZ = 24_000
"""Rate of the event clock, and of PCM that engines hear or speak."""
FULL_BAND_HZ = 48_000
"""Rate of a microphone on its way to people: interpreters need up to 15 kHz (ISO 20109)."""
SAMPLE_BYTES = 2
"""Bytes of one mono s16le sample."""
PCM_FRAME_SAMPLES = 480
"""Samples of one floor frame: 20 ms."""
OPUS_FRAME_SAMPLES = 1_440
"""Samples (at `CLOCK_HZ`) in one Opus packet of a channel, by default: 60 ms."""
LOW_RATE_FRAME_SAMPLES = 1_440
"""The same of a low-rate variant, whatever is set: 60 ms. Shorter ones would be mostly headers."""

ENVELOPE_VERSION = 1
_HEADER = struct.Struct("!BBHIQ")
ENVELOPE_HEADER_BYTES = _HEADER.size
_RETAINED = 1

RETAINED_SAMPLES = 4_800
"""Samples of one retained message of a floor: 200 ms."""

_CODED_SAMPLES = (
    *((240, 480, 960, 1_440) * 3),
    *((240, 480) * 2),
    *((60, 120, 240, 480) * 4),
)
"""Samples of one coded frame by configuration: SILK, hybrid, CELT (RFC 6716 section 3.1)."""
_LONGEST_PACKET = 2_880
"""120 ms (RFC 6716 section 3.4, R5)."""


def samples_to_ms(samples: int) -> int:
    """Event-clock samples as whole milliseconds."""
    return samples * 1000 // CLOCK_HZ


def ms_to_samples(ms: int, rate_hz: int = CLOCK_HZ) -> int:
    """Milliseconds as samples, those of the event clock if no other rate is given."""
    return ms * rate_hz // 1000


def wall_position(live_at_ms: int, now_ms: int) -> int:
    """The event clock at a moment of Unix time, for an event that went live at another."""
    return ms_to_samples(max(0, now_ms - live_at_ms))


def opus_samples(packet: bytes) -> int:
    """Samples (at `CLOCK_HZ`) in an Opus packet, as its first two bytes say (RFC 6716 section 3.1).

    Returns:
        0 if it is not a valid packet.
    """
    if not packet:
        return 0
    match packet[0] & 3:
        case 0:
            coded = 1
        case 3:
            coded = packet[1] & 0x3F if len(packet) > 1 else 0
        case _:
            coded = 2
    samples = coded * _CODED_SAMPLES[packet[0] >> 3]
    return samples if samples <= _LONGEST_PACKET else 0


class Kind(IntEnum):
    """The kind of content in an envelope."""

    PCM = 1
    OPUS = 2
    FULL_BAND_PCM = 3


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """One piece of a channel's sound.

    Attributes:
        kind: PCM s16le mono, 24 kHz or `FULL_BAND_HZ`, or one Opus packet.
        sequence: counts the frames of one channel, without gaps at the sender.
        position: event-clock sample of the frame's first sample.
        payload: the samples or the packet.
        retained: whether a reader that misses it finds the same sound among what the bus retains.
    """

    kind: Kind
    sequence: int
    position: int
    payload: bytes
    retained: bool = False

    def to_bytes(self) -> bytes:
        """The envelope: header and payload."""
        flags = _RETAINED if self.retained else 0
        header = _HEADER.pack(
            ENVELOPE_VERSION, self.kind, flags, self.sequence & 0xFFFF_FFFF, self.position
        )
        return header + self.payload

    @classmethod
    def from_bytes(cls, data: bytes) -> "AudioFrame":
        """Parse an envelope.

        Raises:
            BadEnvelope: too short, another version or an unknown kind.
        """
        if len(data) < ENVELOPE_HEADER_BYTES:
            raise BadEnvelope(f"an envelope has at least 16 bytes, this has {len(data)}")
        version, kind, flags, sequence, position = _HEADER.unpack_from(data)
        if version != ENVELOPE_VERSION:
            raise BadEnvelope(f"envelope version {version} is not {ENVELOPE_VERSION}")
        try:
            payload = bytes(data[ENVELOPE_HEADER_BYTES:])
            return cls(Kind(kind), sequence, position, payload, bool(flags & _RETAINED))
        except ValueError:
            raise BadEnvelope(f"envelope kind {kind} is unknown") from None
