"""One channel's sound for all its listeners in this process."""

import asyncio
from typing import Protocol

from broadcaster.edge.fanout.backlog import Backlog
from broadcaster.edge.websocket.inbound import PING
from broadcaster.edge.websocket.listener import Listener, SlowListeners, websocket_frame
from broadcaster.model.audio import ENVELOPE_HEADER_BYTES, ms_to_samples, opus_samples
from broadcaster.model.ports import Bus, Clock
from broadcaster.sockets.fan_out import FanOut
from broadcaster.sockets.transport import SocketTransport
from broadcaster.sockets.uring import Ring
from broadcaster.system.tasks import first_of

BACKLOG_MS = 240
"""Newest sound a new listener gets at once, so that it starts right away."""
DEPTH = 64
"""Frames the hub may be behind the bus: about four seconds of 60 ms, over one of 20 ms."""
IDLE_S = 25.0
"""A channel that says nothing for so long pings its listeners, so that proxies keep them."""


class Outlet(Protocol):
    """Another way out of a hub, with listeners of its own."""

    def __len__(self) -> int: ...

    def send(self, envelope: bytes) -> None:
        """Pass one frame on; never waits."""

    def end(self) -> None:
        """Tell every listener that the event is over."""

    def cut(self) -> None:
        """Disconnect every listener."""


class AudioHub:
    """One subscription, one ring of recent frames, any number of listeners.

    A frame is framed once and the same bytes are written to everybody; nothing here waits for a
    listener.
    """

    def __init__(self, bus: Bus, topic: str, clock: Clock, ring: Ring | None) -> None:
        self._bus = bus
        self._topic = topic
        self._clock = clock
        self._recent = Backlog(ms_to_samples(BACKLOG_MS))
        self._listeners: FanOut[Listener] = FanOut(ring)
        self._writing = asyncio.Lock()
        self._wrote = False
        self.slow = SlowListeners()
        self.outlets: list[Outlet] = []
        """Ways out beside WebSockets."""

    def __len__(self) -> int:
        return len(self._listeners) + sum(len(outlet) for outlet in self.outlets)

    def add(self, transport: SocketTransport) -> Listener:
        """Start writing to a WebSocket, beginning with the backlog."""
        listener = Listener(transport, self._clock, self.slow)
        transport.write(b"".join(self._recent.pieces()))
        self._listeners.add(listener)
        return listener

    def remove(self, listener: Listener) -> None:
        """Stop writing to a listener."""
        self._listeners.remove(listener)

    def end(self) -> None:
        """Tell every listener that the event is over."""
        for listener in self._listeners.members():
            listener.end()
        for outlet in self.outlets:
            outlet.end()

    def cut(self) -> None:
        """Disconnect every listener; their pages connect anew."""
        for listener in self._listeners.members():
            listener.transport.abort()
        for outlet in self.outlets:
            outlet.cut()

    async def run(self) -> None:
        """Write every frame of the channel to every listener, until cancelled."""
        await first_of(self._write_frames(), self._keep_open(), name=f"audio:{self._topic}")

    async def _write_frames(self) -> None:
        async with self._bus.subscribe(self._topic, depth=DEPTH) as frames:
            async for message in frames:
                frame = websocket_frame(message.payload)
                samples = opus_samples(message.payload[ENVELOPE_HEADER_BYTES:])
                for outlet in self.outlets:
                    outlet.send(message.payload)
                async with self._writing:
                    self._recent.push(frame, samples)
                    await self._listeners.send(frame)
                self._wrote = True

    async def _keep_open(self) -> None:
        while True:
            self._wrote = False
            await self._clock.sleep(IDLE_S)
            if not self._wrote:
                async with self._writing:
                    await self._listeners.send(PING)
