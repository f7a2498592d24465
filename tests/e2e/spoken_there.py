"""Finds which sentence of the prepared talk sounds at a place of a recording, by its waveform."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from broadcaster.audio.file import read_pcm
from broadcaster.rehearsal import talk
from broadcaster.rehearsal.talk import rendered
from tests.support.sound import Samples, samples

RATE_HZ = 24_000
LANGUAGE = "es"
MIDDLE = RATE_HZ // 2
"""Of a window of a second."""


@dataclass(frozen=True, slots=True)
class Sounding:
    """The sentence that sounds in a window.

    Attributes:
        text: of the sentence, as it is written.
        alike: how much the window is like the sentence there, up to 1.
    """

    text: str
    alike: float


def sounding(channel: str, window: Samples) -> Sounding:
    """The sentence of a channel that sounds in the middle of a second at 24 kHz.

    Args:
        channel: `floor` or `es`.
        window: of the recording.
    """
    return _of_talk(window) if channel == "floor" else _of_voice(window)


def _of_talk(window: Samples) -> Sounding:
    alike, at = _best(_talk(), window)
    middle_ms = 1_000 * (at + MIDDLE) // RATE_HZ
    nearest = min(
        talk.load().sentences,
        key=lambda one: max(one.start_ms - middle_ms, middle_ms - one.end_ms, 0),
    )
    return Sounding(nearest.text, alike)


def _of_voice(window: Samples) -> Sounding:
    found = [(*_best(sound, window), text) for text, sound in _voice().items()]
    alike, _, text = max(found)
    return Sounding(text, alike)


def _best(sound: Samples, window: Samples) -> tuple[float, int]:
    """Where a sound is most like a window, and how much."""
    size = 1 << int(np.ceil(np.log2(sound.size + window.size)))
    spectrum = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(window, size))
    cross = np.fft.irfft(spectrum, size)[: sound.size - window.size + 1]
    energy = np.concatenate([[0.0], np.cumsum(sound**2)])
    norms = np.sqrt(energy[window.size :] - energy[: -window.size])
    alike = cross / np.maximum(norms * np.linalg.norm(window), 1e-9)
    at = int(np.argmax(alike))
    return float(alike[at]), at


@cache
def _talk() -> Samples:
    return samples(b"".join(read_pcm(talk.load().audio_path)))


@cache
def _voice() -> dict[str, Samples]:
    """Each sentence as the interpreter of the rehearsal says it, between two half seconds."""
    voices = rendered.load()
    silence = np.zeros(MIDDLE)
    return {
        one.translations[LANGUAGE]: np.concatenate(
            [silence, samples(voices.sound(one.spoken_text(LANGUAGE), LANGUAGE)), silence]
        )
        for one in talk.load().sentences
        if LANGUAGE in one.translations
    }
