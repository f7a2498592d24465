"""The WebSocket listeners of one channel. A frame is built once, and all get the same bytes."""

import asyncio
from collections import deque
from functools import partial

from broadcaster.edge.fanout.backlog import Backlog
from broadcaster.edge.fanout.outlet import Goodbye, OutletTools
from broadcaster.edge.websocket.inbound import PING
from broadcaster.edge.websocket.listener import (
    EVENT_ENDED,
    GOING_AWAY,
    WebSocketListener,
    websocket_frame,
)
from broadcaster.model.audio import ENVELOPE_HEADER_BYTES, ms_to_samples, opus_samples
from broadcaster.sockets.fan_out import FanOut
from broadcaster.sockets.transport import SocketTransport
from broadcaster.system.tasks import first_of

BACKLOG_MS = 240
"""Newest sound a new listener gets at once, so that it starts right away."""
MOST_WAITING_FRAMES = 64
"""Frames that may wait to be written; beyond it the oldest is dropped."""
IDLE_S = 25.0
"""A channel that sends nothing for this long pings its listeners, so that proxies keep them."""


class WebSocketOutlet:
    """See `fanout.outlet.Outlet`."""

    def __init__(self, tools: OutletTools) -> None:
        self._clock = tools.clock
        self._slow = tools.slow
        self._listeners: FanOut[WebSocketListener] = FanOut(tools.ring)
        self._closing: set[WebSocketListener] = set()
        self._waiting: deque[bytes] = deque()
        self._arrived = asyncio.Event()
        self._recent = Backlog(ms_to_samples(BACKLOG_MS))
        self._writing = asyncio.Lock()
        self._wrote = False

    def __len__(self) -> int:
        return len(self._listeners) + len(self._closing)

    def add(self, transport: SocketTransport) -> WebSocketListener:
        """Start writing to a listener, beginning with the backlog."""
        listener = WebSocketListener(transport, self._clock, self._slow)
        transport.write(b"".join(self._recent.pieces()))
        self._listeners.add(listener)
        return listener

    def remove(self, listener: WebSocketListener) -> None:
        """Stop writing to a listener."""
        self._listeners.remove(listener)
        self._closing.discard(listener)

    def send_envelope(self, envelope: bytes) -> None:
        """Queue a frame for `run`."""
        if len(self._waiting) == MOST_WAITING_FRAMES:
            self._waiting.popleft()
            self._slow.count_unsent(len(self._listeners))
        self._waiting.append(envelope)
        self._arrived.set()

    async def run(self) -> None:
        """Write frames until cancelled, and pings while no frame comes."""
        await first_of(self._write_frames(), self._keep_open(), name="websocket outlet")

    def end(self) -> None:
        """Close every connection with `EVENT_ENDED`."""
        for listener in self._listeners.members():
            self._end(listener, EVENT_ENDED)

    def goodbyes(self) -> list[Goodbye]:
        """A goodbye for each listener: its connection is closed with `GOING_AWAY`."""
        return [partial(self._say_goodbye, listener) for listener in self._listeners.members()]

    def cut(self) -> None:
        """Disconnect every listener."""
        for listener in (*self._listeners.members(), *self._closing):
            listener.transport.abort()

    async def _say_goodbye(self, listener: WebSocketListener) -> None:
        if not listener.transport.is_closing():
            self._end(listener, GOING_AWAY)

    def _end(self, listener: WebSocketListener, code: int) -> None:
        self._listeners.remove(listener)
        self._closing.add(listener)
        listener.end(code)

    async def _write_frames(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                await self._write_frame(self._waiting.popleft())

    async def _write_frame(self, envelope: bytes) -> None:
        frame = websocket_frame(envelope)
        samples = opus_samples(envelope[ENVELOPE_HEADER_BYTES:])
        async with self._writing:
            self._recent.push(frame, samples)
            await self._listeners.send_to_all(frame)
        self._wrote = True

    async def _keep_open(self) -> None:
        while True:
            self._wrote = False
            await self._clock.sleep(IDLE_S)
            if not self._wrote:
                async with self._writing:
                    await self._listeners.send_to_all(PING)
