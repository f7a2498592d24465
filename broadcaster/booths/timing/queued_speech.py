"""The sound of a channel on its way to the listeners, reduced to speech and pauses."""

from collections import deque

import numpy as np

from broadcaster.audio.level import VOICE_PAUSE_DBFS
from broadcaster.audio.pcm import FULL_SCALE
from broadcaster.audio.speech_level import HOP_BYTES, HOP_SAMPLES, SpeechRuns
from broadcaster.booths.timing.alignment import Speech
from broadcaster.model.audio import SAMPLE_BYTES, ms_to_samples

_GAP_SAMPLES = ms_to_samples(800)
"""If no sound comes for this long, an utterance has ended. Within one, sound comes in bursts."""
_SILENCE_SAMPLES = ms_to_samples(300)
"""If no sound comes for this long, an utterance may have ended."""
_BURST_SAMPLES = ms_to_samples(200)
"""Usual time from one burst of sound to the next. A longer one was silence that is not queued."""
_SHORTEST_GAP_SAMPLES = ms_to_samples(100)
_QUIET_POWER = (FULL_SCALE * 10 ** (VOICE_PAUSE_DBFS / 20)) ** 2


class QueuedSpeech:
    """Finds the pauses in the sound of an interpreter.

    Samples are counted from the first that was ever queued.

    Attributes:
        first: sample from which on the sound is not matched with text yet.
        end: sample after the newest.
        came_at: event-clock sample at which the newest sound came; None before any sound.
    """

    def __init__(self) -> None:
        self.first = 0
        self.end = 0
        self.came_at: int | None = None
        self._runs = SpeechRuns()
        self._comings: deque[tuple[int, int]] = deque()
        """First samples, and the event-clock samples at which they came."""
        self._gaps: dict[int, int] = {}
        self._uncut = b""

    def add(self, pcm: bytes, first_sample: int, now: int, gap: int | None) -> None:
        """Add sound that was queued.

        Args:
            pcm: s16le mono 24 kHz.
            first_sample: its number.
            now: event-clock sample.
            gap: samples of silence that were played because this sound had not come. None if
                there was other sound to play, so that only the time of its coming can tell.
        """
        if gap is None:
            gap = max(0, self.silence(now) - _BURST_SAMPLES)
        if gap >= _SHORTEST_GAP_SAMPLES:
            self._gaps[first_sample] = gap
            self._runs.part()
        self.came_at = now
        self._comings.append((first_sample, now))
        self.end = first_sample + len(pcm) // SAMPLE_BYTES
        self._uncut += pcm
        hops = len(self._uncut) // HOP_BYTES
        start = self.end - len(self._uncut) // SAMPLE_BYTES
        samples = np.frombuffer(self._uncut, "<i2", count=hops * HOP_SAMPLES).astype(np.float64)
        powers = np.mean(samples.reshape(-1, HOP_SAMPLES) ** 2, axis=1)
        for number, power in enumerate(powers.tolist()):
            self._runs.add(start + number * HOP_SAMPLES, voiced=power >= _QUIET_POWER)
        self._uncut = self._uncut[hops * HOP_BYTES :]

    def paused(self, now: int) -> bool:
        """Whether an utterance has ended."""
        return self.came_at is not None and now - self.came_at > _GAP_SAMPLES

    def silence(self, now: int) -> int:
        """Return for how many samples no sound has come; 0 if it may simply be on its way."""
        silence = 0 if self.came_at is None else now - self.came_at
        return silence if silence > _SILENCE_SAMPLES else 0

    def came(self, sample: int) -> int | None:
        """Return the event-clock sample at which a sample came; None if that is unknown."""
        return next((now for first, now in reversed(self._comings) if first <= sample), None)

    def speech(self, until: int | None = None) -> Speech | None:
        """Return the speech that is not matched yet; None without any.

        Args:
            until: sample at which it ends; None for all.
        """
        runs = self._runs.between(self.first, self.end if until is None else until)
        return Speech(runs, self._gaps) if runs else None

    def take(self, until: int) -> None:
        """Count the sound before this sample as matched."""
        self.first = max(self.first, until)
        self._runs.forget(self.first)
        self._gaps = {at: length for at, length in self._gaps.items() if at >= self.first}
        while len(self._comings) > 1 and self._comings[1][0] <= self.first:
            self._comings.popleft()
