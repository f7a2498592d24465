"""A link that is fed the floor frame by frame."""

from collections import deque
from typing import TypeVar

import aiohttp

from broadcaster.realtime import wire
from broadcaster.realtime.protocol.session import ListeningProtocol, State
from broadcaster.realtime.session_events import SessionReady
from broadcaster.realtime.socket.link import Link

QUEUE_FRAMES = 2_000 // wire.FRAME_MS
"""Frames that wait for the socket at most: 2 s."""

F = TypeVar("F", bound=ListeningProtocol)


class ListeningLink(Link[F]):
    """A live session that takes sound.

    Attributes:
        sent_frames: frames handed to the socket, what the provider bills.
        dropped_frames: frames not sent because the socket was slow or the session over.
        overflowed_frames: those of them that a slow socket left out of a session that went on.
    """

    def __init__(
        self,
        ws: aiohttp.ClientWebSocketResponse,
        protocol: F,
        session: SessionReady,
        silence_s: float,
    ) -> None:
        super().__init__(ws, protocol, session, silence_s)
        self.sent_frames = 0
        self.dropped_frames = 0
        self.overflowed_frames = 0
        self._queue: deque[bytes] = deque()

    def append(self, pcm: bytes) -> None:
        """Queue one frame; never waits.

        When the queue is full its oldest frame is dropped; after the session has ended or `close`
        was called, the frame is. Both are counted, and iterating tells why.

        Args:
            pcm: 200 ms, 9600 bytes s16le mono 24 kHz.

        Raises:
            ValueError: it has another length.
        """
        if len(pcm) != wire.FRAME_BYTES:
            raise ValueError(f"a frame has {wire.FRAME_BYTES} bytes, this has {len(pcm)}")
        if not self._writing or self._protocol.state is not State.LIVE:
            self.dropped_frames += 1
            return
        if len(self._queue) == QUEUE_FRAMES:
            self._queue.popleft()
            self.dropped_frames += 1
            self.overflowed_frames += 1
        self._queue.append(pcm)
        self._rouse_writer()

    async def write(self) -> None:
        """Send queued frames until the session ends; `open_link` owns the task."""
        try:
            await super().write()
        finally:
            self.dropped_frames += len(self._queue)
            self._queue.clear()

    def _feed(self) -> bool:
        if not self._queue or self._protocol.state is not State.LIVE:
            return False
        self._protocol.append(self._queue.popleft())
        self.sent_frames += 1
        return True
