"""A channel's playout clock: packet by packet, its voice and the floor become Opus.

Engines speak and hear 24 kHz. The channel is mixed at 48 kHz, and has the bits for all of that
while a human interpreter is heard.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from broadcaster.audio.full_band.rate_change import DELAY_SAMPLES, RateChange
from broadcaster.audio.level import OutputLevel
from broadcaster.audio.loudness import ProgrammeLoudness
from broadcaster.audio.mix import EVEN_FLOOR, QUIET_FLOOR, mix, mix_under
from broadcaster.audio.opus import OpusStream
from broadcaster.audio.pcm import Samples, to_pcm
from broadcaster.audio.publishing.pcm_topic import PcmTopic
from broadcaster.booths.floor.clock import FloorClock
from broadcaster.booths.playout.floor_bed import FloorBed
from broadcaster.booths.playout.inserted import InsertedSpeech
from broadcaster.booths.playout.on_air_mixer import OnAirMixer
from broadcaster.booths.playout.voice import ChannelVoice
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, FULL_BAND_HZ, ms_to_samples
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import BoothStatus
from broadcaster.model.variant import ChannelVariant, Coding, FloorLevel

_LATE_S = 0.5
"""If the clock falls further behind (the machine slept), it starts again from now."""
_FLOOR_AFTER = ms_to_samples(300)
"""Silence of the voice before the floor fades in: a breath is shorter."""
_BALANCES = {FloorLevel.QUIET: QUIET_FLOOR, FloorLevel.EVEN: EVEN_FLOOR}


def variants_of(channel: str) -> tuple[ChannelVariant, ...]:
    """The variants made in addition to the channel itself, while somebody listens to them."""
    codings = (Coding.NORMAL, Coding.PROTECTED, Coding.LOW_RATE)
    every = (ChannelVariant(channel, floor, coding) for coding in codings for floor in FloorLevel)
    return tuple(variant for variant in every if variant != ChannelVariant(channel))


def _encoded_hz(coding: Coding) -> int:
    """The rate at which a variant is encoded: the others have no bits for a full band."""
    return FULL_BAND_HZ if coding is Coding.NORMAL else CLOCK_HZ


@dataclass(frozen=True, slots=True)
class ChannelMix:
    """The ingredients of the next packet.

    Attributes:
        floor_fills_in: whether the floor is heard while the voice has nothing to say.
        variants: those of `variants_of` that somebody listens to.
        relayed: whether other channels are interpreted from this one.
        floor_speaks: whether the floor spoke just now.
    """

    floor_fills_in: bool = False
    variants: AbstractSet[ChannelVariant] = frozenset()
    relayed: bool = False
    floor_speaks: bool = False


class ChannelOutput:
    """Publishes one channel's sound and its variants at real-time rate.

    Args:
        event: id of the event.
        channel: id of the channel.
        bus: where the frames are published.
        clock: time.
        voice: what the AI says.
        on_air: puts the human interpreter in its place.
        inserted: is said where the interpreter pauses.
        mix_now: asked for each packet.
        frame_samples: of an Opus packet.

    Attributes:
        level: of the channel itself, without its variants.
        loudness: of the same.
    """

    def __init__(
        self,
        *,
        event: str,
        channel: str,
        bus: Bus,
        clock: Clock,
        voice: ChannelVoice,
        mix_now: Callable[[], ChannelMix],
        frame_samples: int,
        on_air: OnAirMixer | None = None,
        inserted: InsertedSpeech | None = None,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._voice = voice
        self._on_air = on_air or OnAirMixer()
        self._inserted = inserted or InsertedSpeech()
        self._mix_now = mix_now
        self._frame_samples = frame_samples
        self._bed = FloorBed()
        self._widened_ai = RateChange(CLOCK_HZ, FULL_BAND_HZ)
        self._widened_floor = RateChange(CLOCK_HZ, FULL_BAND_HZ)
        self._narrowed = RateChange(FULL_BAND_HZ, CLOCK_HZ)
        self._event = event
        self._itself = ChannelVariant(channel)
        self._variants = variants_of(channel)
        self._streams = {
            variant: OpusStream(frame_samples, variant.coding, _encoded_hz(variant.coding))
            for variant in (self._itself, *self._variants)
        }
        self._relay = PcmTopic(bus, keys.relay_pcm(event, channel))
        self._position = 0
        self.level = OutputLevel()
        self.loudness = ProgrammeLoudness()

    def push_floor_pcm(self, position: int, pcm: bytes) -> None:
        """The next floor frame, s16le mono 24 kHz."""
        self._bed.push_floor_pcm(position, pcm)

    @property
    def next_position(self) -> int:
        """Event-clock sample of the next packet."""
        return self._position

    def begin_at(self, position: int) -> None:
        """Let no packet begin before this position: another booth made the ones before."""
        self._position = position

    def measure(self, status: BoothStatus) -> BoothStatus:
        """The status with what is measured of the sound."""
        parts = self._voice.lag_parts
        return replace(
            status,
            queue_ms=self._voice.queue_ms,
            dropped_ms=self._voice.dropped_ms,
            level_dbfs=self.level.take_dbfs(),
            answer_ms=None if parts is None else parts.answer_ms,
            playout_ms=None if parts is None else parts.playout_ms,
            tempo=self._voice.tempo,
            loudness_lufs=self.loudness.integrated_lufs,
            true_peak_dbtp=self.loudness.true_peak_dbtp,
        )

    async def run(self, floor_clock: FloorClock) -> None:
        """Play out from the moment the floor is heard until cancelled."""
        frame_s = self._frame_samples / CLOCK_HZ
        await floor_clock.start()
        due = self._clock.monotonic()
        while True:
            await self._clock.sleep(due - self._clock.monotonic())
            now = self._clock.monotonic()
            if now - due > _LATE_S:
                due = now
            due += frame_s
            self._play_packet(floor_clock.now())

    def _play_packet(self, floor_now: int) -> None:
        drift_limit = int(_LATE_S * CLOCK_HZ)
        if not 0 <= floor_now - self._position <= drift_limit:
            self._position = max(self._position, floor_now)
        wanted = self._mix_now()
        inserts = self._inserted.playing
        full_band = self._on_air.human_heard
        ai = self._pull_voice(floor_now)
        voice = self._on_air.mix(self._widened_ai.change(ai))
        up = wanted.floor_fills_in and self._voice.idle >= _FLOOR_AFTER and not inserts
        others = inserts or (wanted.floor_fills_in and wanted.floor_speaks)
        self._inserted.observe(ai, free=not (others or self._on_air.human_heard))
        narrow_floor, narrow_gains = self._bed.pull(self._frame_samples, up=up)
        floor = self._widened_floor.change(narrow_floor)
        gains = narrow_gains.repeat(FULL_BAND_HZ // CLOCK_HZ)
        mixed = {FloorLevel.OFF: mix(voice, floor, gains)}
        self.level.add(mixed[FloorLevel.OFF])
        self.loudness.add(mixed[FloorLevel.OFF])
        self._publish_frames(self._itself, mixed[FloorLevel.OFF], full_band=full_band)
        if wanted.relayed:
            relayed = self._narrowed.change(mixed[FloorLevel.OFF] * (not inserts))
            self._relay.push_topic_pcm(self._position, to_pcm(relayed))
        for variant in self._variants:
            if variant not in wanted.variants:
                self._streams[variant].rest()
                continue
            level = variant.floor
            if level not in mixed:
                mixed[level] = mix_under(voice, floor, gains, _BALANCES[level])
            self._publish_frames(variant, mixed[level], full_band=full_band)
        self._position += self._frame_samples

    def _pull_voice(self, floor_now: int) -> Samples:
        """The next samples of the AI, or of what is said in its pause."""
        if not self._inserted.playing:
            heard_at = self._position + DELAY_SAMPLES
            return self._voice.pull(self._frame_samples, floor_now, heard_at)
        if self._on_air.human_heard:
            self._inserted.cut()
        self._voice.resume_at(self._position + self._inserted.left_samples)
        return self._inserted.pull(self._frame_samples)

    def _publish_frames(
        self, variant: ChannelVariant, samples: Samples, *, full_band: bool
    ) -> None:
        stream = self._streams[variant]
        if variant.coding is Coding.NORMAL:
            stream.change_coding(Coding.FULL_BAND if full_band else Coding.NORMAL)
        for frame in stream.encode_samples(samples, self._position):
            self._bus.publish(keys.opus(self._event, str(variant)), frame.to_bytes())
