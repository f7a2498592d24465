"""Listens to one channel and reads it at the public address, as a phone does."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import aiohttp

from broadcaster.audio.level import DIGITAL_SILENCE_DBFS, HEARD_DBFS, LevelMeter
from broadcaster.audio.opus import OpusDecoder
from broadcaster.audio.pcm import wav_file
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES, AudioFrame
from broadcaster.system.tasks import first_of

AGAIN_S = 1.0
"""Pause before a connection that ended is opened again."""
KEPT_S = 8
"""Seconds of the newest sound that can be played afterwards."""
MOST_TEXTS = 20
_PROTOCOL = "broadcaster.audio.v1"
_SECOND_BYTES = CLOCK_HZ * SAMPLE_BYTES


class ChannelListener:
    """One channel's sound and captions, as far as they arrive.

    Args:
        http: reaches the public address.
        event: id of the hidden event.
        channel: what is heard.

    Attributes:
        error: why the last connection failed; empty if none did.
        received_s: seconds of sound that arrived.
        loud_s: how many of them were loud.
        level_dbfs: RMS of the loudest second.
    """

    def __init__(self, http: aiohttp.ClientSession, event: str, channel: str) -> None:
        self.error = ""
        self.received_s = 0
        self.loud_s = 0
        self.level_dbfs = DIGITAL_SILENCE_DBFS
        self._http = http
        self._audio = f"/e/{event}/audio/{channel}"
        self._captions = f"/e/{event}/captions/{channel}"
        self._channel = channel
        self._decoder = OpusDecoder()
        self._meter = LevelMeter()
        self._pcm = bytearray()
        self._second = bytearray()
        self._texts: dict[str, str] = {}

    @property
    def text(self) -> str:
        """The captions so far, as one line."""
        return " ".join(" ".join(self._texts.values()).split())

    @property
    def wav(self) -> bytes:
        """The newest sound as a WAV file; empty if nothing was loud."""
        return wav_file(bytes(self._pcm)) if self.loud_s else b""

    def interpretation_began(self) -> None:
        """Forget the sound so far: until the interpreter speaks, a channel plays the floor."""
        self._pcm.clear()
        self._second.clear()
        self.loud_s = 0

    async def run(self) -> None:
        """Listen and read until cancelled."""
        await first_of(
            self._again(self._hear), self._again(self._read), name=f"rehearsal: {self._channel}"
        )

    async def _again(self, follow: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await follow()
            except (aiohttp.ClientError, OSError, ValueError) as error:
                self.error = type(error).__name__
            await asyncio.sleep(AGAIN_S)

    async def _hear(self) -> None:
        async with self._http.ws_connect(self._audio, protocols=[_PROTOCOL]) as socket:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.BINARY:
                    self._take(self._decoder.decode(AudioFrame.from_bytes(message.data).payload))

    def _take(self, pcm: bytes) -> None:
        self._pcm += pcm
        del self._pcm[: -KEPT_S * _SECOND_BYTES]
        self._second += pcm
        while len(self._second) >= _SECOND_BYTES:
            self._meter.add(bytes(self._second[:_SECOND_BYTES]))
            del self._second[:_SECOND_BYTES]
            level_dbfs = self._meter.take().level_dbfs
            self.received_s += 1
            self.loud_s += level_dbfs > HEARD_DBFS
            self.level_dbfs = max(self.level_dbfs, level_dbfs)

    async def _read(self) -> None:
        timeout = aiohttp.ClientTimeout(total=None)
        async with self._http.get(self._captions, timeout=timeout) as answer:
            answer.raise_for_status()
            kind = ""
            async for line in answer.content:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "event":
                    kind = value
                elif name == "data" and kind == "caption":
                    caption = json.loads(value)
                    if caption["id"] in self._texts or len(self._texts) < MOST_TEXTS:
                        self._texts[caption["id"]] = caption["text"]
