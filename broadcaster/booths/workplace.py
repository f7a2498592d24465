"""What every booth has: an ear, an engine over many sessions, captions, a state it reports."""

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from broadcaster.booths.engines.engine import Engine
from broadcaster.booths.engines.opening import Engines
from broadcaster.booths.floor.receiver import Ear, FloorFrame
from broadcaster.booths.playout.catch_up import CatchUpLimits
from broadcaster.booths.sessions.chain import Interpretation
from broadcaster.booths.staffing.orders import Duty
from broadcaster.booths.text.captions import CaptionWriter
from broadcaster.booths.text.spoken_language import LanguageWatch
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, OPUS_FRAME_SAMPLES
from broadcaster.model.event import Event, Interpreter
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import (
    BOOTH_TRANSITIONS,
    STATUS_INTERVAL_S,
    BoothState,
    BoothStatus,
    status_to_json,
)
from broadcaster.realtime.session_events import Usage
from broadcaster.realtime.wire import FRAME_SAMPLES
from broadcaster.system.tasks import first_of

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
        frame_samples: of an Opus packet.
    """

    engines: Engines
    price: Price
    limits: CatchUpLimits
    frame_samples: int = OPUS_FRAME_SAMPLES


class Workplace:
    """The part that a booth with a voice and the one that only writes have in common.

    Args:
        event: the event when the booth starts; changes are followed.
        channel: what it fills.
        kind: its engine; None transcribes.
        connect: opens a session for the event as it is then.
        kit: engines, prices, limits.
        bus: where the floor comes from and the channel goes.
        clock: time.
        duty: what is asked of it.
        watch: notices an interpreter in the wrong language.
    """

    def __init__(
        self,
        event: Event,
        channel: str,
        kind: Interpreter | None,
        connect: Callable[[Event], AbstractAsyncContextManager[Engine]],
        kit: Kit,
        bus: Bus,
        clock: Clock,
        duty: Duty,
        watch: LanguageWatch | None = None,
    ) -> None:
        self._event = event
        self._duty = duty
        self._channel = channel
        self._kind = kind
        self._kit = kit
        self._bus = bus
        self._clock = clock
        self._ear = Ear(event.id, bus, clock)
        self._captions = CaptionWriter(event.id, channel, bus)
        self._interpretation = Interpretation(
            channel,
            lambda: connect(self._event),
            self._ear.memory,
            self,
            self._move,
            clock,
            watch,
            voiced=kind is not None,
        )
        self._state = BoothState.IDLE
        self._reason = ""

    def sound(self, pcm: bytes, source_position: int) -> None:
        """See `rendition.Sink`; without a voice there is none."""

    def text(self, text: str) -> None:
        """See `rendition.Sink`."""
        self._captions.push(text, self._ear.now_ms())

    def overheard(self, text: str) -> None:
        """See `rendition.Sink`."""

    def join(self) -> None:
        """See `rendition.Sink`."""
        self._captions.join()

    async def _work(self, frame_heard: FloorFrame, *more: Coroutine[Any, Any, None]) -> None:
        """Work until the duty ends, then let the engine finish its sentence and be heard.

        Cancelled, the engine still finishes, but only in writing: another booth may speak.

        Args:
            frame_heard: takes every frame of the floor.
            more: what else runs meanwhile.
        """
        name = self._name
        try:
            async with self._captions.writing(self._ear.now_ms):
                await first_of(
                    self._ear.listen(frame_heard),
                    self._ear.keep_time(),
                    self._interpret(),
                    self._watch_event(),
                    self._tick(),
                    *more,
                    name=name,
                )
        finally:
            self._publish_status()

    @property
    def _name(self) -> str:
        return f"booth:{self._event.id}:{self._channel}"

    async def _interpret(self) -> None:
        """Interpret while the duty says so; return when it has ended and all is heard."""
        while not self._duty.ended:
            if self._duty.held:
                self._move(BoothState.FAILED, self._duty.held)
                await self._duty.begins()
            else:
                await first_of(self._interpretation.run(), self._duty.stops(), name=self._name)
        await self._play_out()

    async def _play_out(self) -> None:
        """Let the last words be heard; without a voice there are none."""

    async def _watch_event(self) -> None:
        async for record in self._bus.watch(keys.event_record(self._event.id)):
            self._event = Event.from_json(record.value)

    async def _tick(self) -> None:
        """Decide what is to be decided, end quiet captions, report once a second."""
        next_status = self._clock.monotonic()
        while True:
            self._decide()
            self._captions.tick(self._ear.now_ms())
            if self._clock.monotonic() >= next_status:
                next_status += STATUS_INTERVAL_S
                self._publish_status()
            await self._clock.sleep(_TICK_S)

    def _decide(self) -> None:
        """Called ten times a second."""

    def _move(self, state: BoothState, reason: str = "") -> None:
        known = state is self._state or state in BOOTH_TRANSITIONS[self._state]
        assert known, f"{self._state} → {state}"
        self._state, self._reason = state, reason
        self._publish_status()

    def _status(self) -> BoothStatus:
        sent_ms = self._interpretation.fed_blocks * FRAME_SAMPLES * 1000 // CLOCK_HZ
        return BoothStatus(
            channel=self._channel,
            state=self._state,
            reason=self._reason,
            sent_ms=sent_ms,
            sessions=self._interpretation.sessions,
            unsent_ms=self._interpretation.unsent_blocks * FRAME_SAMPLES * 1000 // CLOCK_HZ,
            interpreter=self._kind or "transcribe",
            cost_usd=self._kit.price(self._kind, sent_ms, self._interpretation.usage),
        )

    def _publish_status(self) -> None:
        self._bus.publish(keys.status(self._event.id), status_to_json(self._status()))
