"""Opus packets as a continuous stream for audio players: Ogg unchanged, MP3 encoded again."""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

import av

from broadcaster.audio.opus import OPUS_HZ, SILENT_SAMPLES, OpusDecoder, silent_packet
from broadcaster.audio.pcm import to_frame
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES, opus_samples

MP3_BITRATE = 96_000
"""Bits per second. Speech needs less; browsers count bytes, not seconds, before they begin."""
MP3_FRAME_BYTES = 288
"""MPEG-2 Layer III has 576 samples in a frame; at this rate every frame is equally long."""
LOW_MP3_BITRATE = 32_000
"""Bits per second of a low-rate variant, for speech up to 8 kHz."""
LOW_MP3_FRAME_BYTES = 96
_SHORTEST_PACKET_US = 2_500
"""RFC 6716 section 2.1.4: every packet is long enough for a page of its own."""


class OggOpus:
    """Opus packets in an Ogg stream (RFC 7845), passed through without encoding again.

    Each packet gets its own page, which comes out when the next packet goes in.

    Args:
        tags: the stream's comments, by their Vorbis names.
    """

    def __init__(self, tags: Mapping[str, str] = MappingProxyType({})) -> None:
        self._written = _MuxerOutput()
        options = {"page_duration": str(_SHORTEST_PACKET_US), "flush_packets": "1"}
        self._container = av.open(self._written, "w", format="ogg", options=options)
        self._stream = self._container.add_stream("libopus", rate=OPUS_HZ, layout="mono")
        self._stream.metadata.update(tags)
        self._container.start_encoding()
        self.head = self._written.take()
        """The pages with which every listener's stream begins."""
        self._next_pts = 0
        self._packet_samples = SILENT_SAMPLES

    def push(self, opus: bytes) -> bytes:
        """Add one packet; returns the pages that are complete.

        Silence as long as the packet before takes the place of bytes that are not Opus: a player
        would take an empty packet for the end of the stream.
        """
        samples = opus_samples(opus)
        if samples:
            self._packet_samples = samples
            self._mux(opus, samples)
        else:
            for _ in range(0, self._packet_samples, SILENT_SAMPLES):
                self._mux(silent_packet(), SILENT_SAMPLES)
        return self._written.take()

    def _mux(self, opus: bytes, samples: int) -> None:
        length = samples * OPUS_HZ // CLOCK_HZ
        packet = av.Packet(opus)
        packet.pts = packet.dts = self._next_pts
        packet.duration = length
        packet.time_base = Fraction(1, OPUS_HZ)
        packet.stream = self._stream
        self._next_pts += length
        self._container.mux(packet)


class OpusToMp3:
    """Decodes and encodes one channel in the caller's thread, up to a millisecond a packet.

    For players that do not know Opus.

    Args:
        bitrate: bits per second.
    """

    head = b""
    """An MP3 stream can begin with any frame."""

    def __init__(self, bitrate: int = MP3_BITRATE) -> None:
        codec = av.CodecContext.create("libmp3lame", "w")
        assert isinstance(codec, av.AudioCodecContext)
        codec.sample_rate = CLOCK_HZ
        codec.layout = "mono"
        codec.format = "s16p"
        codec.bit_rate = bitrate
        codec.time_base = Fraction(1, CLOCK_HZ)
        self._codec = codec
        self._decoder = OpusDecoder()
        self._next_pts = 0

    def push(self, opus: bytes) -> bytes:
        """Add one packet; returns the frames that are complete.

        Silence takes the place of a packet that cannot be decoded.
        """
        pcm = self._decoder.decode(opus)
        if not pcm:
            return b""
        frame = to_frame(pcm, self._next_pts)
        self._next_pts += len(pcm) // SAMPLE_BYTES
        return b"".join(bytes(packet) for packet in self._codec.encode(frame))


class _MuxerOutput:
    """A file that `av` writes to and that is emptied after every packet."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        """Called by the muxer."""
        self._written += data
        return len(data)

    def take(self) -> bytes:
        """Return the bytes that were written since the last call."""
        taken = bytes(self._written)
        self._written.clear()
        return taken
