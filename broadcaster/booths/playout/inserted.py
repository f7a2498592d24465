"""Speech from elsewhere, put into a channel where its interpreter pauses: never two voices at once.

The interpreter's voice waits in its own queue during that time, so nothing of it is lost.
"""

import asyncio
import math
from collections.abc import Callable

import numpy as np

from broadcaster.audio.fades import SoftEdges
from broadcaster.audio.level import VOICE_PAUSE_DBFS
from broadcaster.audio.loudness import Leveler
from broadcaster.audio.pcm import Samples, to_pcm, to_samples
from broadcaster.booths.playout.on_air_mixer import FADE_MS
from broadcaster.model.audio import SAMPLE_BYTES, ms_to_samples

AFTERWARDS = ms_to_samples(500)
"""Silence after it, so that the interpreter's next word does not stick to it."""
_FADED = ms_to_samples(FADE_MS)
_FADE_OUT = np.cos(np.arange(_FADED) / _FADED * (math.pi / 2)).astype(np.float32)
_STEP = ms_to_samples(20)
_PAUSE_AMPLITUDE = 10 ** (VOICE_PAUSE_DBFS / 20)


class InsertedSpeech:
    """One piece of speech at a time: wait for a `gap`, `begin` it, wait until it has `ended`.

    Attributes:
        wanted: whether somebody waits for a gap.
        complete: whether the last piece was heard to its end.
    """

    def __init__(self) -> None:
        self._pause: Callable[[], int] | None = None
        self._quiet = 0
        """Samples for which the channel has been quiet by now."""
        self._gap = asyncio.Event()
        self._pcm = b""
        self._at = 0
        self._leveler = Leveler()
        self._ended = asyncio.Event()
        self.complete = False

    @property
    def wanted(self) -> bool:
        """Whether somebody waits for a gap."""
        return self._pause is not None

    @property
    def playing(self) -> bool:
        """Whether it has something to say now."""
        return self._at < len(self._pcm)

    @property
    def left_samples(self) -> int:
        """How much of it is still to be heard."""
        return (len(self._pcm) - self._at) // SAMPLE_BYTES

    async def gap(self, pause: Callable[[], int]) -> None:
        """Return when the channel has been quiet for long enough.

        Args:
            pause: asked for the samples of silence that are enough.
        """
        self._pause, self._quiet = pause, 0
        self._gap.clear()
        try:
            await self._gap.wait()
        finally:
            self._pause = None

    def begin(self, pcm: bytes) -> bool:
        """Say s16le mono 24 kHz from the next packet on.

        Returns:
            False if the pause is over; then it is not said.
        """
        if not self._quiet or self.playing:
            return False
        edges = SoftEdges()
        edges.push(pcm)
        edges.silence(AFTERWARDS)
        self._pcm, self._at = edges.pull(edges.samples), 0
        self._leveler = Leveler()
        self._ended.clear()
        self.complete = True
        return True

    async def ended(self) -> None:
        """Return when all was said, or it was cut off; `complete` tells which."""
        while self.playing:
            await self._ended.wait()

    def cut(self) -> None:
        """Say no more of it than while it is faded out."""
        if self.left_samples > _FADED:
            self.complete = False
            tail = self._pcm[self._at : self._at + _FADED * SAMPLE_BYTES]
            self._pcm, self._at = to_pcm(to_samples(tail) * _FADE_OUT), 0

    def pull(self, samples: int) -> Samples:
        """The next samples, leveled; silence after its end."""
        piece = self._pcm[self._at : self._at + samples * SAMPLE_BYTES]
        self._at += len(piece)
        if not self.playing:
            self._pcm, self._at, self._quiet = b"", 0, 0
            self._ended.set()
        return self._leveler.level(piece.ljust(samples * SAMPLE_BYTES, b"\0"))

    def observe(self, voice: Samples, *, free: bool) -> None:
        """Take note of a packet that was heard.

        Args:
            voice: what was said in it.
            free: whether nobody else is heard, so that the voice alone tells.
        """
        if self._pause is None and not self._quiet:
            return
        self._quiet = _quiet_at_end(voice, self._quiet) if free else 0
        if self._pause is not None and self._quiet >= max(1, self._pause()):
            self._gap.set()


def _quiet_at_end(voice: Samples, before: int) -> int:
    """The samples of silence at the end, with those before it if all of it is silence."""
    quiet = 0
    while quiet < voice.size:
        end = voice.size - quiet
        step = voice[max(0, end - _STEP) : end]
        if float(np.sqrt(np.mean(step**2))) >= _PAUSE_AMPLITUDE:
            return quiet
        quiet += step.size
    return before + quiet
