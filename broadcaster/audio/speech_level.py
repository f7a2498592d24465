"""Tells speech from pauses by level, in any room: the threshold follows the last seconds."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from broadcaster.audio.level import DIGITAL_SILENCE_DBFS, SPEAKER_PAUSE_DBFS
from broadcaster.audio.pcm import FULL_SCALE
from broadcaster.model.audio import SAMPLE_BYTES, ms_to_samples

HOP_MS = 20
HOP_SAMPLES = ms_to_samples(HOP_MS)
HOP_BYTES = HOP_SAMPLES * SAMPLE_BYTES
"""Sound is judged in steps of this length."""

_REMEMBERED_HOPS = 10_000 // HOP_MS
_FIRST_HOPS = 1_000 // HOP_MS
_LEAST_THRESHOLD_DBFS = -60.0
"""Lowest threshold, for a very quiet room: sound below it is silence for a listener too."""
_STEADY_DB = 5.0
"""Sound whose level varies less than this over seconds is noise; speech varies by 20 and more."""
_FADES_DB = 0.5 * HOP_MS / 1000
"""A pausing speaker's level is forgotten at this speed per hop: half a dB a second. The room's own
sounds then do not pass for speech in a long pause."""
_ABOVE_ROOM = 0.35
"""The threshold lies here between the room's level (0) and the speaker's (1), in dB. It is low: a
murmur taken for speech costs less than a soft word taken for silence."""
_LEAST_POWER = 10 ** (DIGITAL_SILENCE_DBFS / 10)
_PAUSE_SAMPLES = ms_to_samples(160)
"""A shorter silence lies inside a word."""
_SHORTEST_RUN_SAMPLES = 2 * HOP_SAMPLES
"""A single loud hop between two pauses is a click."""

Run = tuple[int, int]
"""First sample of a stretch of speech, and the sample after its last."""


@dataclass(frozen=True, slots=True)
class Hop:
    """20 ms of sound.

    Attributes:
        level_dbfs: its RMS; -100 for digital silence.
        voiced: whether it is loud enough to be speech.
    """

    level_dbfs: float
    voiced: bool


class SpeechLevel:
    """Judges one channel's sound; `SPEAKER_PAUSE_DBFS` decides in the first second."""

    def __init__(self) -> None:
        self._levels: deque[float] = deque(maxlen=_REMEMBERED_HOPS)
        self._speaker_dbfs = DIGITAL_SILENCE_DBFS

    def judge(self, pcm: bytes) -> list[Hop]:
        """Judge the next piece.

        Args:
            pcm: s16le mono 24 kHz, a multiple of `HOP_BYTES`.

        Raises:
            ValueError: it has another length.
        """
        if len(pcm) % HOP_BYTES:
            raise ValueError(f"{len(pcm)} bytes are not a multiple of {HOP_BYTES}")
        if not pcm:
            return []
        samples = np.frombuffer(pcm, "<i2").reshape(-1, HOP_SAMPLES) / FULL_SCALE
        power = np.mean(samples * samples, axis=1)
        levels = [float(level) for level in 10.0 * np.log10(np.maximum(power, _LEAST_POWER))]
        self._levels.extend(levels)
        threshold = self._threshold_dbfs(len(levels))
        return [Hop(level, level > threshold) for level in levels]

    def _threshold_dbfs(self, new_hops: int) -> float:
        if len(self._levels) < _FIRST_HOPS:
            return SPEAKER_PAUSE_DBFS
        room, loud = map(float, np.percentile(np.fromiter(self._levels, float), (10, 95)))
        self._speaker_dbfs = max(loud, self._speaker_dbfs - _FADES_DB * new_hops)
        spread = self._speaker_dbfs - room
        above_room = _ABOVE_ROOM * spread if spread >= _STEADY_DB else spread + _STEADY_DB
        return max(room + above_room, _LEAST_THRESHOLD_DBFS)


class SpeechRuns:
    """Collects the speech of one sound, hop by hop."""

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self._parted = False

    def part(self) -> None:
        """Begin another stretch with the next speech, however short the pause is."""
        self._parted = True

    def add(self, start: int, *, voiced: bool) -> None:
        """Add the next hop of `HOP_SAMPLES`, whose first sample is `start`."""
        if not voiced:
            return
        end = start + HOP_SAMPLES
        near = bool(self._runs) and start - self._runs[-1][1] < _PAUSE_SAMPLES
        if near and not self._parted:
            start, _ = self._runs.pop()
        self._parted = False
        self._runs.append((start, end))

    def between(self, start: int, end: int) -> list[Run]:
        """Return the speech from `start` up to, not including, `end`."""
        return [
            (max(start, first), min(end, last))
            for first, last in self._runs
            if last - first >= _SHORTEST_RUN_SAMPLES and first < end and last > start
        ]

    def forget(self, until: int) -> None:
        """Drop the stretches that end before `until`."""
        self._runs = [run for run in self._runs if run[1] >= until]
