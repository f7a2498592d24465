"""The last minute of the floor, kept for sessions that must hear it late or again."""

import asyncio
from collections import deque

import numpy as np

from broadcaster.audio.blocks import Block
from broadcaster.audio.level import SPEAKER_PAUSE_DBFS
from broadcaster.audio.speech_level import HOP_SAMPLES, Run, SpeechLevel, SpeechRuns
from broadcaster.booths.floor.speech_times import SpeechTimes
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES, ms_to_samples

BLOCK_SAMPLES = ms_to_samples(200)
"""Length of a block: the step of the provider's engines."""
KEPT_S = 60
"""Length of the kept floor: a session can be fed from this far back.

Enough for an interpreter whose silence was noticed after `SILENT_S` of speech, or for an outage of
half a minute, with a long sentence before it.
"""
PAUSE_MS = 160
"""A shorter silence lies inside a word, not between words or sentences."""
_BEFORE_SAMPLES = ms_to_samples(2_000)
"""Sound before a part of the floor that helps to tell its speech from the room's noise."""
_STEP = ms_to_samples(20)
_QUIET_RMS = 32_768 * 10 ** (SPEAKER_PAUSE_DBFS / 20)


class FloorBuffer:
    """Blocks of the floor and the pauses in them, by position on the event clock."""

    def __init__(self) -> None:
        self._blocks: deque[Block] = deque()
        self._pauses: deque[tuple[int, int]] = deque()
        self._quiet_since: int | None = None
        self._grown = asyncio.Event()
        self.spoken = 0
        """Samples of speech so far."""
        self.speech = SpeechTimes()
        """Where there was speech, and not only loud sound."""

    @property
    def end(self) -> int:
        """The position after the newest block; 0 before the first."""
        if not self._blocks:
            return 0
        newest = self._blocks[-1]
        return newest.position + len(newest.pcm) // SAMPLE_BYTES

    def push_floor_block(self, block: Block) -> None:
        """Add the next block."""
        self._blocks.append(block)
        self.speech.push_floor_block(block)
        samples = np.frombuffer(block.pcm, dtype="<i2").astype(np.float64)
        rms = np.sqrt(np.mean(samples.reshape(-1, _STEP) ** 2, axis=1))
        for number, quiet in enumerate(rms < _QUIET_RMS):
            position = block.position + number * _STEP
            if quiet and self._quiet_since is None:
                self._quiet_since = position
            elif not quiet:
                self.spoken += _STEP
                self._end_pause(position)
        oldest = self.end - KEPT_S * CLOCK_HZ
        while self._blocks and self._blocks[0].position < oldest:
            self._blocks.popleft()
        while self._pauses and self._pauses[0][1] < oldest:
            self._pauses.popleft()
        self._grown.set()
        self._grown = asyncio.Event()

    def take_back(self, position: int) -> None:
        """Forget the blocks from `position` on, so that others can take their place."""
        while self._blocks and self._blocks[-1].position >= position:
            self._blocks.pop()
        self.speech.take_back(position)
        if self._quiet_since is not None and self._quiet_since >= position:
            self._quiet_since = None
        while self._pauses and self._pauses[-1][1] > position:
            start, _ = self._pauses.pop()
            self._quiet_since = start if start < position else None

    def positions_between(self, start: int, end: int) -> list[int]:
        """Return where the kept blocks begin that lie in this part of the floor."""
        return [block.position for block in self._blocks if start <= block.position < end]

    async def grown(self) -> None:
        """Return when the next block has arrived."""
        await self._grown.wait()

    def after(self, position: int) -> Block | None:
        """The first block that starts at `position` or later."""
        found = None
        for block in reversed(self._blocks):
            if block.position < position:
                break
            found = block
        return found

    def pause_before(self, position: int) -> int:
        """The middle of the speaker's last pause before `position`.

        If the buffer holds no such pause, the oldest position it has.
        """
        for start, end in reversed(self._all_pauses()):
            if start < position:
                return (start + min(end, position)) // 2
        return self._blocks[0].position if self._blocks else position

    def speech_between(self, start: int, end: int) -> list[Run]:
        """Return the stretches of speech from position `start` up to `end`, as far as it is kept.

        Noise of the room does not count. Pauses inside a word do not part a stretch.
        """
        blocks = [
            block
            for block in self._blocks
            if start - _BEFORE_SAMPLES < block.position + BLOCK_SAMPLES and block.position < end
        ]
        hops = iter(SpeechLevel().judge(b"".join(block.pcm for block in blocks)))
        runs = SpeechRuns()
        for block in blocks:
            for at in range(0, BLOCK_SAMPLES, HOP_SAMPLES):
                runs.add(block.position + at, voiced=next(hops).voiced)
        return runs.between(start, end)

    def paused_for(self) -> int:
        """Samples since the floor became quiet; 0 while somebody speaks."""
        return 0 if self._quiet_since is None else self.end - self._quiet_since

    def _end_pause(self, position: int) -> None:
        if self._quiet_since is not None:
            if position - self._quiet_since >= ms_to_samples(PAUSE_MS):
                self._pauses.append((self._quiet_since, position))
            self._quiet_since = None

    def _all_pauses(self) -> list[tuple[int, int]]:
        if self.paused_for() >= ms_to_samples(PAUSE_MS):
            assert self._quiet_since is not None
            return [*self._pauses, (self._quiet_since, self.end)]
        return list(self._pauses)
