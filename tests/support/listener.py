"""A listener without a browser: the channel as the booth made it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from broadcaster.audio.opus import OpusDecoder
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES, AudioFrame
from tests.support.sound import Samples, samples
from tests.support.tasks import background_task

_RECENT_BYTES = 40 * CLOCK_HZ * SAMPLE_BYTES


class Recording:
    """The frames that one channel sent since the recording began. Each is decoded once."""

    def __init__(self) -> None:
        self.frames: list[AudioFrame] = []
        self._decoder = OpusDecoder()
        self._decoded_frames = 0
        self._pcm = bytearray()

    def sound(self) -> Samples:
        """The frames decoded, 24 kHz."""
        self._decode()
        return samples(bytes(self._pcm))

    def recent_sound(self) -> Samples:
        """The newest frames decoded, 24 kHz: at most 40 s."""
        self._decode()
        return samples(bytes(self._pcm[-_RECENT_BYTES:]))

    def unbroken(self) -> bool:
        """Whether no frame is missing."""
        sequences = [frame.sequence for frame in self.frames]
        return sequences == list(range(sequences[0], sequences[0] + len(sequences)))

    def _decode(self) -> None:
        for frame in self.frames[self._decoded_frames :]:
            self._pcm += self._decoder.decode(frame.payload)
        self._decoded_frames = len(self.frames)


@asynccontextmanager
async def recording(base_url: str, event: str, channel: str) -> AsyncIterator[Recording]:
    """Record a channel over its WebSocket inside the context."""
    record = Recording()
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(
            f"{base_url}/e/{event}/audio/{channel}", protocols=["broadcaster.audio.v1"]
        ) as ws,
    ):

        async def read() -> None:
            async for message in ws:
                if message.type is aiohttp.WSMsgType.BINARY:
                    record.frames.append(AudioFrame.from_bytes(message.data))

        async with background_task(read(), name=f"recording {channel}"):
            yield record
