"""Opus packets as MP3 for players that know nothing newer."""

from fractions import Fraction

import av

from broadcaster.audio.frames import to_frame
from broadcaster.audio.opus import OpusDecoder
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES

BITRATE = 96_000
"""Bits per second. Speech needs less; browsers count bytes, not seconds, before they begin."""
FRAME_BYTES = 288
"""MPEG-2 Layer III has 576 samples in a frame; at this rate every frame is equally long."""


class OpusToMp3:
    """Decodes and encodes one channel in the caller's thread, up to a millisecond a packet."""

    head = b""
    """An MP3 stream can begin with any frame."""

    def __init__(self) -> None:
        codec = av.CodecContext.create("libmp3lame", "w")
        assert isinstance(codec, av.AudioCodecContext)
        codec.sample_rate = CLOCK_HZ
        codec.layout = "mono"
        codec.format = "s16p"
        codec.bit_rate = BITRATE
        codec.time_base = Fraction(1, CLOCK_HZ)
        self._codec = codec
        self._decoder = OpusDecoder()
        self._next_pts = 0

    def push(self, opus: bytes) -> bytes:
        """Add one packet; returns the frames that are complete.

        A packet that cannot be decoded is left out.
        """
        try:
            pcm = self._decoder.decode(opus)
        except av.FFmpegError:
            return b""
        if not pcm:
            return b""
        frame = to_frame(pcm, self._next_pts)
        self._next_pts += len(pcm) // SAMPLE_BYTES
        return b"".join(bytes(packet) for packet in self._codec.encode(frame))
