"""Opus packets as pages of an Ogg stream (RFC 7845), one whenever somebody wants to write."""

import struct
from collections.abc import Mapping

from broadcaster.audio.ogg.pages import (
    FIRST,
    MOST_SEGMENTS,
    OggPage,
    packet_page,
    segments_of,
)
from broadcaster.audio.opus import OPUS_HZ
from broadcaster.model.audio import CLOCK_HZ

PRE_SKIP = 312
"""Samples at 48 kHz by which libopus delays speech: what a decoder throws away at the start."""
_VENDOR = b"conference broadcaster"
_MONO = 1


class OpusPages:
    """The pages of one stream, in order.

    The first sample that a player plays is the first one of the first packet's speech, because the
    delay of the encoder is skipped.

    Args:
        serial: of the stream.
        tags: its comments, by their Vorbis names.
    """

    def __init__(self, serial: int, tags: Mapping[str, str]) -> None:
        self._serial = serial
        self._number = 0
        self._granule = 0
        self._packets: list[bytes] = []
        self._segments = 0
        self._done: list[bytes] = []
        head = struct.pack("<8sBBHIhB", b"OpusHead", 1, _MONO, PRE_SKIP, CLOCK_HZ, 0, 0)
        self._emit([head], FIRST)
        self._emit([_comments(tags)], 0)

    @property
    def samples(self) -> int:
        """The length of all packets so far, on the event clock."""
        return self._granule * CLOCK_HZ // OPUS_HZ

    def push(self, packet: bytes, samples: int) -> None:
        """Add a packet.

        Args:
            packet: Opus, up to 60 KiB.
            samples: its length on the event clock.
        """
        count = len(segments_of(packet))
        if self._segments + count > MOST_SEGMENTS:
            self._end_page()
        self._packets.append(packet)
        self._segments += count
        self._granule += samples * OPUS_HZ // CLOCK_HZ

    def take(self) -> bytes:
        """All pages since the last call, with all packets that were pushed."""
        if self._packets:
            self._end_page()
        taken = b"".join(self._done)
        self._done.clear()
        return taken

    def _end_page(self) -> None:
        self._emit(self._packets, 0)
        self._packets = []
        self._segments = 0

    def _emit(self, packets: list[bytes], flags: int) -> None:
        page: OggPage = packet_page(packets, flags, self._granule, self._serial, self._number)
        self._done.append(page.to_bytes())
        self._number += 1


def _comments(tags: Mapping[str, str]) -> bytes:
    """The comment header (RFC 7845 section 5.2)."""
    comments = [f"{name}={value}".encode() for name, value in tags.items()]
    parts = [_VENDOR, *comments]
    lengths = [struct.pack("<I", len(part)) for part in parts]
    return b"".join(
        [
            b"OpusTags",
            lengths[0],
            parts[0],
            struct.pack("<I", len(comments)),
            *(length + part for length, part in zip(lengths[1:], comments, strict=True)),
        ]
    )
