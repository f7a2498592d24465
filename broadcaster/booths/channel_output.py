"""A channel's playout clock: packet by packet its voice and the floor become Opus."""

from broadcaster.audio.mix import mix, under_voice
from broadcaster.booths.floor_bed import FloorBed
from broadcaster.booths.floor_clock import FloorClock
from broadcaster.booths.variant import Variant
from broadcaster.booths.voice import Voice
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, ms_to_samples
from broadcaster.model.ports import Bus, Clock

_LATE_S = 0.5
"""A clock that fell behind by more (a machine that slept) starts anew instead of hurrying."""
FEC_LOSS_PERCENT = 10
"""Loss that the protected variant is made for; beyond it a WebSocket serves better."""
_FLOOR_AFTER = ms_to_samples(300)
"""Silence of the voice before the floor comes up: a breath is shorter."""


class ChannelOutput:
    """Publishes one channel's sound at real-time rate, in up to three variants.

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
        self._with_floor = Variant(keys.opus(event, channel + keys.WITH_FLOOR), bus, frame_samples)
        self._with_fec = Variant(
            keys.opus(event, channel + keys.WITH_FEC),
            bus,
            frame_samples,
            loss_percent=FEC_LOSS_PERCENT,
        )
        self._position = 0
        self.floor_wanted = False
        """Whether the floor fills in while the voice has nothing to say."""
        self.with_floor_wanted = False
        """Whether anybody listens to the variant with the floor under the voice."""
        self.with_fec_wanted = False
        """Whether anybody needs the variant that survives lost packets."""

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
        if self.with_floor_wanted:
            self._with_floor.publish(mix(voice, floor, under_voice(gains)), self._position)
        else:
            self._with_floor.rest()
        if self.with_fec_wanted:
            self._with_fec.publish(interpretation, self._position)
        else:
            self._with_fec.rest()
        self._position += self._frame_samples
