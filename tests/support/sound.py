"""Comparing sounds: is what was heard what was said?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 24_000
Samples = NDArray[np.float64]


def samples(pcm: bytes) -> Samples:
    """s16le as floats."""
    return np.frombuffer(pcm, "<i2").astype(np.float64)


def resampled(sound: Samples, rate_hz: float) -> Samples:
    """A sound at `RATE_HZ`, by linear interpolation: enough for speech and correlation."""
    count = int(len(sound) * RATE_HZ / rate_hz)
    return np.interp(np.arange(count) * rate_hz / RATE_HZ, np.arange(len(sound)), sound)


@dataclass(frozen=True, slots=True)
class Match:
    """A window of the heard sound and where it fits best into the said one.

    Attributes:
        at_s: start of the window in the heard sound.
        found_s: start of the fitting place in the said sound.
        r: normalised correlation there.
    """

    at_s: float
    found_s: float
    r: float


def matches(heard: Samples, said: Samples, window_s: float = 1.0) -> list[Match]:
    """Every window of `heard` that is full of speech, looked for in all of `said`."""
    size = int(window_s * RATE_HZ)
    if len(said) < size:
        return []
    loud = 0.5 * np.sqrt(np.mean(heard**2)) if len(heard) else 0.0
    padded = 1 << (len(said) + size - 1).bit_length()
    spectrum = np.fft.rfft(said, padded)
    energy = np.concatenate(([0.0], np.cumsum(said**2)))
    found = []
    for start in range(0, len(heard) - size + 1, size):
        window = heard[start : start + size]
        if np.sqrt(np.mean(window**2)) < max(loud, 30.0):
            continue
        cross = np.fft.irfft(spectrum * np.conj(np.fft.rfft(window, padded)), padded)
        places = len(said) - size + 1
        local = np.sqrt(np.maximum(energy[size:] - energy[:-size], 1e-9))[:places]
        quiet = local < 0.1 * np.linalg.norm(window)
        r = np.where(quiet, 0.0, cross[:places] / (local * np.linalg.norm(window)))
        best = int(np.argmax(r))
        found.append(Match(start / RATE_HZ, best / RATE_HZ, float(r[best])))
    return found
