"""Pages of an Ogg stream (RFC 3533 section 6): made, read, and marked as the last one."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

CAPTURE = b"OggS"
CONTINUED = 0x01
"""The page begins in the middle of a packet."""
FIRST = 0x02
"""The page begins the stream."""
LAST = 0x04
"""The page ends the stream."""
MOST_SEGMENTS = 255
"""Of a page. A segment has at most 255 bytes."""
NO_PACKET = (1 << 64) - 1
"""Granule position of a page on which no packet ends: -1."""
_HEADER = struct.Struct("<4sBBQIIIB")
HEADER_BYTES = _HEADER.size
LARGEST_PAGE_BYTES = HEADER_BYTES + MOST_SEGMENTS + MOST_SEGMENTS * 255
_CHECKSUM_AT = 22
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_ALL_ONES = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class OggPage:
    """One page.

    Attributes:
        flags: `CONTINUED`, `FIRST`, `LAST`.
        granule: samples at 48 kHz up to the end of the last packet that ends here.
        serial: of the stream.
        number: counts the pages of the stream.
        segments: the bytes in each segment.
        body: of all segments.
    """

    flags: int
    granule: int
    serial: int
    number: int
    segments: bytes
    body: bytes

    def to_bytes(self) -> bytes:
        """The page with its checksum."""
        head = _HEADER.pack(
            CAPTURE,
            0,
            self.flags,
            self.granule,
            self.serial,
            self.number,
            0,
            len(self.segments),
        )
        page = head + self.segments + self.body
        checked = _checksum(page).to_bytes(4, "little")
        return page[:_CHECKSUM_AT] + checked + page[_CHECKSUM_AT + 4 :]

    def as_last(self) -> "OggPage":
        """The page, marked as the end of the stream."""
        return replace(self, flags=self.flags | LAST)

    @property
    def size(self) -> int:
        """Bytes of the page."""
        return HEADER_BYTES + len(self.segments) + len(self.body)


def segments_of(packet: bytes) -> bytes:
    """The lacing values of a packet that begins and ends on one page."""
    whole, rest = divmod(len(packet), MOST_SEGMENTS)
    return bytes([MOST_SEGMENTS] * whole + [rest])


def packet_page(
    packets: Sequence[bytes], flags: int, granule: int, serial: int, number: int
) -> OggPage:
    """A page of whole packets, which must fit on it."""
    segments = b"".join(map(segments_of, packets))
    return OggPage(flags, granule, serial, number, segments, b"".join(packets))


def packets_of(page: OggPage) -> list[bytes]:
    """The packets of a page on which all packets are whole."""
    packets: list[bytes] = []
    begin = end = 0
    for length in page.segments:
        end += length
        if length < MOST_SEGMENTS:
            packets.append(page.body[begin:end])
            begin = end
    return packets


def read_page(data: bytes, offset: int = 0) -> OggPage | None:
    """The page that begins at an offset; None if none does, or if it is cut off or damaged."""
    if len(data) - offset < HEADER_BYTES or not data.startswith(CAPTURE, offset):
        return None
    _, _, flags, granule, serial, number, _, count = _HEADER.unpack_from(data, offset)
    segments = data[offset + HEADER_BYTES : offset + HEADER_BYTES + count]
    begin = offset + HEADER_BYTES + count
    body = data[begin : begin + sum(segments)]
    page = OggPage(flags, granule, serial, number, bytes(segments), bytes(body))
    return page if page.to_bytes() == data[offset : offset + page.size] else None


def _checksum(page: bytes) -> int:
    """CRC-32 with the polynomial 0x04c11db7, neither reflected nor inverted (RFC 3533 section 6).

    `zlib.crc32` is the same, reflected and inverted; it gets each byte reversed.
    """
    reflected = zlib.crc32(page.translate(_REVERSED), _ALL_ONES) ^ _ALL_ONES
    return int(f"{reflected:032b}"[::-1], 2)
