"""Channels that each sound a tone of their own, so that an output tells which one it plays."""

import math

import numpy as np
from numpy.typing import NDArray

from broadcaster.audio.opus import OpusEncoder
from broadcaster.model.audio import CLOCK_HZ, OPUS_FRAME_SAMPLES

LANGUAGES = ("ar", "de", "es", "fr", "it", "ja", "pt", "zh")
TONE_HZ = {language: 300 + 100 * number for number, language in enumerate(LANGUAGES)}
"""A multiple of 50, so that a packet of 60 ms holds whole periods and can be repeated."""
_AMPLITUDE = 8_000
_PACKETS = 20


def tone_packets(hz: int) -> list[bytes]:
    """Opus packets of a tone; the first ones are left out, while the encoder begins."""
    at = np.arange(2 * _PACKETS * OPUS_FRAME_SAMPLES)
    pcm = (_AMPLITUDE * np.sin(2 * math.pi * hz * at / CLOCK_HZ)).astype("<i2").tobytes()
    encoder, size = OpusEncoder(), 2 * OPUS_FRAME_SAMPLES
    packets = [encoder.encode(pcm[at : at + size]) for at in range(0, len(pcm), size)]
    return packets[_PACKETS:]


def loudest_hz(sound: NDArray[np.float64], rate_hz: int = 48_000) -> int:
    """The frequency of a sound, to 10 Hz; 0 of silence."""
    if len(sound) == 0 or not np.any(np.abs(sound) > np.abs(sound).max() / 2):
        return 0
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), rate_hz))
    return round(int(np.argmax(spectrum)), -1)
