"""A talk interpreted by two services, the first of which has trouble now and then."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise

import aiohttp
from aiohttp import WSMsgType, web

from broadcaster.booths.engines.opening import Engines
from broadcaster.booths.floor.buffer import FloorBuffer
from broadcaster.booths.sessions.chain import SessionChain
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.failover.choices import Failover
from broadcaster.realtime.endpoint import Endpoint, Timeouts
from tests.chaos.harness import EVENT, Heard
from tests.chaos.words import BLOCK, FRAME, EchoServer, FastClock, Talk, echoing
from tests.support.tasks import background_task

IMPATIENT = Timeouts(connect_s=2.5, configure_s=1.5, silence_s=2.0, goodbye_s=0.2)
WORD_S = 10 * FRAME / CLOCK_HZ
"""Length of the sound of one word."""
CLOSES_AFTER_S = 2.0
SLOW_BLOCK_S = 0.4
"""Time in which a service that falls behind works off 0.2 s of sound."""
SETTLE_S = 12.0


class Trouble(Enum):
    """The ways in which a service is down."""

    NONE = "works"
    REFUSES = "closes the session and answers 503"
    HANGS = "says nothing any more"
    CLOSES = "closes every session with 1011, after 2 s at most"
    FALLS_BEHIND = "interprets half as fast as is spoken"


class TroubledServer(EchoServer):
    """An echo server that has trouble when a test says so."""

    def __init__(self, clock: FastClock) -> None:
        super().__init__(clock, 3_600, set())
        self._trouble = Trouble.NONE
        self._time = clock
        self._began_s: dict[int, float] = {}
        self._open: list[web.Request] = []

    @property
    def trouble(self) -> Trouble:
        """The trouble it has now. A server that begins to refuse cuts its sessions."""
        return self._trouble

    @trouble.setter
    def trouble(self, trouble: Trouble) -> None:
        self._trouble = trouble
        for request in self._open if trouble is Trouble.REFUSES else ():
            if request.transport is not None:
                request.transport.abort()

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        if self.trouble is Trouble.REFUSES:
            raise web.HTTPServiceUnavailable
        if self.trouble is Trouble.HANGS:
            return await self._hang(request)
        self._open.append(request)
        try:
            return await super().handle(request)
        finally:
            self._open.remove(request)

    async def say(self, socket: web.WebSocketResponse, event: dict[str, object]) -> None:
        now = self._time.monotonic()
        began = self._began_s.setdefault(id(socket), now)
        if self.trouble is Trouble.HANGS or socket.closed:
            return
        if self.trouble is Trouble.FALLS_BEHIND:
            await self._time.sleep(SLOW_BLOCK_S)
        if self.trouble is Trouble.CLOSES and now - began >= CLOSES_AFTER_S:
            await socket.close(code=1011, message=b"upstream failed")
            return
        await super().say(socket, event)

    @staticmethod
    async def _hang(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            assert message.type is WSMsgType.TEXT
            json.loads(message.data)
        return socket


@dataclass(frozen=True, slots=True)
class Outage:
    """Trouble of the first service.

    Attributes:
        trouble: its kind.
        from_s: seconds after the talk began.
        until_s: from then on it works.
    """

    trouble: Trouble
    from_s: float
    until_s: float


class RankedHeard(Heard):
    """The text and sound that listeners get, and from which service.

    Attributes:
        spoken: for each word that is heard, the time it came and the number of its service.
        rank: returns the number of the service that speaks.
    """

    def __init__(self, talk: Talk, clock: FastClock) -> None:
        super().__init__(talk, clock)
        self.spoken: list[tuple[float, int]] = []
        self.rank: Callable[[], int] = lambda: 0
        self._time = clock

    def push_speech(self, pcm: bytes, source_position: int, answered_ms: int | None = None) -> None:
        super().push_speech(pcm, source_position, answered_ms)
        self.spoken.append((self._time.monotonic(), self.rank()))

    def silences(self) -> list[tuple[float, float]]:
        """The silences of a listener: when each began, and its seconds."""
        found, ended_s = [], 0.0
        for came_s, _ in self.spoken:
            if came_s > ended_s:
                found.append((ended_s, came_s - ended_s))
            ended_s = max(ended_s, came_s) + WORD_S
        return found


class Broadcast:
    """A talk interpreted by two services.

    Args:
        talk: what is said.
        outages: trouble of the first service, in order.
        failover: the event's choices.
        speed: of the clock.
    """

    def __init__(
        self,
        talk: Talk,
        outages: Sequence[Outage],
        failover: Failover | None = None,
        speed: float = 1.0,
    ) -> None:
        self.talk = talk
        self.outages = outages
        self.clock = FastClock(speed)
        self.preferred, self.other = TroubledServer(self.clock), TroubledServer(self.clock)
        self.heard = RankedHeard(talk, self.clock)
        self.ranks: list[tuple[float, int]] = []
        self.errors: Counter[str] = Counter()
        self.fed_blocks: dict[int, int] = {}
        self._event = replace(EVENT, failover=failover or Failover())

    async def run(self) -> None:
        """Play the talk to its end."""
        buffer = FloorBuffer()
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(aiohttp.ClientSession())
            openers = []
            for server in (self.preferred, self.other):
                url = await stack.enter_async_context(echoing(server))
                engines = Engines(http, Endpoint(url, "key"), "c", "t", timeouts=IMPATIENT)
                openers.append(engines.opener(EVENT.channels[0]))
            chain = SessionChain(
                language="es",
                event=self._event,
                opener=openers[0],
                fallbacks=openers[1:],
                buffer=buffer,
                sink=self.heard,
                report_state=self.heard.report,
                clock=self.clock,
            )
            self.heard.rank = lambda: chain.rank
            await stack.enter_async_context(background_task(chain.run(), "session chain"))
            for block in self.talk.blocks():
                now_s = (block.position + BLOCK) / CLOCK_HZ
                await self.clock.sleep(now_s - self.clock.monotonic())
                self.preferred.trouble = self._trouble_at(now_s)
                buffer.push_floor_block(block)
                self._note(now_s, chain)
            await self.clock.sleep(SETTLE_S)
            self.fed_blocks = {use.rank: use.fed_blocks for use in chain.counts.uses()}

    def _trouble_at(self, now_s: float) -> Trouble:
        for outage in self.outages:
            if outage.from_s <= now_s < outage.until_s:
                return outage.trouble
        return Trouble.NONE

    def _note(self, now_s: float, chain: SessionChain) -> None:
        trouble = chain.recovery
        if trouble.failures > self.errors.total() and trouble.last_failure is not None:
            self.errors[trouble.last_failure[0].error] += trouble.failures - self.errors.total()
        if not self.ranks or self.ranks[-1][1] != chain.rank:
            self.ranks.append((now_s, chain.rank))

    @property
    def text(self) -> tuple[int, int]:
        """Words of the captions that are missing, and those that came again."""
        return _lost_and_repeated(self.talk, self.heard.words)

    @property
    def sound(self) -> tuple[int, int]:
        """The same of the sound."""
        return _lost_and_repeated(self.talk, self.heard.sounds)

    def taken_over_s(self, outage: Outage) -> float:
        """Seconds from the beginning of an outage until the second service is heard."""
        times = [at for at, rank in self.heard.spoken if rank == 1 and at >= outage.from_s]
        return times[0] - outage.from_s

    def returned_s(self, outage: Outage) -> float:
        """Seconds from the end of an outage until the first service is heard again."""
        spoken = [one for one in self.heard.spoken if one[0] >= outage.from_s]
        back = (at for (_, before), (at, rank) in pairwise(spoken) if (before, rank) == (1, 0))
        return next(back) - outage.until_s

    def longest_silence_s(self, outage: Outage, later_s: float) -> float:
        """The longest silence of a listener from an outage on, until some time after its end."""
        until_s = outage.until_s + later_s
        return max(
            length
            for began, length in self.heard.silences()
            if began + length >= outage.from_s and began < until_s
        )


def _lost_and_repeated(talk: Talk, heard: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return len(set(talk.words) - set(heard)), len(heard) - len(set(heard))
