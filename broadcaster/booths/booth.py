"""One booth: floor PCM to its interpreter, interpreted sound and captions to its channel."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress

from broadcaster.audio.blocks import Block, Blocks
from broadcaster.backoff import Backoff
from broadcaster.booths.captions import CaptionWriter
from broadcaster.booths.channel_output import ChannelOutput
from broadcaster.booths.floor_clock import FloorClock
from broadcaster.booths.playout import Playout
from broadcaster.errors import InterpreterFailed
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, AudioFrame, ms_to_samples, samples_to_ms
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import (
    BOOTH_TRANSITIONS,
    STATUS_INTERVAL_S,
    BoothState,
    BoothStatus,
    status_to_json,
)
from broadcaster.realtime.connection import TranslationConnection
from broadcaster.realtime.outputs import AudioDelta, OutputText
from broadcaster.realtime.wire import FRAME_SAMPLES
from broadcaster.tasks import first_of

log = logging.getLogger("broadcaster.booths")

Connect = Callable[[str], AbstractAsyncContextManager[TranslationConnection]]
"""Opens a session that interprets into a language (BCP 47)."""

WAITING_BLOCKS = 10
"""200 ms blocks kept for a session that is not connected yet: 2 s, the oldest go first."""
FLOOR_LATE_S = 0.5
"""Without floor frames for this long the interpreter is fed silence."""
FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 8.0
LONGEST_ASKED_S = 300.0
"""A server's Retry-After is honoured up to this."""
DRAIN_S = 8.0
"""How long a closing booth waits for its interpreter's last words."""
_TICK_S = 0.1


class Booth:
    """Interprets one event's floor into one language until cancelled.

    Its failures stay its own: whatever happens to the session, the booth goes through
    `BOOTH_TRANSITIONS` and says why.

    Args:
        event: id of the event.
        language: BCP 47 tag, id of the channel it fills.
        bus: where the floor comes from and the channel goes.
        connect: opens sessions.
        clock: time.
    """

    def __init__(self, event: str, language: str, bus: Bus, connect: Connect, clock: Clock) -> None:
        self._event = event
        self._language = language
        self._bus = bus
        self._connect = connect
        self._clock = clock
        self._floor_clock = FloorClock(clock)
        self._blocks = Blocks(FRAME_SAMPLES, aligned=True)
        self._waiting: deque[Block] = deque(maxlen=WAITING_BLOCKS)
        self._connection: TranslationConnection | None = None
        self._session_start: int | None = None
        self._playout = Playout()
        self._captions = CaptionWriter(event, language, bus)
        self._state = BoothState.IDLE
        self._reason = ""
        self._sessions = 0
        self._sent_blocks = 0
        self._dropped_blocks = 0

    async def run(self) -> None:
        """Interpret until cancelled, then let the interpreter finish its sentence."""
        output = ChannelOutput(self._event, self._language, self._bus, self._clock)
        name = f"booth:{self._event}:{self._language}"
        writing = asyncio.create_task(self._captions.run(), name=f"{name}/captions")
        try:
            await first_of(
                self._hear(),
                self._supervise(),
                output.run(self._playout, self._floor_clock),
                self._tick(),
                name=name,
            )
        finally:
            await self._captions.finish()
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def _hear(self) -> None:
        """Cut the floor into the interpreter's frames."""
        async with self._bus.subscribe(keys.floor_pcm(self._event)) as floor:
            async for message in floor:
                frame = AudioFrame.from_bytes(message.payload)
                end = frame.position + len(frame.payload) // 2
                self._floor_clock.observe(end)
                self._feed(self._blocks.push(frame.position, frame.payload))

    def _feed(self, blocks: list[Block]) -> None:
        for block in blocks:
            if len(self._waiting) == WAITING_BLOCKS:
                self._dropped_blocks += 1
            self._waiting.append(block)
        while self._connection is not None and self._waiting:
            block = self._waiting.popleft()
            if self._session_start is None:
                self._session_start = block.position
            self._connection.append(block.pcm)
            self._sent_blocks += 1

    async def _supervise(self) -> None:
        """Keep a session open; one that fails for good waits for the organizer."""
        backoff = Backoff(FIRST_RETRY_S, LONGEST_RETRY_S)
        while True:
            self._move(BoothState.CONNECTING)
            try:
                async with self._connect(self._language) as connection:
                    self._move(BoothState.LIVE)
                    backoff.reset()
                    await self._interpret(connection)
                failure = InterpreterFailed(
                    "session_ended", "the interpreter ended the session", retryable=True
                )
            except InterpreterFailed as error:
                failure = error
            if not failure.retryable:
                self._move(BoothState.FAILED, failure.advice())
                log.error("booth failed: %s", failure.error)
                await asyncio.get_running_loop().create_future()
            asked_s = min(failure.retry_after_s or 0.0, LONGEST_ASKED_S)
            delay_s = max(backoff.next_s(), asked_s)
            self._move(BoothState.RETRYING, failure.message)
            log.warning("booth retries in %.1f s: %s", delay_s, failure.error)
            await self._clock.sleep(delay_s)

    async def _interpret(self, connection: TranslationConnection) -> None:
        self._sessions += 1
        self._session_start = None
        self._connection = connection
        self._feed([])
        try:
            await self._receive(connection)
        except asyncio.CancelledError:
            self._connection = None
            with suppress(TimeoutError, InterpreterFailed):
                async with asyncio.timeout(DRAIN_S):
                    await connection.close()
                    await self._receive(connection)
            raise
        finally:
            self._connection = None
            self._captions.end_session(samples_to_ms(self._floor_clock.now()))

    async def _receive(self, connection: TranslationConnection) -> None:
        async for output in connection:
            match output:
                case AudioDelta():
                    self._playout.push(output.pcm, self._source_position(output.elapsed_ms))
                case OutputText():
                    self._captions.push(output.text, samples_to_ms(self._floor_clock.now()))
                case _:
                    pass

    def _source_position(self, elapsed_ms: int | None) -> int:
        if elapsed_ms is None or self._session_start is None:
            return self._floor_clock.now()
        return self._session_start + ms_to_samples(elapsed_ms)

    async def _tick(self) -> None:
        """Feed silence while the floor is away, end quiet captions, report once a second."""
        next_status = self._clock.monotonic()
        while True:
            if self._floor_clock.started:
                late = ms_to_samples(int(FLOOR_LATE_S * 1000))
                self._feed(self._blocks.advance_to(self._floor_clock.now() - late))
                self._captions.tick(samples_to_ms(self._floor_clock.now()))
            if self._clock.monotonic() >= next_status:
                next_status += STATUS_INTERVAL_S
                self._publish_status()
            await self._clock.sleep(_TICK_S)

    def _move(self, state: BoothState, reason: str = "") -> None:
        assert state in BOOTH_TRANSITIONS[self._state], f"{self._state} → {state}"
        self._state, self._reason = state, reason
        self._publish_status()

    def _publish_status(self) -> None:
        lag = self._playout.lag
        status = BoothStatus(
            channel=self._language,
            state=self._state,
            reason=self._reason,
            lag_ms=None if lag is None else samples_to_ms(lag),
            queue_ms=samples_to_ms(self._playout.queued),
            sent_ms=self._sent_blocks * FRAME_SAMPLES * 1000 // CLOCK_HZ,
            sessions=self._sessions,
            dropped_ms=samples_to_ms(self._playout.dropped + self._dropped_blocks * FRAME_SAMPLES),
        )
        self._bus.publish(keys.status(self._event), status_to_json(status))
