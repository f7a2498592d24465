"""Reads RTP packets (RFC 3550) of L16 and L24 (RFC 3190) as a gapless row of samples."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from broadcaster.av.receiving.session_reading import RATE_HZ, AudioStream

WideSamples = npt.NDArray[np.int32]
"""A row for each moment, a column for each channel; 24-bit values, L16 in the upper 16 bits."""

LATEST_PACKETS = 6
"""Newer packets that come before a missing one is given up."""
LONGEST_GAP_SAMPLES = RATE_HZ
"""A longer gap is the beginning of another stream, not a loss."""
_VERSION = 2
_HEADER_BYTES = 12
_SEQUENCES, _TIMES = 1 << 16, 1 << 32


@dataclass(frozen=True, slots=True)
class LinearPacket:
    """One packet of a stream.

    Attributes:
        sender: synchronization source.
        sequence: 16-bit number.
        time: sample time of its first sample, 32 bits.
        payload: samples, big-endian.
    """

    sender: int
    sequence: int
    time: int
    payload: bytes


def read_packet(data: bytes, stream: AudioStream) -> LinearPacket | None:
    """Read a datagram; None if it is not a packet of this stream."""
    if (
        len(data) < _HEADER_BYTES
        or data[0] >> 6 != _VERSION
        or data[1] & 0x7F != stream.payload_type
    ):
        return None
    start = _HEADER_BYTES + 4 * (data[0] & 0x0F)
    if data[0] & 0x10:
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4])
    end = len(data) - (data[-1] if data[0] & 0x20 else 0)
    payload = data[start:end]
    if not payload or len(payload) % stream.block_bytes:
        return None
    return LinearPacket(
        int.from_bytes(data[8:12]),
        int.from_bytes(data[2:4]),
        int.from_bytes(data[4:8]),
        payload,
    )


def unpack(payload: bytes, stream: AudioStream) -> WideSamples:
    """The samples of a payload, bit by bit."""
    if stream.encoding == "L16":
        wide = np.frombuffer(payload, ">i2").astype(np.int32) << 8
    else:
        parts = np.frombuffer(payload, np.uint8).reshape(-1, 3).astype(np.int32)
        wide = (parts[:, 0] << 24 | parts[:, 1] << 16 | parts[:, 2] << 8) >> 8
    return wide.reshape(-1, stream.channels)


class LinearRow:
    """Puts the packets of one stream into their order; what was lost is silence.

    Args:
        stream: what is read.

    Attributes:
        lost_samples: that never came.
    """

    def __init__(self, stream: AudioStream) -> None:
        self.lost_samples = 0
        self._stream = stream
        self._sender: int | None = None
        self._next_sequence = 0
        self._next_time: int | None = None
        self._waiting: dict[int, LinearPacket] = {}

    def push(self, packet: LinearPacket) -> list[WideSamples]:
        """Take a packet; returns the samples that are in order now."""
        if packet.sender != self._sender:
            self._sender = packet.sender
            self._begin_with(packet)
        ahead = (packet.sequence - self._next_sequence) % _SEQUENCES
        if ahead >= _SEQUENCES // 2:
            return []  # It came twice, or too late.
        self._waiting[packet.sequence] = packet
        ready = self._in_order()
        while len(self._waiting) > LATEST_PACKETS:
            self._next_sequence = min(
                self._waiting, key=lambda one: (one - self._next_sequence) % _SEQUENCES
            )
            ready += self._in_order()
        return ready

    def _begin_with(self, packet: LinearPacket) -> None:
        self._next_sequence = packet.sequence
        self._next_time = None
        self._waiting.clear()

    def _in_order(self) -> list[WideSamples]:
        ready = []
        while (packet := self._waiting.pop(self._next_sequence, None)) is not None:
            samples = unpack(packet.payload, self._stream)
            ready += [*self._lost_before(packet), samples]
            self._next_time = (packet.time + len(samples)) % _TIMES
            self._next_sequence = (self._next_sequence + 1) % _SEQUENCES
        return ready

    def _lost_before(self, packet: LinearPacket) -> list[WideSamples]:
        gap = 0 if self._next_time is None else (packet.time - self._next_time) % _TIMES
        if not 0 < gap <= LONGEST_GAP_SAMPLES:
            return []
        self.lost_samples += gap
        return [np.zeros((gap, self._stream.channels), np.int32)]
