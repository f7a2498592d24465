"""A WHIP client: publishes PCM to any WHIP server in real time, so it uses the real clock."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import aiohttp
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.mediastreams import MediaStreamTrack

from broadcaster.audio.pcm import AvFrame, to_frame
from broadcaster.model.audio import CLOCK_HZ, PCM_FRAME_SAMPLES, SAMPLE_BYTES
from broadcaster.webrtc.clients.http_session import negotiated

_FRAME_S = PCM_FRAME_SAMPLES / CLOCK_HZ


class PcmTrack(MediaStreamTrack):
    """An audio track of 20 ms frames from s16le mono 24 kHz; silence after its end."""

    kind = "audio"

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._buffer = bytearray()
        self._frames = 0
        self._started_at: float | None = None
        self.ended = asyncio.Event()
        """Set when all pieces were sent."""

    async def recv(self) -> AvFrame:
        """The next frame, once it is due."""
        if self._started_at is None:
            self._started_at = time.monotonic()
        await asyncio.sleep(self._started_at + self._frames * _FRAME_S - time.monotonic())
        frame = to_frame(self._take(), self._frames * PCM_FRAME_SAMPLES)
        self._frames += 1
        return frame

    def _take(self) -> bytes:
        size = PCM_FRAME_SAMPLES * SAMPLE_BYTES
        while len(self._buffer) < size and not self.ended.is_set():
            piece = next(self._pieces, None)
            if piece is None:
                self.ended.set()
            else:
                self._buffer += piece
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken + bytes(size - len(taken))


@asynccontextmanager
async def publishing(
    http: aiohttp.ClientSession, url: str, key: str, pieces: Iterator[bytes]
) -> AsyncIterator[PcmTrack]:
    """Publish as long as the context is open (RFC 9725: POST, then DELETE).

    Args:
        http: HTTP client.
        url: WHIP endpoint.
        key: its Bearer token.
        pieces: s16le mono 24 kHz of any length.

    Yields:
        The track; its `ended` is set when everything was sent.

    Raises:
        ServerRefused: the server's own status, error id and hint.
        TimeoutError: no connection in time.
        aiohttp.ClientError: the server cannot be reached.
    """
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    track = PcmTrack(pieces)
    connection.addTransceiver(track, direction="sendonly")
    async with negotiated(http, url, connection, {"Authorization": f"Bearer {key}"}, loopback=True):
        yield track
