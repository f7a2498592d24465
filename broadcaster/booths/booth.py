"""One booth: floor PCM to its interpreter, interpreted sound and captions to its channel."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from broadcaster.booths.captions import CaptionWriter
from broadcaster.booths.catch_up import CatchUpLimits
from broadcaster.booths.channel_output import ChannelOutput
from broadcaster.booths.ear import Ear
from broadcaster.booths.engines import Engines
from broadcaster.booths.interpretation import Interpretation
from broadcaster.booths.playout import Skip
from broadcaster.booths.spoken_language import LanguageWatch, model_code, prepare
from broadcaster.booths.voice import Voice
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.event import Channel, Event, Interpreter
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import (
    BOOTH_TRANSITIONS,
    STALE_AFTER_S,
    STATUS_INTERVAL_S,
    BoothState,
    BoothStatus,
    EdgeStatus,
    status_to_json,
    statuses,
)
from broadcaster.realtime.outputs import Usage
from broadcaster.realtime.protocol import endpoint_language
from broadcaster.realtime.wire import FRAME_SAMPLES
from broadcaster.tasks import first_of

log = logging.getLogger("broadcaster.booths")

SKIPPED = " […] "
"""The mark in the captions where sound was left out to catch up."""
_TICK_S = 0.1

Price = Callable[[Interpreter | None, int, Usage], float]
"""What an engine costs in USD, by milliseconds of sound sent and tokens used; None transcribes."""


@dataclass(frozen=True, slots=True)
class Kit:
    """What every booth works with.

    Attributes:
        engines: opens sessions.
        price: what they cost.
        limits: how a channel that is behind catches up.
    """

    engines: Engines
    price: Price
    limits: CatchUpLimits


class Booth:
    """Interprets one event's floor into one language until cancelled.

    Its failures stay its own: whatever happens to the session, the booth goes through
    `BOOTH_TRANSITIONS`, says why, and lets the floor be heard meanwhile.

    Args:
        event: the event when the booth starts; changes are followed.
        channel: what it fills.
        kit: engines, prices, limits.
        bus: where the floor comes from and the channel goes.
        clock: time.
    """

    def __init__(self, event: Event, channel: Channel, kit: Kit, bus: Bus, clock: Clock) -> None:
        self._event = event
        self._channel = channel
        self._kit = kit
        self._bus = bus
        self._clock = clock
        self._ear = Ear(event.id, bus, clock)
        self._captions = CaptionWriter(event.id, channel.language, bus)
        self._voice = Voice(kit.limits, self._skipped)
        self._output = ChannelOutput(event.id, channel.language, bus, clock, self._voice)
        self._interpretation = Interpretation(
            channel.language,
            lambda: kit.engines.interpreter(self._event, channel),
            self._ear.memory,
            self,
            self._move,
            clock,
            LanguageWatch(endpoint_language(channel.language)),
        )
        self._state = BoothState.IDLE
        self._reason = ""
        self._floor_language = ""
        self._floor_language_at = 0.0
        self._with_floor_until = clock.monotonic()

    async def run(self) -> None:
        """Interpret until cancelled, then let the interpreter finish its sentence."""
        name = f"booth:{self._event.id}:{self._channel.language}"
        await prepare()
        try:
            async with self._captions.writing(self._ear.now_ms):
                await first_of(
                    self._ear.listen(self._output.hear_floor),
                    self._ear.keep_time(),
                    self._interpretation.run(),
                    self._output.run(self._ear.clock),
                    self._watch_event(),
                    self._watch_status(),
                    self._tick(),
                    name=name,
                )
        finally:
            self._publish_status()

    def sound(self, pcm: bytes, source_position: int) -> None:
        """See `interpretation.Sink`."""
        self._voice.say(pcm, source_position)

    def text(self, text: str) -> None:
        """See `interpretation.Sink`."""
        self._captions.push(text, self._ear.now_ms())

    def join(self) -> None:
        """See `interpretation.Sink`."""
        self._captions.join()

    def _skipped(self, skip: Skip) -> None:
        log.warning("%d ms of interpretation were skipped to catch up", skip.dropped_ms)
        self._captions.push(SKIPPED, self._ear.now_ms())

    async def _watch_event(self) -> None:
        async for record in self._bus.watch(keys.event_record(self._event.id)):
            self._event = Event.from_json(record.value)

    async def _watch_status(self) -> None:
        """Learn what the floor speaks and who listens to which variant."""
        variant = self._channel.language + keys.WITH_FLOOR
        async with self._bus.subscribe(keys.status(self._event.id)) as messages:
            async for status in statuses(messages):
                match status:
                    case BoothStatus(channel=channel, floor_language=language):
                        if channel == FLOOR:
                            self._floor_language = language
                            self._floor_language_at = self._clock.monotonic()
                    case EdgeStatus(listeners=listeners):
                        if listeners.get(variant):
                            self._with_floor_until = self._clock.monotonic() + STALE_AFTER_S
                    case _:
                        pass

    async def _tick(self) -> None:
        """Decide about the floor, end quiet captions, report once a second."""
        next_status = self._clock.monotonic()
        while True:
            self._output.floor_wanted = self._floor_speaks_for_itself()
            self._output.with_floor_wanted = self._clock.monotonic() < self._with_floor_until
            self._captions.tick(self._ear.now_ms())
            if self._clock.monotonic() >= next_status:
                next_status += STATUS_INTERVAL_S
                self._publish_status()
            await self._clock.sleep(_TICK_S)

    def _floor_speaks_for_itself(self) -> bool:
        """Whether listeners are better off with the floor: nobody interprets, or need not."""
        down = self._state not in {BoothState.LIVE, BoothState.ROTATING}
        own = model_code(endpoint_language(self._channel.language))
        fresh = self._clock.monotonic() - self._floor_language_at < STALE_AFTER_S
        return down or (fresh and self._floor_language == own)

    def _move(self, state: BoothState, reason: str = "") -> None:
        assert state in BOOTH_TRANSITIONS[self._state], f"{self._state} → {state}"
        self._state, self._reason = state, reason
        self._publish_status()

    def _publish_status(self) -> None:
        kind = self._kit.engines.kind(self._channel)
        sent_ms = self._interpretation.fed_blocks * FRAME_SAMPLES * 1000 // CLOCK_HZ
        status = BoothStatus(
            channel=self._channel.language,
            state=self._state,
            reason=self._reason,
            lag_ms=self._voice.lag_ms,
            queue_ms=self._voice.queue_ms,
            sent_ms=sent_ms,
            sessions=self._interpretation.sessions,
            dropped_ms=self._voice.dropped_ms,
            interpreter=kind,
            cost_usd=self._kit.price(kind, sent_ms, self._interpretation.usage),
        )
        self._bus.publish(keys.status(self._event.id), status_to_json(status))
