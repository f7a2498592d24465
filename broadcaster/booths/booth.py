"""One booth: floor PCM to its interpreter, interpreted sound and captions to its channel."""

import logging
from dataclasses import replace

from broadcaster.booths.playout.channel import ChannelOutput
from broadcaster.booths.playout.queue import Skip
from broadcaster.booths.playout.voice import Voice
from broadcaster.booths.staffing.orders import Duty
from broadcaster.booths.text.glossary import WINDOW_MS, GlossaryWatch
from broadcaster.booths.text.spoken_language import LanguageWatch, model_code, prepare
from broadcaster.booths.workplace import Kit, Workplace
from broadcaster.model import keys
from broadcaster.model.audience import Audience
from broadcaster.model.caption import Caption
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
from broadcaster.realtime.protocol.translation import endpoint_language

log = logging.getLogger("broadcaster.booths")

SKIPPED = " […] "
"""The mark in the captions where sound was left out to catch up."""
LAST_WORDS_S = 5.0
"""How long a booth that leaves goes on playing what its interpreter has said."""
_SHORT_WAIT_S = 0.1


class Booth(Workplace):
    """Interprets one event's floor into one language.

    Its failures stay its own: whatever happens to the session, the booth goes through
    `BOOTH_TRANSITIONS`, says why, and lets the floor be heard meanwhile.

    Args:
        event: the event when the booth starts; changes are followed.
        channel: what it fills.
        kit: engines, prices, limits.
        bus: where the floor comes from and the channel goes.
        clock: time.
        duty: what is asked of it; None to interpret until cancelled.
    """

    def __init__(
        self,
        event: Event,
        channel: Channel,
        kit: Kit,
        bus: Bus,
        clock: Clock,
        duty: Duty | None = None,
    ) -> None:
        self._language = endpoint_language(channel.language)
        super().__init__(
            event,
            channel.language,
            kit.engines.kind(channel),
            lambda now: kit.engines.interpreter(now, channel),
            kit,
            bus,
            clock,
            duty or Duty(),
            LanguageWatch(self._language),
        )
        self._voice = Voice(kit.limits, self._skipped)
        self._output = ChannelOutput(
            event.id, channel.language, bus, clock, self._voice, kit.frame_samples
        )
        self._glossary = GlossaryWatch(channel.language)
        self._floor_language = ""
        self._floor_language_at = 0.0
        self._audience = Audience(self._output.variants, clock)

    async def run(self) -> None:
        """Interpret until cancelled or the duty ends, then finish the sentence."""
        await prepare()
        await self._work(
            self._output.hear_floor,
            self._output.run(self._ear.clock),
            self._watch_status(),
            self._read_source(),
        )

    def sound(self, pcm: bytes, source_position: int) -> None:
        """See `rendition.Sink`."""
        self._voice.say(pcm, source_position)

    def text(self, text: str) -> None:
        """See `rendition.Sink`."""
        super().text(text)
        self._glossary.hear_channel(text, self._ear.now_ms())

    async def _play_out(self) -> None:
        """Let the last words be heard."""
        until = self._clock.monotonic() + LAST_WORDS_S
        while self._voice.queue_ms and self._clock.monotonic() < until:
            await self._clock.sleep(_SHORT_WAIT_S)

    def _skipped(self, skip: Skip) -> None:
        log.warning("%d ms of interpretation were skipped to catch up", skip.dropped_ms)
        self._captions.push(SKIPPED, self._ear.now_ms())

    async def _watch_status(self) -> None:
        """Learn what the floor speaks and who listens to which variant."""
        async with self._bus.subscribe(keys.status(self._event.id)) as messages:
            async for status in statuses(messages):
                match status:
                    case BoothStatus(channel=channel, floor_language=language):
                        if channel == FLOOR:
                            self._floor_language = language
                            self._floor_language_at = self._clock.monotonic()
                            self._decide()
                    case EdgeStatus():
                        self._audience.hear(status)
                    case _:
                        pass

    async def _read_source(self) -> None:
        """Learn which terms of the glossary the speaker said; what is long past is left out."""
        while not self._ear.clock.started:
            await self._clock.sleep(_SHORT_WAIT_S)
        async for entry in self._bus.follow(keys.captions(self._event.id, FLOOR)):
            caption = Caption.from_json(entry.payload)
            now_ms = self._ear.now_ms()
            if caption.final and now_ms - caption.end_ms < WINDOW_MS:
                self._glossary.hear_source(caption.text, now_ms)

    def _decide(self) -> None:
        self._glossary.use(self._event)
        self._glossary.expire(self._ear.now_ms())
        own_language = self._floor_speaks_own_language()
        self._interpretation.expect_silence(expected=own_language)
        working = self._state in {BoothState.LIVE, BoothState.ROTATING}
        down = not (working and self._duty.interpreting)
        self._output.floor_wanted = down or own_language
        self._output.wanted = self._audience.wanted()

    def _floor_speaks_own_language(self) -> bool:
        fresh = self._clock.monotonic() - self._floor_language_at < STALE_AFTER_S
        return fresh and self._floor_language == model_code(self._language)

    def _status(self) -> BoothStatus:
        return replace(
            super()._status(),
            lag_ms=self._voice.lag_ms,
            queue_ms=self._voice.queue_ms,
            dropped_ms=self._voice.dropped_ms,
            glossary_said=self._glossary.hits + self._glossary.missed,
            glossary_hits=self._glossary.hits,
        )
