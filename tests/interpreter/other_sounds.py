"""Sounds without words: silence, hum, applause and music, s16le mono 24 kHz."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ

Samples = NDArray[np.float64]
_NOTES_HZ = (261.63, 329.63, 392.0, 523.25, 440.0, 349.23, 293.66, 392.0)


def _pcm(samples: Samples) -> bytes:
    return np.clip(np.rint(samples * 32_767), -32_768, 32_767).astype("<i2").tobytes()


def _time(seconds: float) -> Samples:
    return np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ


def quiet_room(seconds: float) -> bytes:
    """The noise of a microphone in an empty hall, at -60 dBFS."""
    return _pcm(np.random.default_rng(1).standard_normal(_time(seconds).size) * 1e-3)


def hum(seconds: float) -> bytes:
    """Mains hum with its harmonics, at -26 dBFS."""
    time = _time(seconds)
    tones = sum(np.sin(2 * np.pi * 50 * n * time) / n for n in range(1, 12))
    return _pcm(0.05 * np.asarray(tones))


def applause(seconds: float) -> bytes:
    """Several hundred claps a second, each a decaying burst of noise."""
    random = np.random.default_rng(2)
    size = _time(seconds).size
    samples = np.zeros(size + SAMPLE_RATE_HZ)
    length = SAMPLE_RATE_HZ // 25
    decay = np.exp(-np.arange(length) / (length / 6))
    for at in random.integers(0, size, int(seconds * 300)):
        clap = random.standard_normal(length) * decay
        samples[at : at + length] += clap * random.uniform(0.2, 1.0)
    return _pcm(0.12 * samples[:size])


def music(seconds: float) -> bytes:
    """A melody of plucked notes with a bass, two notes a second."""
    samples = np.zeros(_time(seconds).size + 2 * SAMPLE_RATE_HZ)
    note = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    for number in range(int(seconds * 2)):
        pitch = _NOTES_HZ[number * 5 % len(_NOTES_HZ)]
        tone = sum(np.sin(2 * np.pi * pitch * n * note) / n**1.5 for n in range(1, 7))
        bass = np.sin(2 * np.pi * _NOTES_HZ[number // 4 % len(_NOTES_HZ)] / 4 * note)
        at = number * SAMPLE_RATE_HZ // 2
        samples[at : at + note.size] += (np.asarray(tone) + bass) * np.exp(-3 * note)
    return _pcm(0.15 * samples[: _time(seconds).size])


SOUNDS: dict[str, Callable[[float], bytes]] = {
    "quiet room": quiet_room,
    "hum": hum,
    "applause": applause,
    "music": music,
}
