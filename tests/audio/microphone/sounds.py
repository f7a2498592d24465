"""Sounds of a hall: speech, music, applause, a room's noise, and faults of the way."""

from functools import cache

import numpy as np
import numpy.typing as npt

from broadcaster.model.audio import CLOCK_HZ
from tests.audio.sounds import coloured_noise, numbers, pcm_of, speech

Sound = npt.NDArray[np.float64]
ROOM_DBFS = -65.0
_NOTES_HZ = (98, 110, 123.47, 130.81, 146.83, 164.81, 185, 196, 220, 246.94, 261.63, 293.66)


def at_level(sound: Sound, dbfs: float) -> Sound:
    rms = float(np.sqrt(np.mean(sound**2)))
    return sound * (32_768 * 10 ** (dbfs / 20) / rms)


def at_peak(sound: Sound, highest: float) -> Sound:
    return sound * (highest / float(np.abs(sound).max()))


@cache
def _talk() -> Sound:
    return numbers(speech())[: 40 * CLOCK_HZ]


@cache
def _room() -> Sound:
    return numbers(coloured_noise(60, ROOM_DBFS, 1))


def over_room(sound: Sound) -> bytes:
    return pcm_of(sound + _room()[: sound.size])


def talk(dbfs: float) -> Sound:
    """The prepared talk, 40 s."""
    return at_level(_talk(), dbfs)


@cache
def _music(seconds: int) -> Sound:
    """Four voices of plucked strings, tuned to 440 Hz, and a drum."""
    rng = np.random.default_rng(1)
    length = seconds * CLOCK_HZ
    played = np.zeros(length)
    for octave in (1, 2, 4, 1):
        start = 0
        while start < length:
            samples = min(int(CLOCK_HZ * rng.choice([0.25, 0.5, 1, 2])), length - start)
            hz, time = rng.choice(_NOTES_HZ) * octave, np.arange(samples) / CLOCK_HZ
            harmonics = range(1, min(30, int(11_000 / hz)))
            waves = [np.sin(2 * np.pi * hz * n * time) / n**1.2 for n in harmonics]
            played[start : start + samples] += np.exp(-time * 1.5) * np.sum(waves, axis=0)
            start += samples
    for start in range(0, length - 3_000, CLOCK_HZ // 2):
        played[start : start + 3_000] += rng.normal(size=3_000) * np.exp(-np.arange(3_000) / 600)
    return played


def music(dbfs: float, seconds: int = 40) -> Sound:
    return at_level(_music(seconds), dbfs)


def applause(dbfs: float, people: int, seconds: int = 15) -> Sound:
    """Claps at random that swell in a second and fade away in four."""
    rng = np.random.default_rng(2)
    length = seconds * CLOCK_HZ
    clap = rng.normal(size=240) * np.exp(-np.arange(240) / 60)
    heard = np.zeros(length)
    for start in rng.integers(0, length - 240, people * 4 * seconds):
        heard[start : start + 240] += rng.exponential() * clap
    time = np.arange(length) / CLOCK_HZ
    return at_level(heard * np.minimum(1, time / 1.5) * np.minimum(1, (seconds - time) / 4), dbfs)


def by_telephone(sound: Sound) -> Sound:
    spectrum = np.fft.rfft(sound)
    hz = np.fft.rfftfreq(sound.size, 1 / CLOCK_HZ)
    spectrum[(hz < 300) | (hz > 3_400)] = 0
    return np.fft.irfft(spectrum, sound.size)


def cut_off(sound: Sound, share: float) -> Sound:
    """The tops of the waves cut off at this share of the highest, before the server."""
    top = share * np.abs(sound).max()
    return np.clip(sound, -top, top)
