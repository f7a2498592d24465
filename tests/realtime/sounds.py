"""Made-up speech: bursts of tone with the gaps a test wants, over a quiet room."""

import numpy as np
from numpy.typing import NDArray

from broadcaster.realtime.wire import SAMPLE_RATE_HZ


def voice(ms: int, dbfs: float = -20.0) -> bytes:
    """A voice without a gap, its level moving like syllables do."""
    time = np.arange(SAMPLE_RATE_HZ * ms // 1000) / SAMPLE_RATE_HZ
    syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 4.0 * time)
    return _pcm(np.sin(2 * np.pi * 180.0 * time) * syllables, dbfs)


def room(ms: int, dbfs: float = -62.0) -> bytes:
    """Nobody speaks."""
    random = np.random.default_rng(ms)
    return _pcm(random.standard_normal(SAMPLE_RATE_HZ * ms // 1000), dbfs)


def _pcm(sound: NDArray[np.float64], dbfs: float) -> bytes:
    scaled = sound / np.sqrt(np.mean(sound**2)) * 32768.0 * 10 ** (dbfs / 20)
    return bytes(np.clip(scaled, -32768, 32767).astype("<i2").tobytes())
