"""The destination of a booth's speech and text: a language channel.

The source captions have a sink of their own, `transcript_sink.py`. Both are a `BoothSink`, and so
also an `output.Sink`.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from broadcaster.booths.demand.orders import BoothOrders
from broadcaster.booths.engines.opening import EngineOpener
from broadcaster.booths.floor.receiver import FloorReceiver
from broadcaster.booths.human.interpreter import HumanInterpreter
from broadcaster.booths.playout.catch_up import CatchUpLimits
from broadcaster.booths.playout.channel import ChannelMix, ChannelOutput, variants_of
from broadcaster.booths.playout.inserted import InsertedSpeech
from broadcaster.booths.playout.queue import Skip
from broadcaster.booths.playout.voice import ChannelVoice
from broadcaster.booths.progress import ChannelProgress
from broadcaster.booths.sessions.output import Sink
from broadcaster.booths.text.captions import CaptionWriter
from broadcaster.booths.text.glossary import WINDOW_MS, GlossaryWatch
from broadcaster.booths.text.spoken_language import model_code
from broadcaster.booths.timing.heard_times import HeardTimes
from broadcaster.booths.timing.places import TextPlace
from broadcaster.booths.timing.sources import USUAL_LAG_MS, SourcedPlace
from broadcaster.model import keys
from broadcaster.model.audience import Audience
from broadcaster.model.audio import ms_to_samples
from broadcaster.model.caption import Caption
from broadcaster.model.event import Event
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.relay.relays import relays
from broadcaster.model.status import STALE_AFTER_S, BoothStatus, EdgeStatus, statuses
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.booths")

SKIPPED = " […] "
"""The mark in the captions where sound was left out to catch up."""
LAST_WORDS_S = 5.0
"""Time in which a booth that stops may play the rest of its queue."""
LONGEST_INSERT_S = 60.0
"""It may play an announcement to its end for so long."""
_FLOOR_PAUSES = ms_to_samples(400)
"""After this much silence the floor does not speak any more."""


class BoothSink(Sink, Protocol):
    """A sink as its booth sees it; `Sink` is a sink as a session sees it."""

    async def run(self) -> None:
        """Work until cancelled."""

    async def finish(self) -> None:
        """Let what was said be heard; the booth is about to stop."""

    def push_floor_pcm(self, position: int, pcm: bytes) -> None:
        """Take the next floor frame, s16le mono 24 kHz."""

    def use_event(self, event: Event) -> None:
        """Take the event as it is now."""

    def measure(self, status: BoothStatus) -> BoothStatus:
        """The status with what this sink measures."""

    def played_samples(self) -> int:
        """Samples of speech that were played so far."""

    def begin_sound_at(self, position: int) -> None:
        """Go on with the channel's sound at this position, or later."""

    def sound_until(self) -> int:
        """Event-clock sample up to which the channel has sound."""


class ChannelSink:
    """A language channel: speech is played out as Opus, text becomes captions.

    While nobody interprets, or the speaker speaks the channel's language, the floor fills in.

    Args:
        event: the event as it is now.
        channel: id of the channel, a BCP 47 tag.
        language: ISO 639-1 code of what the interpreter speaks.
        floor: the floor.
        captions: writes the channel's captions.
        progress: records how far the channel is interpreted.
        interpreting: whether the booth interprets now.
        bus: where the channel goes, and status and source captions come from.
        clock: time.
        limits: how a channel that is behind catches up.
        frame_samples: of an Opus packet.
        transcriber: opens sessions that write down a human interpreter.
        finishes: asked when the booth stops; False leaves the rest to another booth.
        orders: of the booth.
        voice_changed: called at once when a human is heard instead of the AI, and back.

    Attributes:
        human: the channel's human interpreter.
        inserted: speech that is put into the pauses of the interpreter.
    """

    def __init__(
        self,
        *,
        event: Event,
        channel: str,
        language: str,
        floor: FloorReceiver,
        captions: CaptionWriter,
        progress: ChannelProgress,
        interpreting: Callable[[], bool],
        bus: Bus,
        clock: Clock,
        limits: CatchUpLimits,
        frame_samples: int,
        transcriber: EngineOpener,
        finishes: Callable[[], bool],
        orders: BoothOrders,
        voice_changed: Callable[[], None],
    ) -> None:
        self._event = event.id
        self._channel = channel
        self._language = language
        self._floor = floor
        self._captions = captions
        self._progress = progress
        self._interpreting = interpreting
        self._bus = bus
        self._clock = clock
        self._voice = ChannelVoice(limits, self._skipped)
        self._heard_times = HeardTimes(language, self._voice.heard, floor.clock.now)
        self.human = HumanInterpreter(
            event=event,
            channel=channel,
            bus=bus,
            clock=clock,
            floor=floor,
            captions=captions,
            write=self._write,
            transcriber=transcriber,
            finishes=finishes,
            orders=orders,
            changed=voice_changed,
        )
        self.inserted = InsertedSpeech()
        self._output = ChannelOutput(
            event=event.id,
            channel=channel,
            bus=bus,
            clock=clock,
            voice=self._voice,
            on_air=self.human.mixer,
            inserted=self.inserted,
            mix_now=self._mix_now,
            frame_samples=frame_samples,
        )
        self._glossary = GlossaryWatch(channel)
        self._glossary.use(event)
        self._relayed = channel in relays(event)
        self._audience = Audience(variants_of(channel), clock)
        self._floor_language = ""
        self._floor_language_at = 0.0
        self._lags_ms: dict[str, int | None] = {}
        self._relay_from = ""

    async def run(self) -> None:
        """See `BoothSink`."""
        await first_of(
            self._output.run(self._floor.clock),
            self._follow_status(),
            self._follow_source_captions(),
            self.human.run(),
            name=f"channel:{self._event}:{self._channel}",
        )

    async def finish(self) -> None:
        """See `BoothSink`."""
        await first_of(
            self.inserted.ended(),
            self._clock.sleep(LONGEST_INSERT_S),
            name=f"last announcement:{self._event}:{self._channel}",
        )
        await first_of(
            self._voice.drained(),
            self._clock.sleep(LAST_WORDS_S),
            name=f"last words:{self._event}:{self._channel}",
        )

    def push_floor_pcm(self, position: int, pcm: bytes) -> None:
        """See `BoothSink`."""
        self._output.push_floor_pcm(position, pcm)

    def push_speech(self, pcm: bytes, source_position: int, answered_ms: int | None = None) -> None:
        """See `Sink`."""
        first_sample = self._voice.pushed
        self._voice.push_speech(pcm, source_position, self._floor.clock.now(), answered_ms)
        if self._voice.pushed > first_sample:
            self._heard_times.push_speech(pcm, first_sample)

    def push_text(self, text: str, source: TextPlace | None = None) -> None:
        """See `Sink`; here the times are those of the channel's sound."""
        place: TextPlace = self._heard_times.push_text(text)
        if source is not None:
            place = SourcedPlace(place, source, self._relay_lag_ms())
        self.human.ai_text.push_ai_text(text, place)

    def push_source_text(self, text: str) -> None:
        """See `Sink`; an interpreter's channel has no use for it."""

    def mark_done(self, position: int) -> None:
        """See `Sink`."""
        self._progress.mark(position, self._voice.queued_samples)

    def end_phrase(self) -> None:
        """See `Sink`."""
        self._heard_times.end_phrase()

    def begin_session(self) -> None:
        """See `Sink`."""
        self._captions.begin_session()

    def silence_expected(self) -> bool:
        """See `Sink`."""
        fresh = self._clock.monotonic() - self._floor_language_at < STALE_AFTER_S
        return fresh and self._floor_language == model_code(self._language)

    def use_event(self, event: Event) -> None:
        """See `BoothSink`."""
        self._glossary.use(event)
        self.human.use_event(event)
        self._relayed = self._channel in relays(event)

    def measure(self, status: BoothStatus) -> BoothStatus:
        """See `BoothSink`."""
        self._relay_from = status.relay_from
        self._glossary.expire(self._floor.now_ms())
        on_air = "floor" if self._floor_fills_in() else "ai"
        return replace(
            self._output.measure(status),
            on_air="human" if self.human.heard else on_air,
            on_air_name=self.human.switch.on_air.name,
            on_air_reason=self.human.switch.reason,
            lag_ms=self._lag_ms(status.relay_from),
            glossary_said=self._glossary.hits + self._glossary.missed,
            glossary_hits=self._glossary.hits,
        )

    def played_samples(self) -> int:
        """See `BoothSink`."""
        return self._voice.played_samples

    def begin_sound_at(self, position: int) -> None:
        """See `BoothSink`."""
        self._output.begin_at(position)

    def sound_until(self) -> int:
        """See `BoothSink`."""
        return self._output.next_position

    def _lag_ms(self, relay: str) -> int | None:
        """The lag behind the floor: that of the relay is added, if one is heard."""
        own_ms = self._voice.lag_ms
        return None if own_ms is None else own_ms + (self._lags_ms.get(relay) or 0)

    def _relay_lag_ms(self) -> int:
        """How long after the speaker the relay says something; 0 if the floor is heard."""
        return (self._lags_ms.get(self._relay_from) or 0) + USUAL_LAG_MS if self._relay_from else 0

    def _mix_now(self) -> ChannelMix:
        speech, end = self._floor.buffer.speech, self._floor.buffer.end
        return ChannelMix(
            self._floor_fills_in(),
            self._audience.wanted(),
            self._relayed,
            floor_speaks=self.inserted.wanted
            and speech.last_spoken(end - _FLOOR_PAUSES, end) is not None,
        )

    def _floor_fills_in(self) -> bool:
        if self.human.heard:
            return False
        return self.silence_expected() or not self._interpreting()

    def _write(self, text: str, place: TextPlace | None) -> None:
        now_ms = self._floor.now_ms()
        self._captions.push_text(text, now_ms, place)
        self._glossary.hear_channel(text, now_ms)

    def _skipped(self, skip: Skip) -> None:
        log.warning("skipped %d ms of interpretation to catch up", skip.dropped_ms)
        self.human.ai_text.push_ai_text(SKIPPED, self._heard_times.push_text(SKIPPED))

    async def _follow_status(self) -> None:
        """Learn what the floor speaks, how far others lag, and which variants have listeners."""
        async with self._bus.subscribe(keys.status(self._event)) as messages:
            async for status in statuses(messages):
                match status:
                    case BoothStatus(channel=channel, floor_language=language, lag_ms=lag_ms):
                        self._lags_ms[channel] = lag_ms
                        if channel == FLOOR:
                            self._floor_language = language
                            self._floor_language_at = self._clock.monotonic()
                    case EdgeStatus():
                        self._audience.record(status)
                    case _:
                        pass

    async def _follow_source_captions(self) -> None:
        """Learn which terms of the glossary the speaker said lately."""
        await self._floor.clock.start()
        async for entry in self._bus.follow(keys.captions(self._event, FLOOR)):
            caption = Caption.from_json(entry.payload)
            now_ms = self._floor.now_ms()
            is_said = caption.final and not caption.revision
            if is_said and now_ms - caption.end_ms < WINDOW_MS:
                self._glossary.hear_source(caption.text, now_ms)
