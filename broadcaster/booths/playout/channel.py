"""A channel's playout clock: packet by packet its voice and the floor become Opus."""

from collections.abc import Set as AbstractSet

from broadcaster.audio.mix import mix, under_voice
from broadcaster.audio.opus import PROTECTED_LOSS_PERCENT
from broadcaster.audio.pcm import Samples
from broadcaster.booths.floor.clock import FloorClock
from broadcaster.booths.playout.floor_bed import FloorBed
from broadcaster.booths.playout.variant import Variant
from broadcaster.booths.playout.voice import Voice
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, ms_to_samples
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.variant import ChannelVariant

_LATE_S = 0.5
"""A clock that fell behind by more (a machine that slept) starts anew instead of hurrying."""
_FLOOR_AFTER = ms_to_samples(300)
"""Silence of the voice before the floor comes up: a breath is shorter."""


class ChannelOutput:
    """Publishes one channel's sound at real-time rate, itself and its variants.

    Args:
        event: id of the event.
        channel: id of the channel.
        bus: where it is published.
        clock: time.
        voice: what the interpreter says.
        frame_samples: of a packet.
    """

    def __init__(
        self,
        event: str,
        channel: str,
        bus: Bus,
        clock: Clock,
        voice: Voice,
        frame_samples: int,
    ) -> None:
        self._clock = clock
        self._voice = voice
        self._frame_samples = frame_samples
        self._bed = FloorBed()
        self._interpretation = Variant(keys.opus(event, channel), bus, frame_samples)
        self.variants = (
            ChannelVariant(channel, with_floor=True),
            ChannelVariant(channel, with_fec=True),
            ChannelVariant(channel, with_floor=True, with_fec=True),
        )
        """What is made besides the channel itself, while somebody listens to it."""
        self._variants = {
            variant: Variant(
                keys.opus(event, str(variant)),
                bus,
                frame_samples,
                loss_percent=PROTECTED_LOSS_PERCENT if variant.with_fec else 0,
            )
            for variant in self.variants
        }
        self._position = 0
        self.floor_wanted = False
        """Whether the floor fills in while the voice has nothing to say."""
        self.wanted: AbstractSet[ChannelVariant] = frozenset()
        """Those of `variants` that somebody listens to."""

    def hear_floor(self, position: int, pcm: bytes) -> None:
        """The next floor frame, s16le mono 24 kHz."""
        self._bed.hear(position, pcm)

    async def run(self, floor_clock: FloorClock) -> None:
        """Play out from the moment the floor is heard until cancelled."""
        frame_s = self._frame_samples / CLOCK_HZ
        while not floor_clock.started:
            await self._clock.sleep(frame_s)
        due = self._clock.monotonic()
        while True:
            await self._clock.sleep(due - self._clock.monotonic())
            now = self._clock.monotonic()
            if now - due > _LATE_S:
                due = now
            due += frame_s
            self._tick(floor_clock.now())

    def _tick(self, floor_now: int) -> None:
        drift_limit = int(_LATE_S * CLOCK_HZ)
        if not 0 <= floor_now - self._position <= drift_limit:
            self._position = max(self._position, floor_now)
        voice = self._voice.pull(self._frame_samples, floor_now)
        up = self.floor_wanted and self._voice.idle >= _FLOOR_AFTER
        floor, gains = self._bed.pull(self._frame_samples, up=up)
        interpretation = mix(voice, floor, gains)
        self._interpretation.publish(interpretation, self._position)
        with_floor: Samples | None = None
        for variant, output in self._variants.items():
            if variant not in self.wanted:
                output.rest()
            elif not variant.with_floor:
                output.publish(interpretation, self._position)
            else:
                if with_floor is None:
                    with_floor = mix(voice, floor, under_voice(gains))
                output.publish(with_floor, self._position)
        self._position += self._frame_samples
