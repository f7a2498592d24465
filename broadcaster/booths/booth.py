"""One booth: floor PCM to its interpreter, interpreted sound and captions to its channel."""

import logging
from dataclasses import replace

from broadcaster.booths.channel_output import ChannelOutput
from broadcaster.booths.playout import Skip
from broadcaster.booths.spoken_language import LanguageWatch, model_code, prepare
from broadcaster.booths.voice import Voice
from broadcaster.booths.workplace import Kit, Workplace
from broadcaster.model import keys
from broadcaster.model.event import Channel, Event
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import (
    STALE_AFTER_S,
    BoothState,
    BoothStatus,
    EdgeStatus,
    statuses,
)
from broadcaster.realtime.protocol import endpoint_language

log = logging.getLogger("broadcaster.booths")

SKIPPED = " […] "
"""The mark in the captions where sound was left out to catch up."""


class Booth(Workplace):
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
        self._language = endpoint_language(channel.language)
        super().__init__(
            event,
            channel.language,
            kit.engines.kind(channel),
            lambda now: kit.engines.interpreter(now, channel),
            kit,
            bus,
            clock,
            LanguageWatch(self._language),
        )
        self._voice = Voice(kit.limits, self._skipped)
        self._output = ChannelOutput(event.id, channel.language, bus, clock, self._voice)
        self._floor_language = ""
        self._floor_language_at = 0.0
        self._with_floor_until = clock.monotonic()

    async def run(self) -> None:
        """Interpret until cancelled, then let the interpreter finish its sentence."""
        await prepare()
        await self._work(
            self._output.hear_floor, self._output.run(self._ear.clock), self._watch_status()
        )

    def sound(self, pcm: bytes, source_position: int) -> None:
        """See `interpretation.Sink`."""
        self._voice.say(pcm, source_position)

    def _skipped(self, skip: Skip) -> None:
        log.warning("%d ms of interpretation were skipped to catch up", skip.dropped_ms)
        self._captions.push(SKIPPED, self._ear.now_ms())

    async def _watch_status(self) -> None:
        """Learn what the floor speaks and who listens to which variant."""
        variant = self._channel + keys.WITH_FLOOR
        async with self._bus.subscribe(keys.status(self._event.id)) as messages:
            async for status in statuses(messages):
                match status:
                    case BoothStatus(channel=channel, floor_language=language):
                        if channel == FLOOR:
                            self._floor_language = language
                            self._floor_language_at = self._clock.monotonic()
                            self._decide()
                    case EdgeStatus(listeners=listeners):
                        if listeners.get(variant):
                            self._with_floor_until = self._clock.monotonic() + STALE_AFTER_S
                    case _:
                        pass

    def _decide(self) -> None:
        own_language = self._floor_speaks_own_language()
        self._interpretation.silence_expected = own_language
        down = self._state not in {BoothState.LIVE, BoothState.ROTATING}
        self._output.floor_wanted = down or own_language
        self._output.with_floor_wanted = self._clock.monotonic() < self._with_floor_until

    def _floor_speaks_own_language(self) -> bool:
        fresh = self._clock.monotonic() - self._floor_language_at < STALE_AFTER_S
        return fresh and self._floor_language == model_code(self._language)

    def _status(self) -> BoothStatus:
        return replace(
            super()._status(),
            lag_ms=self._voice.lag_ms,
            queue_ms=self._voice.queue_ms,
            dropped_ms=self._voice.dropped_ms,
        )
