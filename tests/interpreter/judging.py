"""Speech judged by machines: which language it is, how much is understood, its level and pitch."""

import re
import unicodedata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadcaster.rehearsal.resample import Resampler
from broadcaster.rehearsal.spelling.numerals import with_numbers_written
from broadcaster.rehearsal.spelling.spellers import speller
from broadcaster.rehearsal.whisper.engine import Whisper
from broadcaster.rehearsal.whisper.hypothesis import MODEL_HZ, EncodedSpeech, SpeechModel
from broadcaster.rehearsal.whisper.model_files import find_model, usable_cores
from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ
from tests.interpreter.human_speech import word_errors

Samples = NDArray[np.float64]
_FRAME_S = 0.04
_FRAME = round(SAMPLE_RATE_HZ * _FRAME_S)
_QUIET_RMS = 100.0
_LOWEST_HZ, _HIGHEST_HZ = 65, 400
_VOICED = 0.6
_LOUD = 0.3
"""Share of the usual level below which a frame is no vowel."""


class Listener:
    """Hears one sentence at a time.

    Args:
        model: listens; without one it is Whisper base.
    """

    def __init__(self, model: SpeechModel | None = None) -> None:
        self._model = model or Whisper(find_model(None, usable_cores()), usable_cores())

    def hear(self, pcm: bytes, language: str) -> tuple[str, dict[str, float]]:
        """The words, taken for a language, and how likely each language is.

        Args:
            pcm: s16le mono 24 kHz, at most 29 s.
            language: ISO 639-1 code.
        """
        speech = self._speech(pcm)
        words = speech.words(language, "", ())
        return "".join(word.text for word in words), dict(speech.languages())

    def timed(self, pcm: bytes, language: str) -> list[tuple[str, float]]:
        """The words of a sound, as in `hear`, each with the second at which it begins.

        The model tells a word after silence to begin in it: the silence is left out.
        """
        words = self._speech(pcm).words(language, "", ())
        loud_s = np.flatnonzero(_rms(np.frombuffer(pcm, "<i2")) > _QUIET_RMS) * _FRAME_S
        begins = [(word, loud_s[loud_s >= word.start_ms / 1000 - _FRAME_S]) for word in words]
        return [
            (word.text, float(after[0]) if after.size else word.start_ms / 1000)
            for word, after in begins
        ]

    def _speech(self, pcm: bytes) -> EncodedSpeech:
        samples = np.frombuffer(pcm, "<i2").astype(np.float64) / 32_768
        sound = Resampler(SAMPLE_RATE_HZ, MODEL_HZ).process(samples).astype(np.float32)
        return self._model.encode(sound)


def units(text: str, language: str) -> list[str]:
    """The words of a text without case, accents of Arabic and punctuation.

    Chinese and Japanese are compared by their sounds, because one sound has several characters.
    """
    text = unicodedata.normalize("NFKC", text.casefold())
    if (spell := speller(language)) is not None:
        bare = "".join(re.findall(r"\w+", with_numbers_written(text, language)))
        return list(spell(bare).replace(" ", ""))
    bare = "".join(char for char in text if unicodedata.category(char) != "Mn")
    return re.findall(r"\w+", bare.replace("’", "'"))


def errors(said: str, heard: str, language: str) -> tuple[int, int]:
    """The units that were not understood, and all that were said."""
    reference = units(said, language)
    return word_errors(reference, units(heard, language)), len(reference)


def level_dbfs(samples: Samples) -> float:
    """RMS of speech in units of 16 bits, without its pauses."""
    frames = _frames(samples)
    power = np.mean(frames**2, axis=1)
    loud = power[power > _LOUD**2 * float(np.mean(power))]
    return float(10 * np.log10(np.mean(loud) / 32_768**2))


def pitch_hz(samples: Samples) -> float:
    """Median of the fundamental frequency of voiced frames, by autocorrelation."""
    frames = _frames(samples)
    rms = _rms(samples)
    found = []
    for frame in frames[rms > _LOUD * float(np.sqrt(np.mean(samples**2)))]:
        spectrum = np.fft.rfft(frame - frame.mean(), 2 * _FRAME)
        correlation = np.fft.irfft(np.abs(spectrum) ** 2)[:_FRAME]
        correlation /= np.arange(_FRAME, 0, -1) / _FRAME * correlation[0]
        shortest, longest = SAMPLE_RATE_HZ // _HIGHEST_HZ, SAMPLE_RATE_HZ // _LOWEST_HZ
        lag = shortest + int(np.argmax(correlation[shortest:longest]))
        if correlation[lag] > _VOICED:
            found.append(SAMPLE_RATE_HZ / lag)
    return float(np.median(found)) if found else 0.0


def _rms(samples: NDArray[Any]) -> Samples:
    """The level of each frame."""
    rms: Samples = np.sqrt(np.mean(_frames(samples.astype(np.float64)) ** 2, axis=1))
    return rms


def _frames(samples: Samples) -> Samples:
    whole: Samples = samples[: samples.size // _FRAME * _FRAME].reshape(-1, _FRAME)
    return whole
