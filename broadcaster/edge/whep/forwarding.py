"""Forwards requests over the bus to the edge process that they are for.

Edge processes share an address behind `--workers` or a proxy, but a WebRTC session lives in one of
them. The bus may lose a request or its answer; the client is then told that there is no such
session, as if the other process had ended.
"""

import asyncio
import itertools
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from broadcaster.edge.whep.sessions import SessionCall
from broadcaster.model import keys
from broadcaster.model.ports import Bus
from broadcaster.web.errors import REFUSALS, Refused, refusal

log = logging.getLogger("broadcaster.edge")

ANSWER_S = 2.0
"""Time to wait for another process. The page waits as long for its DELETE."""
MOST_WAITING = 1_000
"""Requests of one process that may wait for other processes; each holds a connection."""


class RequestForwarder:
    """Sends requests to other edge processes, and answers theirs.

    Args:
        bus: connects the processes.
        edge: the id of this process.
        take: carries out a request to a session of this process, or raises one of `REFUSALS`.
    """

    def __init__(self, bus: Bus, edge: str, take: Callable[[SessionCall], Awaitable[None]]) -> None:
        self._bus = bus
        self._edge = edge
        self._take = take
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Refused | None]] = {}
        self._open = asyncio.Event()

    async def run(self) -> None:
        """Answer the other processes and take their answers, until cancelled."""
        async with self._bus.subscribe(keys.edge(self._edge)) as messages:
            self._open.set()
            async for message in messages:
                try:
                    await self._receive(json.loads(message.payload))
                except Exception:
                    log.exception("a message from another edge process could not be handled")

    async def forward(self, edge: str, call: SessionCall) -> None:
        """Have another process carry out a request to one of its sessions.

        Raises:
            Refused: by that process, or 503 `too_many_waiting`.
            TimeoutError: no answer within `ANSWER_S`.
        """
        if len(self._waiting) >= MOST_WAITING:
            raise Refused(
                503,
                "too_many_waiting",
                "too many requests are waiting for other processes of this server",
                hint="Try again in a few seconds.",
                headers={"Retry-After": "3"},
            )
        number = next(self._numbers)
        answered = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._open.wait()
                self._send(edge, number, asked_by=self._edge, call=asdict(call))
                refused = await answered
        finally:
            del self._waiting[number]
        if refused is not None:
            raise refused

    async def _receive(self, message: dict[str, Any]) -> None:
        number = message["number"]
        if "call" in message:
            async with asyncio.timeout(ANSWER_S):
                refused = await self._refusal(SessionCall(**message["call"]))
            self._send(message["asked_by"], number, refused=refused)
        elif (answered := self._waiting.get(number)) and not answered.done():
            refused = message["refused"]
            answered.set_result(Refused(**refused) if refused else None)

    async def _refusal(self, call: SessionCall) -> dict[str, Any] | None:
        try:
            await self._take(call)
        except REFUSALS as error:
            refused = refusal(error)
            return {**refused.body(), "status": refused.status, "headers": refused.headers}
        return None

    def _send(self, edge: str, number: int, **what: Any) -> None:
        self._bus.publish(keys.edge(edge), json.dumps({"number": number, **what}).encode())
