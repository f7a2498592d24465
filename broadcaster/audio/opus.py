"""Opus: encoded once per channel, decoded for MP3 and by tests."""

from collections import deque
from fractions import Fraction
from functools import cache

import av

from broadcaster.audio.blocks import Blocks
from broadcaster.audio.limiter import Limiter
from broadcaster.audio.pcm import AvFrame, PcmResampler, Samples, to_frame
from broadcaster.model.audio import (
    CLOCK_HZ,
    FULL_BAND_HZ,
    LOW_RATE_FRAME_SAMPLES,
    OPUS_FRAME_SAMPLES,
    SAMPLE_BYTES,
    AudioFrame,
    Kind,
    ms_to_samples,
    samples_to_ms,
)
from broadcaster.model.variant import Coding

OPUS_HZ = 48_000
"""The rate of decoders, in which Ogg and RTP count, whatever was encoded (RFC 6716)."""
SPEECH_BITRATE = 32_000
"""Bits per second; mono speech is transparent from about 24,000."""
PROTECTED_BITRATE = 24_000
"""With FEC: libopus then codes in SILK alone, whose packets of 60 ms repeat all of the one before;
at a higher rate three hybrid frames share a packet and the last 20 ms are all that is repeated."""
FULL_BAND_BITRATE = 48_000
"""At 32,000 libopus has no bits for tones above 12 kHz, and makes noise of them (measured)."""
LOW_BITRATE = 12_000
"""The lowest at which libopus codes speech up to 8 kHz. It leaves nothing for FEC."""
_BITRATES = {
    Coding.NORMAL: SPEECH_BITRATE,
    Coding.PROTECTED: PROTECTED_BITRATE,
    Coding.LOW_RATE: LOW_BITRATE,
    Coding.FULL_BAND: FULL_BAND_BITRATE,
}
PROTECTED_LOSS_PERCENT = 10
"""Loss that a protected variant is made for. Told 5 or 20 at this bit rate, libopus 1.6 leaves SILK
and repeats nothing."""
OVERLAP_SAMPLES = ms_to_samples(100)
"""Sound with which an encoder begins that takes the place of another one; measured: after 20 ms a
decoder does not click, after 100 ms nothing is left of the change."""
SILENT_SAMPLES = ms_to_samples(20)
"""Length of a silent packet: it divides every packet length, so that any gap can be filled."""


class OpusEncoder:
    """Mono speech to Opus packets of one length.

    Both rates go straight into libopus, and its packets are equally long. In-band FEC (RFC 6716
    section 2.1.7) costs quality, so it is for listeners that lose packets, which never happens over
    TCP.

    Args:
        frame_samples: length of a packet: 20, 40 or 60 ms.
        coding: which bit rate, and whether with FEC.
        rate_hz: of the sound, 24 or 48 kHz.
    """

    def __init__(
        self,
        frame_samples: int = OPUS_FRAME_SAMPLES,
        coding: Coding = Coding.NORMAL,
        rate_hz: int = CLOCK_HZ,
    ) -> None:
        codec = av.CodecContext.create("libopus", "w")
        assert isinstance(codec, av.AudioCodecContext)
        codec.sample_rate = rate_hz
        codec.layout = "mono"
        codec.format = "s16"
        codec.bit_rate = _BITRATES[coding]
        codec.time_base = Fraction(1, rate_hz)
        frame_ms = str(samples_to_ms(frame_samples))
        codec.options = {"application": "voip", "frame_duration": frame_ms}
        if coding is Coding.PROTECTED:
            codec.options |= {"fec": "1", "packet_loss": str(PROTECTED_LOSS_PERCENT)}
        self._codec = codec
        self._rate_hz = rate_hz
        self._pcm_samples = frame_samples * rate_hz // CLOCK_HZ
        self._next_pts = 0

    def encode(self, pcm: bytes) -> bytes:
        """One packet from exactly `frame_samples` of s16le mono.

        Raises:
            ValueError: the piece has another length.
        """
        wanted = self._pcm_samples * SAMPLE_BYTES
        if len(pcm) != wanted:
            raise ValueError(f"an Opus packet needs {wanted} bytes of PCM, got {len(pcm)}")
        frame = to_frame(pcm, self._next_pts, rate_hz=self._rate_hz)
        self._next_pts += self._pcm_samples
        return b"".join(bytes(packet) for packet in self._codec.encode(frame))


class OpusStream:
    """The frames of one channel or variant: encoded once, numbered without a gap.

    Args:
        frame_samples: of a packet: 20, 40 or 60 ms. Those of a low-rate variant are always 60 ms.
        coding: see `OpusEncoder`.
        rate_hz: of what is encoded.
    """

    def __init__(
        self, frame_samples: int, coding: Coding = Coding.NORMAL, rate_hz: int = CLOCK_HZ
    ) -> None:
        low_rate = coding is Coding.LOW_RATE
        self._frame_samples = LOW_RATE_FRAME_SAMPLES if low_rate else frame_samples
        self._coding = coding
        self._rate_hz = rate_hz
        self._sequence = 0
        self._encoder: OpusEncoder | None = None
        self._limiter: Limiter | None = None
        self._recent: deque[bytes] = deque(maxlen=-(-OVERLAP_SAMPLES // self._frame_samples))
        self._blocks = self._no_blocks()

    def encode_pcm(self, pcm: bytes, position: int) -> list[AudioFrame]:
        """The frames that a piece completes.

        Args:
            pcm: s16le mono, of any length.
            position: event-clock sample of its first sample. A jump ends the frame before it.
        """
        self._encoder = self._encoder or self._new_encoder()
        frames = []
        for block in self._blocks.push(position, pcm):
            packet = self._encoder.encode(block.pcm)
            self._recent.append(block.pcm)
            frames.append(AudioFrame(Kind.OPUS, self._sequence, block.position, packet))
            self._sequence += 1
        return frames

    def encode_samples(self, samples: Samples, position: int) -> list[AudioFrame]:
        """The same, of samples at 48 kHz whose peaks may leave full scale: they are limited."""
        self._limiter = self._limiter or Limiter(rate_hz=FULL_BAND_HZ, to_hz=self._rate_hz)
        return self.encode_pcm(self._limiter.limit(samples), position)

    def change_coding(self, coding: Coding) -> None:
        """Have the next packets coded in another way, in the middle of the sound.

        An encoder cannot change its bit rate. The new one first encodes the newest sound once more,
        so that its packets continue those of the old one. Without that a decoder clicks.

        Args:
            coding: one with packets of the same length.
        """
        if coding is self._coding:
            return
        self._coding = coding
        if self._encoder is not None:
            self._encoder = self._new_encoder()
            for pcm in self._recent:
                self._encoder.encode(pcm)

    def rest(self) -> None:
        """Pause. Drops the filters' state, so that a later listener hears no leftover."""
        if self._encoder is not None:
            self._encoder = self._limiter = None
            self._recent.clear()
            self._blocks = self._no_blocks()

    def _new_encoder(self) -> OpusEncoder:
        return OpusEncoder(self._frame_samples, self._coding, self._rate_hz)

    def _no_blocks(self) -> Blocks:
        return Blocks(self._frame_samples, longest_fill=0, rate_hz=self._rate_hz)


class OpusFrameDecoder:
    """Opus packets of one stream to frames of `av` at 48 kHz; no packet can stop it.

    libavcodec takes an empty packet for the end of the stream and refuses everything after it. So
    none is passed on, and a decoder that reports its end is replaced.

    Args:
        layout: FFmpeg's name of the channel layout that is wanted, whatever was encoded.
    """

    def __init__(self, layout: str) -> None:
        self._layout = layout
        self._codec = self._open()

    def decode(self, packet: bytes) -> list[AvFrame]:
        """The frames of one packet; none if it cannot be decoded, and the next one can be."""
        if not packet:
            return []
        try:
            return self._codec.decode(av.Packet(packet))
        except av.EOFError:
            self._codec = self._open()
        except av.FFmpegError:
            return []
        try:
            return self._codec.decode(av.Packet(packet))
        except av.FFmpegError:
            return []

    def _open(self) -> av.AudioCodecContext:
        codec = av.CodecContext.create("libopus", "r")
        assert isinstance(codec, av.AudioCodecContext)
        codec.sample_rate = OPUS_HZ
        codec.layout = self._layout
        return codec


class OpusDecoder:
    """Opus packets of one channel back to s16le mono 24 kHz."""

    def __init__(self) -> None:
        self._frames = OpusFrameDecoder("mono")
        self._resampler = PcmResampler()
        self._packet_samples = SILENT_SAMPLES

    def decode(self, packet: bytes) -> bytes:
        """The samples of one packet, delayed by the resampler's filter.

        A packet that cannot be decoded gives silence as long as the packet before it, so that it
        costs its own time and nothing else.
        """
        frames = self._frames.decode(packet)
        if not frames:
            return bytes(self._packet_samples * SAMPLE_BYTES)
        self._packet_samples = sum(frame.samples for frame in frames) * CLOCK_HZ // OPUS_HZ
        return b"".join(self._resampler.convert(frame) for frame in frames)


@cache
def silent_packet() -> bytes:
    """A packet of `SILENT_SAMPLES`, for times at which a channel has no packet."""
    return OpusEncoder(SILENT_SAMPLES).encode(bytes(SILENT_SAMPLES * SAMPLE_BYTES))
