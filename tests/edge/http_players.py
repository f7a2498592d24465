"""Players of continuous HTTP audio."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from broadcaster.audio.opus import OpusEncoder
from broadcaster.model.audio import OPUS_FRAME_SAMPLES
from tests.edge.conftest import Edge
from tests.support.tasks import background_task

DEADLINE_S = 30.0


def packets(pcm: bytes, frame_samples: int = OPUS_FRAME_SAMPLES) -> list[bytes]:
    """PCM as Opus packets; what does not fill the last one is left out."""
    encoder = OpusEncoder(frame_samples)
    size = frame_samples * 2
    whole = range(0, len(pcm) - size + 1, size)
    return [encoder.encode(pcm[start : start + size]) for start in whole]


class HttpPlayer:
    """Reads one response for as long as its context lasts."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response
        self.body = bytearray()
        self.ended = False
        self._more = asyncio.Condition()

    async def read(self) -> None:
        async for data in self.response.content.iter_any():
            async with self._more:
                self.body += data
                self._more.notify_all()
        async with self._more:
            self.ended = True
            self._more.notify_all()

    async def has(self, size: int) -> None:
        """Wait until `size` bytes have arrived, or the body is over."""
        async with asyncio.timeout(DEADLINE_S), self._more:
            await self._more.wait_for(lambda: self.ended or len(self.body) >= size)

    async def finish(self) -> None:
        async with asyncio.timeout(DEADLINE_S), self._more:
            await self._more.wait_for(lambda: self.ended)


@asynccontextmanager
async def playing(edge: Edge, path: str, **headers: str) -> AsyncIterator[HttpPlayer]:
    """A player of an address that is served."""
    async with edge.http.get(path, headers=headers) as response:
        assert response.status == 200, await response.text()
        player = HttpPlayer(response)
        async with background_task(player.read(), name=f"player of {path}"):
            yield player
