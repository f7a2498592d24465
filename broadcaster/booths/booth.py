"""One booth: it fills one channel of one event.

floor ─▶ FloorReceiver ─▶ SessionChain ─▶ sink ─▶ the channel's Opus and captions
              │                                     ▲
              └── every frame, in case the floor must fill in ──┘

A language channel gets a `ChannelSink` behind an interpreter. The floor channel gets a
`TranscriptSink` behind a transcriber, once per event and not once per language.
"""

import asyncio
import logging
from dataclasses import replace

from broadcaster.booths.announcements.reading import AnnouncementReader
from broadcaster.booths.announcements.speaker import AnnouncementSpeaker
from broadcaster.booths.demand.orders import BoothOrders
from broadcaster.booths.dependencies import BoothDependencies
from broadcaster.booths.engines.line_up import line_up
from broadcaster.booths.engines.opening import EngineOpener
from broadcaster.booths.floor.receiver import FloorReceiver
from broadcaster.booths.human.interpreter import HumanInterpreter
from broadcaster.booths.measures import with_sessions, with_transcript
from broadcaster.booths.progress import ChannelProgress, LeftProgress
from broadcaster.booths.relay.relayed_sound import RelayedSound
from broadcaster.booths.sessions.chain import SessionChain
from broadcaster.booths.sinks import BoothSink, ChannelSink
from broadcaster.booths.status_reporter import StatusReporter
from broadcaster.booths.text.captions import CaptionWriter
from broadcaster.booths.text.left_captions import LeftCaptions, read_left_captions
from broadcaster.booths.text.spoken_language import LanguageWatch, load_language_models
from broadcaster.booths.transcript_sink import TranscriptSink
from broadcaster.errors import BusUnavailable
from broadcaster.model import keys
from broadcaster.model.event import Channel, EngineKind, Event
from broadcaster.model.review.replacements import read_replacements
from broadcaster.model.status import BoothState, BoothStatus
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.booths")

TICK_S = 0.1
"""Interval at which quiet captions are ended and missing floor audio is noticed."""
READ_AGAIN_S = 0.5
"""Pause before what another booth left is read again, when the bus did not answer."""


class Booth:
    """Fills one channel until it is cancelled or its orders end.

    Its failures stay its own. Whatever happens to a session, the booth reports a state of
    `BOOTH_TRANSITIONS` with a reason, and the floor fills the channel until it is live again.

    It goes on where the channel's last booth stopped, wherever that ran: it hears the floor again
    from the last finished sentence, and leaves out what is captions already.

    Args:
        event: the event when the booth starts; the booth follows its record.
        channel: what it fills.
        dependencies: engines, prices, limits.
        orders: what it is told to do; None to interpret until cancelled.
    """

    def __init__(
        self,
        *,
        event: Event,
        channel: Channel,
        dependencies: BoothDependencies,
        orders: BoothOrders | None = None,
    ) -> None:
        bus, clock = dependencies.bus, dependencies.clock
        self._event_id = event.id
        self._channel = channel.language
        self._filled = channel
        self._name = f"booth:{event.id}:{channel.language}"
        self._orders = orders or BoothOrders()
        self._bus = bus
        self._clock = clock
        self._price = dependencies.price
        wanted = event.failover.order(channel.providers)
        self._ranked = line_up(channel, dependencies.known, wanted)
        opener, *fallbacks = (one.opener for one in self._ranked)
        self._floor = FloorReceiver(
            keys.floor_pcm(event.id), bus, clock, dependencies.shared_blocks, event.live_at_ms
        )
        self._relayed = self._relayed_sound(event, channel, dependencies)
        self._captions = CaptionWriter(event.id, channel.language, bus)
        self._lost = False
        self._progress = ChannelProgress(
            event=event.id,
            channel=channel.language,
            bus=bus,
            clock=clock,
            captions=self._captions,
        )
        # The reporter asks `_measure`, and the sink `_interpreting`, only once `run` has begun.
        self._reporter = StatusReporter(
            event=event.id,
            channel=channel.language,
            bus=bus,
            clock=clock,
            measure=self._measure,
        )
        voiced = opener.kind is not EngineKind.TRANSCRIBE
        self._sink: BoothSink
        self._human: HumanInterpreter | None = None
        self._announcements: AnnouncementSpeaker | None = None
        if voiced:
            sink = self._channel_sink(event, opener, dependencies)
            self._sink, self._human = sink, sink.human
            self._announcements = self._speaker(sink, dependencies)
        else:
            self._sink = self._transcript_sink()
        self._chain = SessionChain(
            language=channel.language,
            event=_as_heard(event, channel),
            opener=opener,
            buffer=(self._relayed or self._floor).buffer,
            sink=self._sink,
            report_state=self._reporter.move,
            clock=clock,
            language_watch=LanguageWatch(opener.language) if voiced else None,
            voiced=opener.speaks,
            fallbacks=fallbacks,
            finishes=lambda: self._finishes() and not self._resting,
        )

    def _relayed_sound(
        self, event: Event, channel: Channel, dependencies: BoothDependencies
    ) -> RelayedSound | None:
        """The sound that the booth hears instead of the floor; None if it hears the floor."""
        if not channel.relay_from:
            return None
        relay = FloorReceiver(
            keys.relay_pcm(event.id, channel.relay_from),
            self._bus,
            self._clock,
            dependencies.shared_blocks,
            event.live_at_ms,
        )
        return RelayedSound(
            floor=self._floor,
            relay=relay,
            clock=self._clock,
            floor_only=self._floor_needs_no_interpreter,
            hear_again=self._hear_again_from,
        )

    def _channel_sink(
        self, event: Event, opener: EngineOpener, dependencies: BoothDependencies
    ) -> ChannelSink:
        return ChannelSink(
            event=event,
            channel=opener.channel.language,
            language=opener.language,
            floor=self._floor,
            captions=self._captions,
            progress=self._progress,
            interpreting=self._interpreting,
            bus=dependencies.bus,
            clock=dependencies.clock,
            limits=dependencies.limits,
            frame_samples=dependencies.frame_samples,
            transcriber=dependencies.engines.transcriber(opener.channel),
            finishes=self._finishes,
            orders=self._orders,
            voice_changed=self._reporter.publish,
        )

    def _speaker(self, sink: ChannelSink, dependencies: BoothDependencies) -> AnnouncementSpeaker:
        known = dependencies.known
        return AnnouncementSpeaker(
            event=self._event_id,
            channel=self._channel,
            bus=self._bus,
            clock=self._clock,
            reader=AnnouncementReader(self._event_id, self._filled, known, self._bus),
            inserted=sink.inserted,
            human_heard=lambda: sink.human.heard,
            orders=self._orders,
        )

    def _transcript_sink(self) -> TranscriptSink:
        return TranscriptSink(
            floor=self._floor,
            captions=self._captions,
            progress=self._progress,
            language_changed=self._reporter.publish,
        )

    async def run(self) -> None:
        """Work until the orders end, then let the engine finish its sentence and be heard.

        A booth that is cancelled stops at once if another process can go on, now or after the next
        start. If none can, the engine still finishes, but only in writing.
        """
        await load_language_models()
        await self._go_on()
        try:
            async with self._captions.writing(self._floor.now_ms, self._finishes):
                # `_interpret` returns when the orders end; the others run until then.
                await first_of(
                    (self._relayed or self._floor).receive(self._sink.push_floor_pcm),
                    self._interpret(),
                    self._sink.run(),
                    self._follow_event(),
                    self._captions.follow_replacements(),
                    self._captions.speakers.follow(),
                    self._keep_time(),
                    self._reporter.run(),
                    self._speak_announcements(),
                    self._progress.run(self._sink.played_samples),
                    name=self._name,
                )
            if self._orders.ended:
                await self._progress.end(self._sink.sound_until())
            else:
                await self._progress.finish(self._sink.sound_until())
        except asyncio.CancelledError:
            if not self._lost:
                await self._progress.stop(self._sink.sound_until())
            raise
        finally:
            self._reporter.publish()

    def abandon(self) -> None:
        """Write nothing from now on: another process may have the channel."""
        self._lost = True

    def _finishes(self) -> bool:
        """Whether to finish the sentence under way, now that the booth stops."""
        if self._lost:
            return False
        return not self._orders.interpreting or self._orders.leaving or not self._bus.resumable

    async def _go_on(self) -> None:
        """Go on where the channel's last booth stopped."""
        progress, left, said = await self._read_left()
        if left.last is not None:
            self._captions.go_on_after(left.last)
        self._sink.begin_sound_at(progress.sound_until)
        if progress.done_until is not None:
            (self._relayed or self._floor).begin_at(progress.done_until)
            self._chain.go_on_after(said, progress.done_until)

    async def _read_left(self) -> tuple[LeftProgress, LeftCaptions, list[str]]:
        """Read where the last booth stopped, its captions, and their texts as they were said.

        It waits until the bus answers.
        """
        while True:
            try:
                progress = await self._progress.read()
                left = await read_left_captions(self._bus, self._event_id, self._channel)
                replacements = await read_replacements(self._bus, self._event_id)
                said = left.texts_as_said(self._channel, replacements.on(self._channel))
                if self._human is not None:
                    await self._human.go_on(said)
            except BusUnavailable as error:
                log.warning("cannot read what the last booth did: %s", error.message)
                await self._clock.sleep(READ_AGAIN_S)
            else:
                return progress, left, said

    async def _interpret(self) -> None:
        """Follow the orders. Return when they have ended and the rest was played."""
        while not (self._orders.ended or self._orders.leaving):
            if self._orders.suspended:
                await self._progress.end(self._sink.sound_until())
                self._chain.begin_now()
                self._reporter.move(BoothState.FAILED, self._orders.suspended)
                await self._orders.begins()
            elif self._human is not None and self._human.resting:
                await self._rest(self._human)
            else:
                await first_of(
                    self._chain.run(),
                    self._orders.stops(),
                    self._leave(),
                    self._until_rest(),
                    name=self._name,
                )
        await self._sink.finish()

    @property
    def _resting(self) -> bool:
        return self._human is not None and self._human.resting

    async def _until_rest(self) -> None:
        """Return when a human is heard, and the AI stands by without a session."""
        if self._human is None:
            await asyncio.get_running_loop().create_future()
        else:
            await self._human.rests(resting=True)

    async def _rest(self, human: HumanInterpreter) -> None:
        """Stand by without a session; then begin where the human interpreter stopped."""
        await self._progress.end(self._sink.sound_until())
        self._reporter.move(BoothState.IDLE)
        await first_of(
            human.rests(resting=False),
            self._orders.stops(),
            self._orders.leaves(),
            name=self._name,
        )
        self._chain.go_on_after([], human.stopped_at)

    async def _leave(self) -> None:
        """Let the chain stop at a pause when the orders say so; its end ends the interpretation."""
        await self._orders.leaves()
        self._chain.leave()
        await asyncio.get_running_loop().create_future()

    async def _follow_event(self) -> None:
        async for record in self._bus.watch(keys.event_record(self._event_id)):
            event = Event.from_json(record.value)
            self._chain.use_event(_as_heard(event, self._filled))
            self._sink.use_event(event)

    async def _speak_announcements(self) -> None:
        if self._announcements is None:
            await asyncio.get_running_loop().create_future()
        else:
            await self._announcements.run()

    async def _keep_time(self) -> None:
        while True:
            (self._relayed or self._floor).tick(TICK_S)
            self._captions.tick(self._floor.now_ms())
            await self._clock.sleep(TICK_S)

    def _interpreting(self) -> bool:
        """Whether the channel has an interpreter now."""
        working = self._reporter.state in {BoothState.LIVE, BoothState.ROTATING}
        return working and self._orders.interpreting

    def _floor_needs_no_interpreter(self) -> bool:
        return self._sink.silence_expected()

    def _hear_again_from(self, position: int) -> None:
        self._chain.hear_again_from(position)

    def _measure(self, status: BoothStatus) -> BoothStatus:
        status = with_sessions(status, self._chain, self._ranked)
        if self._human is not None:
            status = with_transcript(status, self._human.transcript, self._price)
        if self._relayed is not None and not self._relayed.on_floor:
            status = replace(status, relay_from=self._filled.relay_from)
        return self._sink.measure(status)


def _as_heard(event: Event, channel: Channel) -> Event:
    """The event for the engine: what the speaker speaks says nothing about a relay's language."""
    return replace(event, source_language=None) if channel.relay_from else event
