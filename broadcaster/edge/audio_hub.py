"""One channel's sound for all its listeners in this process."""

from collections import deque

from broadcaster.edge.listener import Listener, websocket_frame
from broadcaster.model.ports import Bus

BACKLOG_FRAMES = 4
"""Newest frames (60 ms each) a new listener gets at once, so that sound starts right away."""
DEPTH = 64
"""Frames the hub may be behind the bus, about four seconds."""


class AudioHub:
    """One subscription, one ring of recent frames, any number of listeners.

    A frame is framed once and the same bytes are written to everybody; nothing here waits for a
    listener.
    """

    def __init__(self, bus: Bus, topic: str) -> None:
        self._bus = bus
        self._topic = topic
        self._recent: deque[bytes] = deque(maxlen=BACKLOG_FRAMES)
        self._listeners: set[Listener] = set()
        self.skipped_frames = 0
        """Frames not written because a listener was too slow."""

    def __len__(self) -> int:
        return len(self._listeners)

    def add(self, listener: Listener) -> None:
        """Start writing to a listener, beginning with the backlog."""
        for frame in self._recent:
            listener.write(frame)
        self._listeners.add(listener)

    def remove(self, listener: Listener) -> None:
        """Stop writing to a listener."""
        self._listeners.discard(listener)

    def end(self) -> None:
        """Tell every listener that the event is over."""
        for listener in self._listeners:
            listener.end()

    def cut(self) -> None:
        """Disconnect every listener; their pages connect anew."""
        for listener in self._listeners:
            listener.cut()

    async def run(self) -> None:
        """Write every frame of the channel to every listener, until cancelled."""
        async with self._bus.subscribe(self._topic, depth=DEPTH) as frames:
            async for message in frames:
                frame = websocket_frame(message.payload)
                self._recent.append(frame)
                for listener in self._listeners:
                    if not listener.write(frame):
                        self.skipped_frames += 1
