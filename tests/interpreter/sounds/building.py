"""Pieces that sounds are made of: 24 kHz, full scale 1, the same in each run."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ

Samples = NDArray[np.float64]
Make = Callable[[float], Samples]
"""Makes a sound of this many seconds."""
_SPEECH_HZ = 4_500
"""A vowel has hardly anything above."""
_BANDWIDTH = 0.12
"""Width of a formant, as a share of its frequency."""


def times(seconds: float) -> Samples:
    """The second of each sample."""
    each: Samples = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return each


def mixed(sounds: Sequence[Samples]) -> Samples:
    """Sounds of the same length at the same time."""
    together = np.zeros_like(sounds[0])
    for sound in sounds:
        together += sound
    return together


def at_level(sound: Samples, dbfs: float) -> Samples:
    """The same sound with this RMS, against full scale 1."""
    rms = float(np.sqrt(np.mean(sound**2)))
    scaled: Samples = sound * (10 ** (dbfs / 20) / max(rms, 1e-12))
    return scaled


def pcm(sound: Samples) -> bytes:
    """s16le, clipped at full scale."""
    return np.clip(np.rint(sound * 32_767), -32_768, 32_767).astype("<i2").tobytes()


def noise(seconds: float, seed: int, fall: float = 0.0) -> Samples:
    """Noise: white, or falling by `fall` * 6 dB in each octave (pink 0.5, brown 1)."""
    white: Samples = np.random.default_rng(seed).standard_normal(times(seconds).size)
    if not fall:
        return white
    spectrum = np.fft.rfft(white)
    spectrum[0] = 0
    hz = np.fft.rfftfreq(white.size, 1 / SAMPLE_RATE_HZ)
    spectrum[1:] *= np.maximum(hz[1:], 20.0) ** -fall
    coloured: Samples = np.fft.irfft(spectrum, white.size)
    return coloured


def band(sound: Samples, low_hz: float, high_hz: float) -> Samples:
    """The part of a sound between two frequencies."""
    spectrum = np.fft.rfft(sound)
    hz = np.fft.rfftfreq(sound.size, 1 / SAMPLE_RATE_HZ)
    spectrum[(hz < low_hz) | (hz > high_hz)] = 0
    kept: Samples = np.fft.irfft(spectrum, sound.size)
    return kept


def tone(pitch_hz: Samples, partials: Sequence[float]) -> Samples:
    """A tone of this pitch over time, with these amplitudes of its partials."""
    phase = 2 * np.pi * np.cumsum(pitch_hz) / SAMPLE_RATE_HZ
    highest = float(np.max(pitch_hz))
    sound = np.zeros(pitch_hz.size)
    for number, amplitude in enumerate(partials, 1):
        if amplitude and number * highest < SAMPLE_RATE_HZ / 2:
            sound += amplitude * np.sin(number * phase)
    return sound


def vowel(pitch_hz: Samples, formants_hz: Sequence[float]) -> Samples:
    """A sung vowel: partials of this pitch over time, loud near the formants."""
    phase = 2 * np.pi * np.cumsum(pitch_hz) / SAMPLE_RATE_HZ
    sung = np.zeros(pitch_hz.size)
    for number in range(1, round(_SPEECH_HZ / float(np.mean(pitch_hz)))):
        hz = number * pitch_hz
        gain = mixed([1 / (1 + ((hz - one) / (_BANDWIDTH * one)) ** 2) for one in formants_hz])
        sung += gain / number**0.7 * np.sin(number * phase)
    return sung


def steady(hz: float, seconds: float) -> Samples:
    """A pitch that stays."""
    return np.full(times(seconds).size, float(hz))


def vibrato(hz: float, seconds: float, depth: float = 0.02, rate_hz: float = 5.5) -> Samples:
    """A pitch that swings, as a singer's does."""
    pitch: Samples = hz * (1 + depth * np.sin(2 * np.pi * rate_hz * times(seconds)))
    return pitch


def swelled(sound: Samples, attack_s: float, release_s: float) -> Samples:
    """The same, faded in and out."""
    time = np.arange(sound.size) / SAMPLE_RATE_HZ
    left = sound.size / SAMPLE_RATE_HZ - time
    faded: Samples = sound * np.minimum(1.0, np.minimum(time / attack_s, left / release_s))
    return faded


def dying(sound: Samples, half_s: float) -> Samples:
    """The same, struck: half as loud after each `half_s`."""
    fading: Samples = sound * 0.5 ** (np.arange(sound.size) / SAMPLE_RATE_HZ / half_s)
    return fading


def placed(seconds: float, pieces: Sequence[tuple[float, Samples]]) -> Samples:
    """Pieces that begin at their seconds; what lasts longer is cut off."""
    sound = np.zeros(times(seconds).size)
    for at_s, piece in pieces:
        at = round(at_s * SAMPLE_RATE_HZ)
        part = piece[: max(0, sound.size - at)]
        sound[at : at + part.size] += part
    return sound


def repeated(seconds: float, every_s: float, piece: Callable[[int], Samples]) -> Samples:
    """Piece after piece at equal distances, each made from its number."""
    count = int(np.ceil(seconds / every_s))
    return placed(seconds, [(number * every_s, piece(number)) for number in range(count)])
