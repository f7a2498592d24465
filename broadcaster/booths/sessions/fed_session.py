"""One engine session: fed from the floor buffer, its output read into a queue.

Output that no speech can be the reason for is left out; see `speech_gate`.
"""

import asyncio
from collections import deque
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Self

from broadcaster.booths.engines.engine import EndsSoon, Engine, EngineOutput
from broadcaster.booths.floor.buffer import BLOCK_SAMPLES, FloorBuffer
from broadcaster.booths.sessions.answer_delay import AnswerDelay
from broadcaster.booths.sessions.speech_gate import SpeechGate
from broadcaster.errors import InterpreterFailed
from broadcaster.model.ports import Clock

REPLAY_FRAME_S = 0.05
"""Time between blocks while a session catches up: four times real time."""
DRAIN_S = 8.0
"""How long a session may take to finish what it has heard."""
LONGEST_OUTPUT_QUEUE = 4_000
"""Outputs of a session that waits for the one before it; when full, the oldest is dropped."""


class FedSession:
    """An open session.

    Attributes:
        rank: number of its engine among those of the channel, 0 for the preferred one.
        fed: blocks sent, which the provider bills.
        is_fed: whether it hears the floor.
        began_at_ms: Unix time at which it was open.
    """

    def __init__(self, engine: Engine, buffer: FloorBuffer, clock: Clock, rank: int = 0) -> None:
        self.rank = rank
        self.fed = 0
        self.is_fed = False
        self.began_at_ms = clock.now_ms()
        self._engine = engine
        self._buffer = buffer
        self._clock = clock
        self._gate = SpeechGate(buffer.speech, clock.monotonic)
        self._answer_delay = AnswerDelay(clock.monotonic)
        self._next = 0
        self._counted_fed = 0
        self._counted_unsent = 0
        self._unusable_events = 0
        self._withheld_texts = 0
        self._until: int | None = None
        self._outputs: deque[EngineOutput] = deque(maxlen=LONGEST_OUTPUT_QUEUE)
        self._changed = asyncio.Event()
        self._ends_soon = asyncio.Event()
        self._ended = False
        self._failure: InterpreterFailed | None = None
        self._stack = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def open(
        cls,
        opening: AbstractAsyncContextManager[Engine],
        buffer: FloorBuffer,
        clock: Clock,
        rank: int = 0,
    ) -> Self:
        """Enter `opening`. The session hears nothing until `feed_from`.

        Raises:
            InterpreterFailed: the server refuses or cannot be reached.
        """
        async with AsyncExitStack() as stack:
            engine = await stack.enter_async_context(opening)
            session = cls(engine, buffer, clock, rank)
            session._stack = stack.pop_all()
        session._tasks.append(asyncio.create_task(session._read(), name="session read"))
        return session

    @property
    def expires_at(self) -> int | None:
        """Unix time in seconds at which the server ends the session."""
        return self._engine.expires_at

    async def ends_soon(self) -> None:
        """Return when the server says that it will end the session soon."""
        await self._ends_soon.wait()

    @property
    def complete(self) -> bool:
        """Whether the session answered everything it heard. Ask at its regular end."""
        return self._engine.complete

    @property
    def sends_unusable(self) -> bool:
        """Whether the server has sent sound or text that cannot be used."""
        return self._engine.unusable_events > 0

    def take_fed_blocks(self) -> int:
        """How many blocks were sent since the last call."""
        before, self._counted_fed = self._counted_fed, self.fed
        return self._counted_fed - before

    def take_unsent_blocks(self) -> int:
        """How many blocks were dropped since the last call: the connection was too slow."""
        before, self._counted_unsent = self._counted_unsent, self._engine.unsent_blocks
        return self._counted_unsent - before

    def take_unusable_events(self) -> int:
        """How many unusable events of the server there were since the last call."""
        before, self._unusable_events = self._unusable_events, self._engine.unusable_events
        return self._unusable_events - before

    def take_withheld_texts(self) -> int:
        """How many texts were dropped since the last call, because nobody had spoken."""
        before, self._withheld_texts = self._withheld_texts, self._gate.withheld_texts
        return self._withheld_texts - before

    def feed_from(self, position: int) -> None:
        """Feed it the floor from `position` on, faster than real time until it has caught up."""
        self._next = position
        self.is_fed = True
        self._tasks.append(asyncio.create_task(self._feed(), name="session feed"))

    def hear_again_from(self, position: int) -> None:
        """Feed it again from `position` on, because another sound was buffered there."""
        self._next = min(self._next, position)

    def stop_at(self, position: int) -> None:
        """Feed it only what lies before `position`, then let it finish."""
        self._until = position

    async def close(self) -> None:
        """Let the session finish. Its outputs end within `DRAIN_S`."""
        await self._engine.close(DRAIN_S)

    async def dispose(self) -> None:
        """Drop it at once."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._stack.aclose()

    async def output(self) -> EngineOutput | None:
        """The next output in order, None at the session's regular end.

        Raises:
            InterpreterFailed: the session dropped, or the server ended it.
        """
        while not self._outputs:
            if self._failure is not None:
                raise self._failure
            if self._ended:
                return None
            self._changed.clear()
            await self._changed.wait()
        return self._outputs.popleft()

    @property
    def over(self) -> bool:
        """Whether no further output comes: it has ended or was lost."""
        return self._ended

    def take_outputs(self) -> list[EngineOutput]:
        """The outputs that nobody has taken yet, in order; never waits."""
        outputs = list(self._outputs)
        self._outputs.clear()
        return outputs

    def put_back(self, outputs: list[EngineOutput]) -> None:
        """Let `output` begin with these, which were taken before."""
        self._outputs.extendleft(reversed(outputs))
        self._changed.set()

    async def _read(self) -> None:
        try:
            async for output in self._engine.outputs():
                if isinstance(output, EndsSoon):
                    self._ends_soon.set()
                    continue
                self._pass_on(self._gate.take(self._answer_delay.timed(output)))
        except InterpreterFailed as failure:
            self._failure = failure
        finally:
            self._ended = True
            self._pass_on(self._gate.end())

    def _pass_on(self, outputs: list[EngineOutput]) -> None:
        self._outputs.extend(outputs)
        self._changed.set()

    async def _feed(self) -> None:
        while self._until is None or self._next < self._until:
            block = self._buffer.after(self._next)
            if block is None:
                await self._buffer.grown()
                continue
            if self._until is not None and block.position >= self._until:
                break
            self._engine.push_floor_pcm(block.position, block.pcm)
            self._answer_delay.feed(block.position)
            self._pass_on(self._gate.feed(block.position))
            self.fed += 1
            self._next = block.position + BLOCK_SAMPLES
            if self._buffer.after(self._next) is not None:
                await self._clock.sleep(REPLAY_FRAME_S)
        await self.close()
