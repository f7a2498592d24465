"""Lets requests begin a few at a time, so that a crowd of them does not delay the listeners' sound.

One event loop answers requests and sends sound. Without a limit, a crowd that asks all at once
would keep the loop busy until it is answered. So would one client that never stops asking. A hall
or a proxy appears as one address, so clients cannot be told apart by it. Therefore every request
waits in one queue, and sound goes out between the turns.
"""

import asyncio
from collections import deque

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

PER_TURN = 4
"""Requests begun in one turn of the event loop; each takes some tenths of a millisecond."""
_PROBES = frozenset({"/healthz", "/readyz"})
"""A late answer to these is taken for a dead server, so they have a queue of their own."""


class RequestQueue:
    """Lets callers begin in order of arrival.

    It holds at most one caller for each open connection, whose number `sockets/` limits.

    Args:
        per_turn: callers that begin in each turn of the event loop.
    """

    def __init__(self, per_turn: int = PER_TURN) -> None:
        self._per_turn = per_turn
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._begun = 0

    async def wait_for_turn(self) -> None:
        """Wait for a turn; returns at once when few are waiting."""
        if self._begun < self._per_turn and not self._waiting:
            self._begin()
            return
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        await waiting

    def _begin(self) -> None:
        self._begun += 1
        if self._begun == 1:
            asyncio.get_running_loop().call_soon(self._next_turn)

    def _next_turn(self) -> None:
        self._begun = 0
        while self._waiting and self._begun < self._per_turn:
            waiting = self._waiting.popleft()
            if not waiting.done():  # cancelled when its client disconnected
                waiting.set_result(None)
                self._begin()


def queueing() -> Middleware:
    """A middleware that lets the requests of one application begin a few at a time."""
    requests, probes = RequestQueue(), RequestQueue(per_turn=1)

    @web.middleware
    async def queue_requests(request: web.Request, handler: Handler) -> web.StreamResponse:
        await (probes if request.path in _PROBES else requests).wait_for_turn()
        return await handler(request)

    return queue_requests
