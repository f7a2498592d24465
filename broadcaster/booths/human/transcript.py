"""Writes down what a human interpreter says: the captions of a channel while they are heard.

Each turn of the interpreter has an engine session of its own, which begins where they are heard and
ends when all they said is written.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from broadcaster.booths.demand.orders import BoothOrders
from broadcaster.booths.engines.opening import EngineOpener
from broadcaster.booths.floor.buffer import BLOCK_SAMPLES, FloorBuffer
from broadcaster.booths.progress import ChannelProgress
from broadcaster.booths.sessions.chain import SessionChain
from broadcaster.booths.text.captions import CaptionWriter
from broadcaster.booths.timing.places import TextPlace
from broadcaster.booths.timing.sources import HUMAN_LAG_MS, sourced
from broadcaster.model.audio import samples_to_ms
from broadcaster.model.event import EngineKind, Event
from broadcaster.model.ports import Clock
from broadcaster.model.status import BoothState
from broadcaster.realtime.session_events import Usage
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.booths")

COMPLETE_S = 8.0
"""The captions of the AI wait this long for those of a turn that has ended; what comes later is
written all the same."""

MOST_TURNS = 20
"""Turns that wait until those before them are written; the oldest of them are dropped."""

Price = Callable[[EngineKind, int, Usage], float]


@dataclass(slots=True)
class _Turn:
    """A time in which an interpreter was heard; event-clock samples, no end while it goes on."""

    begins_at: int
    ends_at: int | None = None


class HumanTranscript:
    """Transcribes the turns of a channel's human interpreters; a `Sink` of its sessions.

    Args:
        event: the event as it is now.
        channel: id of the channel.
        opener: opens sessions of the transcriber.
        buffer: the interpreter's sound.
        captions: writes the channel's captions.
        write: takes the text.
        progress: records how far the interpreter's words are captions.
        clock: time.
        finishes: asked when the booth stops; False leaves the rest to another booth.
        orders: of the booth; while it is suspended nothing is written down.
        complete: called when all of a turn is written, or that has taken too long.

    Attributes:
        sessions: sessions opened in turns that have ended.
    """

    def __init__(
        self,
        *,
        event: Event,
        channel: str,
        opener: EngineOpener,
        buffer: FloorBuffer,
        captions: CaptionWriter,
        write: Callable[[str, TextPlace | None], None],
        progress: ChannelProgress,
        clock: Clock,
        finishes: Callable[[], bool],
        orders: BoothOrders,
        complete: Callable[[], None],
    ) -> None:
        self._event = event
        self._channel = channel
        self._opener = opener
        self._buffer = buffer
        self._captions = captions
        self._write = write
        self._progress = progress
        self._clock = clock
        self._finishes = finishes
        self._orders = orders
        self._complete = complete
        self._chain: SessionChain | None = None
        self._turns: deque[_Turn] = deque()
        """The first one is being written down, the others wait for it."""
        self._left_texts: list[str] = []
        self._changed = asyncio.Event()
        self._ended_sessions = 0
        self._ended_blocks = 0
        self._ended_usage = Usage()

    @property
    def unwritten(self) -> bool:
        """Whether a turn goes on, or has ended and is not written to its end."""
        return bool(self._turns)

    @property
    def sessions(self) -> int:
        """Sessions opened so far."""
        return self._ended_sessions + (self._chain.sessions if self._chain is not None else 0)

    @property
    def sent_ms(self) -> int:
        """Sound sent so far, which the provider bills."""
        running = self._chain.counts.fed_blocks if self._chain is not None else 0
        return samples_to_ms((self._ended_blocks + running) * BLOCK_SAMPLES)

    def cost_usd(self, price: Price) -> float:
        """The cost of all turns so far."""
        usage = self._ended_usage
        if self._chain is not None:
            usage = usage + self._chain.counts.usage
        return price(EngineKind.TRANSCRIBE, self.sent_ms, usage)

    def use_event(self, event: Event) -> None:
        """Use this version of the event for the next sessions."""
        self._event = event
        if self._chain is not None:
            self._chain.use_event(event)

    def go_on_after(self, texts: list[str], done_until: int) -> None:
        """Go on with a turn that another booth wrote down up to `done_until`.

        Args:
            texts: the newest captions of the channel, oldest first.
            done_until: event-clock sample.
        """
        self._left_texts = texts
        self.begin_turn(done_until)

    def begin_turn(self, position: int) -> None:
        """Write down what is said from this position on, once the turns before are written."""
        if len(self._turns) == MOST_TURNS:
            del self._turns[1]
            log.warning("a turn of a human interpreter is not written down: too many wait")
        self._turns.append(_Turn(position))
        self._notify()

    def end_turn(self, position: int) -> None:
        """Write what was said up to this position and is not written yet; nothing follows.

        What is said later may be another turn, so nothing of it may be heard in this one.
        """
        if not self._turns:
            return
        turn = self._turns[-1]
        turn.ends_at = position + -position % BLOCK_SAMPLES
        if self._chain is not None and len(self._turns) == 1:
            self._chain.leave(turn.ends_at)
        elif self._orders.suspended:
            self._turns.pop()
            self._complete()

    async def run(self) -> None:
        """Write down one turn after the other until cancelled.

        What is said while the booth is suspended is never written down.
        """
        while True:
            turn = await self._next_turn()
            await self._transcribe(turn)
            if self._orders.suspended and turn.ends_at is None:
                continue
            self._turns.popleft()
            if not self._turns:
                self._complete()

    async def _next_turn(self) -> _Turn:
        """The next turn that may be written down."""
        while True:
            if self._orders.suspended:
                await self._orders.suspends(suspended=False)
                self._turns = deque(one for one in self._turns if one.ends_at is None)
                for one in self._turns:
                    one.begins_at = self._buffer.end
            elif self._turns:
                return self._turns[0]
            else:
                await self._changed.wait()

    async def _transcribe(self, turn: _Turn) -> None:
        chain = self._chain = SessionChain(
            language=self._channel,
            event=self._event,
            opener=self._opener,
            buffer=self._buffer,
            sink=self,
            report_state=_ignore,
            clock=self._clock,
            voiced=False,
            finishes=self._finishes,
        )
        texts, self._left_texts = self._left_texts, []
        chain.go_on_after(texts, turn.begins_at)
        if turn.ends_at is not None:
            chain.leave(turn.ends_at)
        try:
            await first_of(
                chain.run(),
                self._until_overdue(chain),
                self._orders.suspends(suspended=True),
                name="human interpreter",
            )
            await self._progress.end(0)
        finally:
            self._ended_sessions += chain.sessions
            self._ended_blocks += chain.counts.fed_blocks
            self._ended_usage = self._ended_usage + chain.counts.usage
            self._chain = None
        self._captions.end_sentence(samples_to_ms(self._buffer.end))

    async def _until_overdue(self, chain: SessionChain) -> None:
        """Let the captions of the AI go on when those of a turn that has ended do not come."""
        await chain.left()
        await self._clock.sleep(COMPLETE_S)
        log.warning("the captions of a human interpreter's last words are late")
        self._complete()
        await asyncio.get_running_loop().create_future()

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def push_speech(self, pcm: bytes, source_position: int, answered_ms: int | None = None) -> None:
        """See `Sink`; a transcriber does not speak."""

    def push_text(self, text: str, source: TextPlace | None = None) -> None:
        """See `Sink`."""
        self._write(text, sourced(source, source, HUMAN_LAG_MS))

    def push_source_text(self, text: str) -> None:
        """See `Sink`; the language is known."""

    def mark_done(self, position: int) -> None:
        """See `Sink`."""
        self._progress.mark(position)

    def end_phrase(self) -> None:
        """See `Sink`."""

    def begin_session(self) -> None:
        """See `Sink`."""
        self._captions.begin_session()

    def silence_expected(self) -> bool:
        """See `Sink`; every speech can be written down."""
        return False


def _ignore(_state: BoothState, _reason: str) -> None:
    """The booth's state is that of its interpreter."""
