"""Opus packets as an Ogg stream (RFC 7845), passed through without encoding again."""

from fractions import Fraction

import av

from broadcaster.audio.parts import Parts
from broadcaster.model.audio import CLOCK_HZ, opus_samples

OPUS_HZ = 48_000
"""Ogg counts Opus in samples at 48 kHz, whatever was encoded (RFC 7845 §4)."""
_SHORTEST_PACKET_US = 2_500
"""RFC 6716 section 2.1.4: every packet is long enough for a page of its own."""


class OggOpus:
    """One page per packet; a page comes out when the packet after it goes in."""

    def __init__(self) -> None:
        self._parts = Parts()
        options = {"page_duration": str(_SHORTEST_PACKET_US), "flush_packets": "1"}
        self._container = av.open(self._parts, "w", format="ogg", options=options)
        self._stream = self._container.add_stream("libopus", rate=OPUS_HZ, layout="mono")
        self._container.start_encoding()
        self.head = self._parts.take()
        """The pages with which every listener's stream begins."""
        self._next_pts = 0

    def push(self, opus: bytes) -> bytes:
        """Add one packet; returns the pages that are complete."""
        length = opus_samples(opus) * OPUS_HZ // CLOCK_HZ
        packet = av.Packet(opus)
        packet.pts = packet.dts = self._next_pts
        packet.duration = length
        packet.time_base = Fraction(1, OPUS_HZ)
        packet.stream = self._stream
        self._next_pts += length
        self._container.mux(packet)
        return self._parts.take()
