"""RTP packets of linear 24-bit sound (RFC 3550, RFC 3190)."""

import struct

import numpy as np
import numpy.typing as npt

from broadcaster.av.sending.stream import PACKET_SAMPLES, PAYLOAD_TYPE

L24_BYTES = 3
"""Bytes of a sample."""
PACKET_BYTES = PACKET_SAMPLES * L24_BYTES
_HEADER = struct.Struct("!BBHII")
_VERSION = 0x80
_FULL_SCALE = 1 << 23


def l24_of_floats(samples: npt.NDArray[np.float32]) -> bytes:
    """Samples of full scale ±1.0 as 24-bit integers, high byte first; beyond it they saturate."""
    scaled = np.rint(samples.astype(np.float64) * _FULL_SCALE)
    whole = np.clip(scaled, -_FULL_SCALE, _FULL_SCALE - 1).astype(">i4")
    return whole.view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()


class RtpL24:
    """Makes the packets of one stream.

    Args:
        source: synchronisation source, a random number.
        sequence: of the first packet.
    """

    def __init__(self, source: int, sequence: int) -> None:
        self._source = source
        self._sequence = sequence

    def packet(self, timestamp: int, payload: bytes) -> bytes:
        """The next packet.

        Args:
            timestamp: sample number of its first sample; of its 32 lowest bits.
            payload: `PACKET_BYTES` of L24.

        Raises:
            ValueError: it is longer or shorter.
        """
        if len(payload) != PACKET_BYTES:
            raise ValueError(f"a packet has {PACKET_BYTES} bytes of sound, got {len(payload)}")
        header = _HEADER.pack(
            _VERSION,
            PAYLOAD_TYPE,
            self._sequence & 0xFFFF,
            timestamp & 0xFFFF_FFFF,
            self._source,
        )
        self._sequence += 1
        return header + payload
