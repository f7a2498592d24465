"""A live session that is fed the floor frame by frame: a translation or a transcription."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from yarl import URL

from broadcaster.realtime import wire
from broadcaster.realtime.endpoint import Endpoint, Timeouts
from broadcaster.realtime.protocol.session import AudioProtocol
from broadcaster.realtime.session_events import SessionEvent, SessionReady
from broadcaster.realtime.socket.frame_queue import FrameQueue
from broadcaster.realtime.socket.opening import open_session_socket
from broadcaster.realtime.socket.session import SessionSocket


class AudioConnection:
    """Append sound, iterate over what comes back (see `SessionSocket`), close."""

    def __init__(self, socket: SessionSocket, frames: FrameQueue) -> None:
        self._socket = socket
        self._frames = frames

    @property
    def session(self) -> SessionReady:
        """The server's id for it and when it expires."""
        return self._socket.session

    @property
    def complete(self) -> bool:
        """Whether everything heard has been answered, as far as the server says."""
        return self._socket.complete

    @property
    def frames(self) -> FrameQueue:
        """Counts of what was sent and dropped."""
        return self._frames

    @property
    def skipped_events(self) -> int:
        """Server events that were unknown, misplaced or malformed."""
        return self._socket.skipped_events

    @property
    def unusable_events(self) -> int:
        """Events that were malformed, so that nothing of them could be used."""
        return self._socket.unusable_events

    def append(self, pcm: bytes) -> None:
        """Queue one frame; never waits.

        When the queue is full its oldest frame is dropped. After the session has ended or `close`
        was called, this frame is. `frames` counts both, and iterating tells why.

        Args:
            pcm: 200 ms, 9600 bytes s16le mono 24 kHz.

        Raises:
            ValueError: it has another length.
        """
        if len(pcm) != wire.FRAME_BYTES:
            raise ValueError(f"a frame has {wire.FRAME_BYTES} bytes, this has {len(pcm)}")
        if self._socket.takes_input:
            self._frames.put(pcm)
            self._socket.wake_writer()
        else:
            self._frames.count_dropped()

    async def close(self, deadline_s: float = 8.0) -> None:
        """Send what is queued, then let the session finish; see `SessionSocket.close`."""
        await self._socket.close(deadline_s)

    def __aiter__(self) -> AsyncIterator[SessionEvent]:
        return self

    async def __anext__(self) -> SessionEvent:
        return await anext(self._socket)


@asynccontextmanager
async def open_audio(
    http: aiohttp.ClientSession,
    endpoint: Endpoint,
    url: URL,
    protocol: AudioProtocol,
    timeouts: Timeouts | None,
) -> AsyncIterator[AudioConnection]:
    """Open a session that is fed sound; arguments and errors as in `open_session_socket`."""
    frames = FrameQueue(protocol)
    async with open_session_socket(http, endpoint, url, protocol, timeouts, frames) as socket:
        yield AudioConnection(socket, frames)
