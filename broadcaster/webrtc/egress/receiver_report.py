"""Reads the loss from a listener's reception reports (RFC 3550 section 6.4), and nothing else.

`aiortc` parses every field of every block. Thousands of listeners report every few seconds.
"""

import struct

_HEADER = struct.Struct("!BBH")
_BLOCK = struct.Struct("!IB19x")
_COUNT = 0x1F
_BLOCKS_AT = {200: 28, 201: 8}
"""Packet type to where its report blocks begin: sender report, receiver report."""


def lost_share(packet: bytes, ssrc: int) -> float | None:
    """Share of a stream's packets lost since the last report, 0 to 1.

    Args:
        packet: plain RTCP, one or more packets in one datagram.
        ssrc: of the stream.

    Returns:
        None when there is no report about the stream, or this is not RTCP.
    """
    place = 0
    while place + _HEADER.size <= len(packet):
        count, kind, words = _HEADER.unpack_from(packet, place)
        end = place + 4 * (words + 1)
        block = place + _BLOCKS_AT.get(kind, end)
        for _ in range(count & _COUNT):
            if block + _BLOCK.size > min(end, len(packet)):
                break
            reported, lost = _BLOCK.unpack_from(packet, block)
            if reported == ssrc:
                return float(lost / 256)
            block += _BLOCK.size
        place = end
    return None
