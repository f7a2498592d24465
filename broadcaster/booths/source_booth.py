"""The floor channel's captions: one transcription per event, not one per language."""

from broadcaster.booths.booth import Kit
from broadcaster.booths.captions import CaptionWriter
from broadcaster.booths.ear import Ear
from broadcaster.booths.interpretation import Interpretation
from broadcaster.booths.spoken_language import SpokenLanguage, prepare
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.event import Event
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import STATUS_INTERVAL_S, BoothState, BoothStatus, status_to_json
from broadcaster.realtime.wire import FRAME_SAMPLES
from broadcaster.tasks import first_of

_TICK_S = 0.1


class SourceBooth:
    """Writes down one event's floor until cancelled, and knows which language it speaks.

    Args:
        event: the event when it starts.
        kit: engines and prices.
        bus: where the floor comes from and the captions go.
        clock: time.
    """

    def __init__(self, event: Event, kit: Kit, bus: Bus, clock: Clock) -> None:
        self._event = event
        self._kit = kit
        self._bus = bus
        self._clock = clock
        self._ear = Ear(event.id, bus, clock)
        self._captions = CaptionWriter(event.id, FLOOR, bus)
        self._language = SpokenLanguage()
        self._writing = Interpretation(
            FLOOR,
            lambda: kit.engines.transcriber(self._event),
            self._ear.memory,
            self,
            self._move,
            clock,
        )
        self._state = BoothState.IDLE
        self._reason = ""

    async def run(self) -> None:
        """Write until cancelled."""
        await prepare()
        try:
            async with self._captions.writing(self._ear.now_ms):
                await first_of(
                    self._ear.listen(lambda _position, _pcm: None),
                    self._ear.keep_time(),
                    self._writing.run(),
                    self._watch_event(),
                    self._tick(),
                    name=f"booth:{self._event.id}:{FLOOR}",
                )
        finally:
            self._publish_status()

    def sound(self, pcm: bytes, source_position: int) -> None:
        """See `interpretation.Sink`; a transcription has no sound."""

    def text(self, text: str) -> None:
        """See `interpretation.Sink`."""
        self._captions.push(text, self._ear.now_ms())
        self._language.add(text)

    def join(self) -> None:
        """See `interpretation.Sink`."""
        self._captions.join()

    async def _watch_event(self) -> None:
        async for record in self._bus.watch(keys.event_record(self._event.id)):
            self._event = Event.from_json(record.value)

    async def _tick(self) -> None:
        next_status = self._clock.monotonic()
        while True:
            self._captions.tick(self._ear.now_ms())
            if self._clock.monotonic() >= next_status:
                next_status += STATUS_INTERVAL_S
                self._publish_status()
            await self._clock.sleep(_TICK_S)

    def _move(self, state: BoothState, reason: str = "") -> None:
        self._state, self._reason = state, reason
        self._publish_status()

    def _publish_status(self) -> None:
        sent_ms = self._writing.fed_blocks * FRAME_SAMPLES * 1000 // CLOCK_HZ
        status = BoothStatus(
            channel=FLOOR,
            state=self._state,
            reason=self._reason,
            sent_ms=sent_ms,
            sessions=self._writing.sessions,
            interpreter="transcribe",
            cost_usd=self._kit.price(None, sent_ms, self._writing.usage),
            floor_language=self._language.language,
        )
        self._bus.publish(keys.status(self._event.id), status_to_json(status))
