"""Descriptions as devices write them, and packets with a pattern."""

import struct

import numpy as np

from broadcaster.av.receiving.packet_reading import WideSamples
from broadcaster.av.receiving.session_reading import AudioStream

DANTE = """v=0
o=- 1423986 1423994 IN IP4 169.254.98.63
s=AOIP44-serial-1614 : 2
c=IN IP4 239.65.45.154/32
t=0 0
a=keywds:Dante
m=audio 5004 RTP/AVP 97
i=2 channels: TxChan 0, TxChan 1
a=recvonly
a=rtpmap:97 L24/48000/2
a=ptime:1
a=ts-refclk:ptp=IEEE1588-2008:00-1D-C1-FF-FE-51-9E-F7:0
a=mediaclk:direct=142410716
"""
HALL = AudioStream("Hall", "239.255.77.1", 5004, 98, "L24", 2)


def pattern(samples: int, channels: int, start: int = 0) -> WideSamples:
    """24-bit values that never repeat within a second, with both full scales."""
    numbers = np.arange(start * channels, (start + samples) * channels, dtype=np.int64)
    values = (numbers * 7_919 * 1_021) % (1 << 24) - (1 << 23)
    return values.astype(np.int32).reshape(-1, channels)


def packed(samples: WideSamples, encoding: str) -> bytes:
    """As they travel, by the arithmetic of Python."""
    size = 3 if encoding == "L24" else 2
    return b"".join(
        (int(value) >> (24 - 8 * size)).to_bytes(size, "big", signed=True) for value in samples.flat
    )


def packet(stream: AudioStream, sequence: int, time: int, payload: bytes, sender: int = 7) -> bytes:
    """An RTP packet."""
    header = struct.pack(
        ">BBHII", 0x80, stream.payload_type, sequence & 0xFFFF, time & 0xFFFFFFFF, sender
    )
    return header + payload
