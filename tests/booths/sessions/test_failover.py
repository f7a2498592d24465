"""A second engine takes over when the first has trouble, and gives the channel back."""

import asyncio
import json
from contextlib import AsyncExitStack
from enum import Enum

import aiohttp
import pytest
from aiohttp import WSMsgType, web

from broadcaster.booths.engines.opening import Engines
from broadcaster.booths.floor.buffer import FloorBuffer
from broadcaster.booths.sessions.chain import SessionChain
from broadcaster.model.status import BoothState
from broadcaster.realtime.endpoint import Endpoint, Timeouts
from tests.chaos.harness import EVENT, Heard
from tests.chaos.words import EchoServer, FastClock, Talk, echoing
from tests.support.tasks import background_task

IMPATIENT = Timeouts(connect_s=2.5, configure_s=1.5, silence_s=2.0, goodbye_s=0.2)
TROUBLE_S, RECOVERY_S, END_S = 20.0, 80.0, 170.0


class Trouble(Enum):
    """The ways in which a service is down."""

    NONE = "works"
    REFUSES = "answers 503"
    HANGS = "says nothing"
    DIES = "closes 1011 after 2 s"


class TroubledServer(EchoServer):
    """An echo server that has trouble when a test says so; it notes when it said something."""

    def __init__(self, clock: FastClock) -> None:
        super().__init__(clock, 3_600, set())
        self.trouble = Trouble.NONE
        self.said_at: list[float] = []
        self._now = clock.monotonic

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        if self.trouble is Trouble.REFUSES:
            raise web.HTTPServiceUnavailable
        if self.trouble is Trouble.HANGS:
            return await self._hang(request)
        async with background_task(self._spoil(request), "trouble"):
            return await super().handle(request)

    async def say(self, socket: web.WebSocketResponse, event: dict[str, object]) -> None:
        if self.trouble is Trouble.HANGS:
            return
        if "transcript" in str(event["type"]):
            self.said_at.append(self._now())
        await super().say(socket, event)

    async def _spoil(self, request: web.Request) -> None:
        """Cut a session 2 s after it began, or as soon as the trouble begins."""
        while self.trouble not in (Trouble.REFUSES, Trouble.DIES):
            await asyncio.sleep(0.05)
        if self.trouble is Trouble.DIES:
            await asyncio.sleep(2.0)
        assert request.transport is not None
        request.transport.abort()

    @staticmethod
    async def _hang(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            assert message.type is WSMsgType.TEXT
            json.loads(message.data)
        return socket


class Broadcast:
    """A talk interpreted by two engines, the first of which has trouble for a minute."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.clock = FastClock(1.0)
        self.preferred, self.other = TroubledServer(self.clock), TroubledServer(self.clock)
        self.heard = Heard(talk, self.clock)
        self.ranks: list[tuple[float, int]] = []

    async def run(self, trouble: Trouble) -> None:
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
                event=EVENT,
                opener=openers[0],
                fallbacks=openers[1:],
                buffer=buffer,
                sink=self.heard,
                report_state=self.heard.report,
                clock=self.clock,
            )
            await stack.enter_async_context(background_task(chain.run(), "session chain"))
            for block in self.talk.blocks():
                now_s = (block.position + 4_800) / 24_000
                await self.clock.sleep(now_s - self.clock.monotonic())
                self.preferred.trouble = (
                    trouble if TROUBLE_S <= now_s < RECOVERY_S else Trouble.NONE
                )
                buffer.push_floor_block(block)
                if not self.ranks or self.ranks[-1][1] != chain.rank:
                    self.ranks.append((now_s, chain.rank))
            await self.clock.sleep(12.0)


@pytest.mark.parametrize("trouble", [Trouble.REFUSES, Trouble.HANGS, Trouble.DIES])
async def test_the_next_engine_speaks_soon_and_the_first_comes_back(trouble: Trouble) -> None:
    broadcast = Broadcast(Talk.of_length(END_S, seed=7))
    await broadcast.run(trouble)
    heard, other = broadcast.heard, broadcast.other
    print(trouble, broadcast.ranks, max(heard.delays_s))
    assert heard.words == broadcast.talk.words
    assert set(heard.sounds) == set(broadcast.talk.words)
    assert [rank for _, rank in broadcast.ranks] == [0, 1, 0]
    assert RECOVERY_S < broadcast.ranks[2][0] < RECOVERY_S + 60
    assert BoothState.FAILED not in heard.states
    noticed_s = {Trouble.REFUSES: 0.0, Trouble.HANGS: IMPATIENT.silence_s, Trouble.DIES: 4.5}
    assert other.said_at[0] - TROUBLE_S - noticed_s[trouble] < 3.0
