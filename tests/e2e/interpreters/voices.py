"""Recorded human speech as interpreters' microphones, each with a pilot tone that tells it apart.

The pilot is heard whenever the microphone is on the air, in pauses too. So a test can say to a few
milliseconds who was heard, and how quiet the other one was.
"""

import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.support.browser import write_wav
from tests.support.sound import RATE_HZ, Samples

_CLIPS = Path("/usr/share/pocketsphinx/test/data/librivox")
"""LibriVox recordings of Debian's package pocketsphinx-testdata."""
_NAME = "sense_and_sensibility_01_austen_64kb-{}.wav"
PILOT_PEAK = 1_000
"""Of 32,768: 30 dB below full scale, quieter than the speech."""
SPEECH_PEAK = 12_000
WINDOW_S = 0.05
"""Resolution of the answers; a pilot has whole cycles in it."""
LOUD_RMS = 60.0
"""Sound that is louder than this is not silence: -55 dBFS."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A human interpreter of the test.

    Attributes:
        name: as the desk has it.
        clips: numbers of the recordings that they say, over and over.
        pilot_hz: frequency of their pilot; a multiple of 20, where speech has little.
    """

    name: str
    clips: Sequence[str]
    pilot_hz: float

    def write(self, path: Path) -> Path:
        """Write the microphone's sound to a WAV file."""
        speech = np.concatenate([_clip(number) for number in self.clips])
        rate_hz = 16_000
        speech = _without_pilots(speech, rate_hz)
        speech = speech * SPEECH_PEAK / np.max(np.abs(speech))
        seconds = np.arange(speech.size) / rate_hz
        pilot = PILOT_PEAK * np.sin(2 * np.pi * self.pilot_hz * seconds)
        write_wav(path, speech + pilot, rate_hz)
        return path

    def levels(self, sound: Samples, window_s: float = WINDOW_S) -> Samples:
        """The amplitude of the pilot in each window of a sound at 24 kHz."""
        size = int(window_s * RATE_HZ)
        whole = sound[: sound.size // size * size].reshape(-1, size)
        wave_of_pilot = np.exp(-2j * np.pi * self.pilot_hz * np.arange(size) / RATE_HZ)
        window = np.hanning(size)
        return np.asarray(2 * np.abs(whole @ (wave_of_pilot * window)) / np.sum(window))

    def on_air(self, sound: Samples) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """In which windows the pilot is heard: it is at least a third of what was spoken."""
        return np.asarray(self.levels(sound) > PILOT_PEAK / 3)


_PILOTS_HZ = (3_700.0, 5_300.0)
_NOTCH_HZ = 40.0
"""The speech has nothing so close to a pilot, or it would pass for a trace of that."""
ANA = Voice("Ana", ("0870", "0880", "0890"), _PILOTS_HZ[0])
LUC = Voice("Luc", ("0920", "0930"), _PILOTS_HZ[1])


def loud(sound: Samples) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """In which windows something is heard."""
    size = int(WINDOW_S * RATE_HZ)
    whole = sound[: sound.size // size * size].reshape(-1, size)
    return np.asarray(np.sqrt(np.mean(whole**2, axis=1)) > LOUD_RMS)


def longest_run_s(windows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    """The longest run of true windows, in seconds."""
    longest = run = 0
    for value in windows:
        run = run + 1 if value else 0
        longest = max(longest, run)
    return longest * WINDOW_S


def _without_pilots(speech: Samples, rate_hz: int) -> Samples:
    spectrum = np.fft.rfft(speech)
    hz = np.fft.rfftfreq(speech.size, 1 / rate_hz)
    for pilot_hz in _PILOTS_HZ:
        spectrum[np.abs(hz - pilot_hz) < _NOTCH_HZ] = 0.0
    return np.fft.irfft(spectrum, speech.size)


def _clip(number: str) -> Samples:
    with wave.open(str(_CLIPS / _NAME.format(number))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64)
