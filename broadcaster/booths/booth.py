"""One booth: it fills one channel of one event.

floor ─▶ FloorReceiver ─▶ SessionChain ─▶ sink ─▶ the channel's Opus and captions
              │                                     ▲
              └── every frame, in case the floor must fill in ──┘

A language channel gets a `ChannelSink` behind an interpreter. The floor channel gets a
`TranscriptSink` behind a transcriber, once per event and not once per language.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from broadcaster.booths.demand.orders import BoothOrders
from broadcaster.booths.engines.opening import EngineOpener, Engines
from broadcaster.booths.floor.buffer import BLOCK_SAMPLES
from broadcaster.booths.floor.receiver import FloorReceiver
from broadcaster.booths.playout.catch_up import CatchUpLimits
from broadcaster.booths.sessions.chain import SessionChain
from broadcaster.booths.sinks import BoothSink, ChannelSink, TranscriptSink
from broadcaster.booths.status_reporter import StatusReporter
from broadcaster.booths.text.captions import CaptionWriter
from broadcaster.booths.text.spoken_language import LanguageWatch, load_language_models
from broadcaster.model import keys
from broadcaster.model.audio import OPUS_FRAME_SAMPLES, samples_to_ms
from broadcaster.model.event import Channel, EngineKind, Event
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import BoothState, BoothStatus
from broadcaster.realtime.session_events import Usage
from broadcaster.system.tasks import first_of

TICK_S = 0.1
"""Interval at which quiet captions are ended and missing floor audio is noticed."""

Price = Callable[[EngineKind, int, Usage], float]
"""The cost in USD of an engine, given milliseconds of sound sent and tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoothDependencies:
    """The services that every booth uses.

    Attributes:
        bus: where the floor comes from and the channel goes.
        clock: time.
        engines: opens sessions.
        price: what they cost.
        limits: how a channel that is behind catches up.
        frame_samples: of an Opus packet.
    """

    bus: Bus
    clock: Clock
    engines: Engines
    price: Price
    limits: CatchUpLimits
    frame_samples: int = OPUS_FRAME_SAMPLES


class Booth:
    """Fills one channel until it is cancelled or its orders end.

    Its failures stay its own. Whatever happens to a session, the booth reports a state of
    `BOOTH_TRANSITIONS` with a reason, and the floor fills the channel until it is live again.

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
        self._name = f"booth:{event.id}:{channel.language}"
        self._orders = orders or BoothOrders()
        self._bus = bus
        self._clock = clock
        self._price = dependencies.price
        opener = dependencies.engines.opener(channel)
        self._engine = opener.kind
        self._floor = FloorReceiver(event.id, bus, clock)
        self._captions = CaptionWriter(event.id, channel.language, bus)
        # The reporter asks `_measure`, and the sink `_interpreting`, only once `run` has begun.
        self._reporter = StatusReporter(
            event=event.id,
            channel=channel.language,
            bus=bus,
            clock=clock,
            measure=self._measure,
        )
        voiced = opener.kind is not EngineKind.TRANSCRIBE
        self._sink: BoothSink = (
            self._channel_sink(event, opener, dependencies) if voiced else self._transcript_sink()
        )
        self._chain = SessionChain(
            language=channel.language,
            event=event,
            opener=opener,
            buffer=self._floor.buffer,
            sink=self._sink,
            report_state=self._reporter.move,
            clock=clock,
            language_watch=LanguageWatch(opener.language) if voiced else None,
            voiced=voiced,
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
            interpreting=self._interpreting,
            bus=dependencies.bus,
            clock=dependencies.clock,
            limits=dependencies.limits,
            frame_samples=dependencies.frame_samples,
        )

    def _transcript_sink(self) -> TranscriptSink:
        return TranscriptSink(
            floor=self._floor, captions=self._captions, language_changed=self._reporter.publish
        )

    async def run(self) -> None:
        """Work until the orders end, then let the engine finish its sentence and be heard.

        If the booth is cancelled, the engine still finishes, but only in writing: by then another
        booth may speak on the channel.
        """
        await load_language_models()
        try:
            async with self._captions.writing(self._floor.now_ms):
                # `_interpret` returns when the orders end; the others run until then.
                await first_of(
                    self._floor.receive(self._sink.push_floor_pcm),
                    self._interpret(),
                    self._sink.run(),
                    self._follow_event(),
                    self._keep_time(),
                    self._reporter.run(),
                    name=self._name,
                )
        finally:
            self._reporter.publish()

    async def _interpret(self) -> None:
        """Follow the orders. Return when they have ended and the rest was played."""
        while not self._orders.ended:
            if self._orders.suspended:
                self._reporter.move(BoothState.FAILED, self._orders.suspended)
                await self._orders.begins()
            else:
                await first_of(self._chain.run(), self._orders.stops(), name=self._name)
        await self._sink.finish()

    async def _follow_event(self) -> None:
        async for record in self._bus.watch(keys.event_record(self._event_id)):
            event = Event.from_json(record.value)
            self._chain.use_event(event)
            self._sink.use_event(event)

    async def _keep_time(self) -> None:
        while True:
            self._floor.tick(TICK_S)
            self._captions.tick(self._floor.now_ms())
            await self._clock.sleep(TICK_S)

    def _interpreting(self) -> bool:
        """Whether the channel has an interpreter now."""
        working = self._reporter.state in {BoothState.LIVE, BoothState.ROTATING}
        return working and self._orders.interpreting

    def _measure(self, status: BoothStatus) -> BoothStatus:
        sent_ms = samples_to_ms(self._chain.fed_blocks * BLOCK_SAMPLES)
        status = replace(
            status,
            sent_ms=sent_ms,
            sessions=self._chain.sessions,
            unsent_ms=samples_to_ms(self._chain.unsent_blocks * BLOCK_SAMPLES),
            unusable_events=self._chain.unusable_events,
            withheld_texts=self._chain.withheld_texts,
            interpreter=self._engine,
            cost_usd=self._price(self._engine, sent_ms, self._chain.usage),
        )
        return self._sink.measure(status)
