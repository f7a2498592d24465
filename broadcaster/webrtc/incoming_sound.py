"""The sound of one publisher's RTP packets as mono, placed on a clock of its own."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from broadcaster.audio.opus import OPUS_HZ, OpusFrameDecoder
from broadcaster.audio.pcm import AvFrame, PcmResampler
from broadcaster.audio.stereo.downmix import STEREO_SAMPLE_BYTES, StereoDownmix
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES
from broadcaster.system.rate_limited_log import RateLimitedLog
from broadcaster.webrtc.packet_order import OrderedPacket, PacketOrder, ReceivedPacket
from broadcaster.webrtc.rtp_clock import RTP_HZ, RtpClock

log = logging.getLogger(__name__)

LONGEST_DTX_BYTES = 2
"""A packet without coded sound has one or two bytes: its sender pauses (RFC 6716 section 2.1.9)."""
_SHORTEST_PAUSE = RTP_HZ // 10
"""A shorter gap without a missing packet is jitter of the sender's clock."""
_PAUSE_TOLERANCE_S = 0.5
"""A pause is as long on the sender's clock as on ours, but for this."""
_LOG_INTERVAL_S = 10.0
_RTP_PER_SAMPLE = RTP_HZ // CLOCK_HZ
_FRAME_TICKS = RTP_HZ // 50
_WRAP = 1 << 32


@dataclass(frozen=True, slots=True)
class PcmChunk:
    """A piece of decoded sound.

    Attributes:
        rtp_time: 48 kHz clock, 0 at the publisher's first sample, never runs backwards; lost
            packets and pauses leave a gap.
        samples: s16le mono 24 kHz, for engines.
        full_band: the same at 48 kHz, for people.
    """

    rtp_time: int
    samples: bytes
    full_band: bytes


class IncomingSound:
    """Orders, decodes and places the packets of one publisher.

    A packet that is lost, empty or broken costs its own time and nothing else.

    Attributes:
        downmix: makes one channel of two, by the organizer's choice, and reports faults.

    Args:
        take_chunk: gets each piece of sound.
        monotonic: the time in seconds.
    """

    def __init__(
        self, take_chunk: Callable[[PcmChunk], None], monotonic: Callable[[], float]
    ) -> None:
        self._take_chunk = take_chunk
        self._monotonic = monotonic
        self._ssrc: int | None = None
        self._order = PacketOrder()
        self._decoder = OpusFrameDecoder("stereo")
        self._resampler = PcmResampler("stereo")
        self._interleaver = PcmResampler("stereo", OPUS_HZ)
        self._full_band = bytearray()
        """Stereo that has not come out of the resampler yet: as long as its filter."""
        self.downmix = StereoDownmix()
        self._clock = RtpClock()
        self._time: int | None = None
        self._length = 0
        self._usual_length: int | None = None
        self._missing = 0
        self._says_when_it_pauses = False
        self._pauses_silently = False
        self._undecodable_log = RateLimitedLog(
            log,
            "the packets of %d publisher arrive and cannot be decoded: %d (undecodable_audio)",
            monotonic,
            _LOG_INTERVAL_S,
        )
        self.last_undecodable_s: float | None = None
        """When the last packet came that has a payload and cannot be decoded."""
        self.last_decoded_s: float | None = None
        """When the last packet came that was decoded."""

    @property
    def frames_lost(self) -> int:
        """20 ms frames that never came, came too late or cannot be decoded."""
        return self._clock.lost // _FRAME_TICKS

    @property
    def pauses(self) -> bool:
        """Whether the publisher's sender is in a pause (DTX) if nothing comes from it now.

        True after a packet without coded sound, and always for a sender that has made pauses
        without such a packet.
        """
        return self._says_when_it_pauses or self._pauses_silently

    def push_packet(self, ssrc: int, packet: ReceivedPacket) -> None:
        """Take the next packet from the network; a new SSRC is a new numbering."""
        if ssrc != self._ssrc:
            self._ssrc = ssrc
            self._order = PacketOrder()
        for ready in self._order.push_packet(packet, self._monotonic()):
            self._decode(ready)

    def pass_time(self) -> None:
        """Give up packets that are overdue; called a few times in `packet_order.WAIT_S`."""
        for ready in self._order.take_overdue(self._monotonic()):
            self._decode(ready)
        self._undecodable_log.flush()

    def _decode(self, ordered: OrderedPacket) -> None:
        packet = ordered.packet
        time = self._unwrapped(packet.timestamp)
        step = 0 if self._time is None else time - self._time
        self._missing += ordered.missing
        frames = self._decoder.decode(packet.payload)
        if not frames:
            self._leave_out(packet, step)
            return
        decoded = sum(frame.samples for frame in frames)
        if step == self._length:
            self._usual_length = self._length
        # Random bytes can claim to be up to 120 ms long. A sender that does change to longer
        # packets loses the end of the first one.
        length = min(decoded, self._usual_length or decoded)
        stereo = b"".join(self._resampler.convert(frame) for frame in frames)
        samples = self.downmix.mix(stereo[: length // _RTP_PER_SAMPLE * STEREO_SAMPLE_BYTES])
        kept = len(samples) // SAMPLE_BYTES * _RTP_PER_SAMPLE
        full_band = self.downmix.mix_full_band(self._take_full_band(frames, length, kept))
        rtp_time = self._clock.place(time, length, kept, self._missing)
        self._note_pause(packet)
        self._time, self._length, self._missing = time, decoded, 0
        self.last_decoded_s = self._monotonic()
        if samples:
            self._take_chunk(PcmChunk(rtp_time, samples, full_band))

    def _take_full_band(self, frames: list[AvFrame], length: int, kept: int) -> bytes:
        """As much stereo at 48 kHz as came out of the resampler, from the same moment on."""
        stereo = b"".join(self._interleaver.convert(frame) for frame in frames)
        self._full_band += stereo[: length * STEREO_SAMPLE_BYTES]
        taken = bytes(self._full_band[: kept * STEREO_SAMPLE_BYTES])
        del self._full_band[: kept * STEREO_SAMPLE_BYTES]
        return taken.ljust(kept * STEREO_SAMPLE_BYTES, b"\0")

    def _leave_out(self, packet: ReceivedPacket, step: int) -> None:
        """Leave out a packet without sound; one that only pads has its neighbour's timestamp."""
        if packet.payload:
            self.last_undecodable_s = self._monotonic()
            self._undecodable_log.add(self)
        if packet.payload or step > 0:
            self._missing += 1

    def _note_pause(self, packet: ReceivedPacket) -> None:
        if self._clock.gap >= _SHORTEST_PAUSE and not (self._missing or self._says_when_it_pauses):
            assert self.last_decoded_s is not None
            waited_s = self._monotonic() - self.last_decoded_s
            if abs(waited_s - self._clock.gap / RTP_HZ) < _PAUSE_TOLERANCE_S:
                self._pauses_silently = True
        self._says_when_it_pauses = len(packet.payload) <= LONGEST_DTX_BYTES

    def _unwrapped(self, timestamp: int) -> int:
        """The timestamp without its wrap at 2³², next to the last one."""
        if self._time is None:
            return timestamp
        step = (timestamp - self._time) % _WRAP
        return self._time + (step - _WRAP if step >= _WRAP // 2 else step)
