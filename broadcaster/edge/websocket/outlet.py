"""The WebSocket listeners of one channel. A frame is built once, and all get the same bytes."""

import asyncio
import math
from collections import deque
from collections.abc import Callable
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
from broadcaster.system.tasks import first_of, in_turns

BACKLOG_MS = 240
"""Newest sound a new listener gets at once, so that it starts right away."""
MOST_BACKLOG_MS = 1_440
"""Newest sound that a listener may ask for when it changes channel. It is a little more than the
longest buffer of the player, so that a listener on a bad network changes without a gap too."""
FLOWING_S = 0.5
"""A channel whose newest frame is older is not being encoded, and its backlog is of the past."""
MOST_WAITING_FRAMES = 64
"""Frames that may wait to be written; beyond it the oldest is dropped."""
MOVED_AT_ONCE = 64
"""Listeners that change to a channel in one turn of the event loop."""
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
        self._recent = Backlog(ms_to_samples(MOST_BACKLOG_MS))
        self._newest_at = -math.inf
        self._waiting_for_frame: dict[WebSocketListener, Callable[[], None]] = {}
        self._writing = asyncio.Lock()
        self._wrote = False

    def __len__(self) -> int:
        return len(self._listeners) + len(self._closing) + len(self._waiting_for_frame)

    @property
    def flowing(self) -> bool:
        """Whether frames come at present."""
        return self._clock.monotonic() - self._newest_at < FLOWING_S

    def add(self, transport: SocketTransport) -> WebSocketListener:
        """Start writing to a listener, beginning with the backlog."""
        listener = WebSocketListener(transport, self._clock, self._slow)
        transport.write(self._backlog(BACKLOG_MS))
        self._listeners.add(listener)
        return listener

    def take_over(self, listener: WebSocketListener, notice: bytes, backlog_ms: int) -> None:
        """Start writing to a listener that another outlet served.

        Args:
            listener: removed from that outlet.
            notice: the message before the first sound of this channel.
            backlog_ms: how much of the newest sound it gets at once, at most `MOST_BACKLOG_MS`.
        """
        listener.slow = self._slow
        listener.transport.write(notice + self._backlog(backlog_ms))
        self._listeners.add(listener)

    def wait_for_frame(self, listener: WebSocketListener, begin: Callable[[], None]) -> None:
        """Call `begin` before the next frame; until then another outlet serves the listener.

        A variant is encoded only while it has listeners, so this one counts from now on.
        """
        self._waiting_for_frame[listener] = begin

    def forget(self, listener: WebSocketListener) -> None:
        """Take back `wait_for_frame`."""
        self._waiting_for_frame.pop(listener, None)

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
        for listener in (*self._listeners.members(), *self._closing, *self._waiting_for_frame):
            listener.transport.abort()

    async def _say_goodbye(self, listener: WebSocketListener) -> None:
        # One that has changed channel since then gets its goodbye there.
        if listener in self._listeners and not listener.transport.is_closing():
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
            if not self.flowing:
                self._recent.clear()
            async for listener in in_turns(list(self._waiting_for_frame), MOVED_AT_ONCE):
                if begin := self._waiting_for_frame.get(listener):
                    begin()
            self._recent.push(frame, samples)
            self._newest_at = self._clock.monotonic()
            await self._listeners.send_to_all(frame)
        self._wrote = True

    def _backlog(self, longest_ms: int) -> bytes:
        return b"".join(self._recent.newest(ms_to_samples(longest_ms)) if self.flowing else ())

    async def _keep_open(self) -> None:
        while True:
            self._wrote = False
            await self._clock.sleep(IDLE_S)
            if not self._wrote:
                async with self._writing:
                    await self._listeners.send_to_all(PING)
