"""A listener of a channel on which tones are heard, each the sound of one source."""

import math
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import numpy as np

from broadcaster.audio.opus import OpusDecoder
from broadcaster.model.audio import CLOCK_HZ, AudioFrame
from tests.support.sound import samples
from tests.support.tasks import background_task

AMPLITUDE = 8_000
WINDOW_SAMPLES = CLOCK_HZ // 50
SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Window:
    """20 ms of what was heard.

    Attributes:
        came_s: when its packet came.
        source: the tone that is heard; empty while one fades into another.
        step: the largest one between two samples.
    """

    came_s: float
    source: str
    step: float


class Listener:
    """Tells the tones by their frequencies, which are multiples of 50 Hz.

    Args:
        tones: frequency in Hz of each source.

    Attributes:
        windows: all that was heard.
        came_s: when each packet came.
        missing_samples: of the event's clock, that were in no packet.
    """

    def __init__(self, tones: Mapping[str, int]) -> None:
        at = np.arange(WINDOW_SAMPLES) / CLOCK_HZ
        self._waves = {name: np.exp(-2j * math.pi * hz * at) for name, hz in tones.items()}
        self._decoder = OpusDecoder()
        self._rest = np.zeros(0)
        self._last = 0.0
        self._next: int | None = None
        self.windows: list[Window] = []
        self.came_s: list[float] = []
        self.missing_samples = 0

    def take(self, frame: AudioFrame) -> None:
        """Hear the next packet."""
        now_s = time.monotonic()
        self.came_s.append(now_s)
        sound = samples(self._decoder.decode(frame.payload))
        if self._next is not None:
            self.missing_samples += max(0, frame.position - self._next)
        self._next = frame.position + len(sound)
        sound = np.concatenate((self._rest, sound))
        whole = len(sound) // WINDOW_SAMPLES * WINDOW_SAMPLES
        self._rest = sound[whole:]
        for part in sound[:whole].reshape(-1, WINDOW_SAMPLES):
            step = float(np.abs(np.diff(part, prepend=self._last)).max())
            self._last = float(part[-1])
            self.windows.append(Window(now_s, self._source(part), step))

    def _source(self, part: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> str:
        levels = {
            name: 2 * abs(complex(part @ wave)) / WINDOW_SAMPLES
            for name, wave in self._waves.items()
        }
        name = max(levels, key=lambda one: levels[one])
        if levels[name] > 0.7 * AMPLITUDE:
            return name
        return SILENCE if float(np.abs(part).max()) < AMPLITUDE / 20 else ""

    def since(self, first: int) -> Sequence[Window]:
        """The windows from this number on."""
        return self.windows[first:]


@asynccontextmanager
async def listening(url: str, tones: Mapping[str, int]) -> AsyncIterator[Listener]:
    """Listen to a channel by WebSocket as long as the context is open."""
    listener = Listener(tones)

    async def read(socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                listener.take(AudioFrame.from_bytes(message.data))

    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(url, protocols=["broadcaster.audio.v1"]) as socket,
        background_task(read(socket), name="listener"),
    ):
        yield listener
