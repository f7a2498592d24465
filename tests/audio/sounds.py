"""Sounds to test with, and measures that share no code with what they check."""

import math
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

import av
import av.filter
import numpy as np
import numpy.typing as npt

from broadcaster.audio.file import read_pcm
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.rehearsal.talk import AUDIO_PATH

TICK_BYTES = 2_880
"""60 ms, what a channel plays out at a time."""


@cache
def speech() -> bytes:
    """The prepared talk, two minutes."""
    return b"".join(read_pcm(AUDIO_PATH))


def tone(
    seconds: float, hz: float = 440.0, amplitude: float = 8_000, rate_hz: int = CLOCK_HZ
) -> bytes:
    time = np.arange(int(seconds * rate_hz)) / rate_hz
    return pcm_of(amplitude * np.sin(2 * math.pi * hz * time))


def voice_like(seconds: float, hz: float = 110.0) -> bytes:
    """Harmonics of a low voice: loud, periodic and smooth enough to show any click."""
    time = np.arange(int(seconds * CLOCK_HZ)) / CLOCK_HZ
    parts = [np.sin(2 * math.pi * hz * n * time + n) / n for n in range(1, 9)]
    return pcm_of(6_000 * np.sum(parts, axis=0))


def noise(seconds: float, dbfs: float) -> bytes:
    rng = np.random.default_rng(5)
    return pcm_of(rng.normal(0, 32_768 * 10 ** (dbfs / 20), int(seconds * CLOCK_HZ)))


def coloured_noise(seconds: float, dbfs: float, exponent: float) -> bytes:
    """Noise whose power falls with this power of the frequency: 0 white, 1 pink, 2 brown."""
    rng = np.random.default_rng(6)
    frequencies = np.fft.rfftfreq(int(seconds * CLOCK_HZ), 1 / CLOCK_HZ)
    spectrum = rng.normal(size=frequencies.size) + 1j * rng.normal(size=frequencies.size)
    spectrum[0] = 0
    spectrum[1:] /= frequencies[1:] ** (exponent / 2)
    return _with_level(np.fft.irfft(spectrum, int(seconds * CLOCK_HZ)), dbfs)


def hum(seconds: float, dbfs: float, hz: float = 50.0) -> bytes:
    """Mains hum with its harmonics."""
    time = np.arange(int(seconds * CLOCK_HZ)) / CLOCK_HZ
    parts = [np.sin(2 * math.pi * hz * n * time + n) / n for n in range(1, 13)]
    return _with_level(np.sum(parts, axis=0), dbfs)


def _with_level(values: npt.NDArray[np.float64], dbfs: float) -> bytes:
    rms = np.sqrt(np.mean(values**2))
    return pcm_of(values / rms * 32_768 * 10 ** (dbfs / 20))


def amplified(pcm: bytes, db: float) -> bytes:
    return pcm_of(numbers(pcm) * 10 ** (db / 20))


def numbers(pcm: bytes) -> npt.NDArray[np.float64]:
    return np.frombuffer(pcm, "<i2").astype(np.float64)


def pcm_of(values: npt.NDArray[np.float64]) -> bytes:
    return np.clip(np.rint(values), -32_768, 32_767).astype("<i2").tobytes()


def ticks(pcm: bytes) -> Iterator[bytes]:
    for start in range(0, len(pcm) - TICK_BYTES + 1, TICK_BYTES):
        yield pcm[start : start + TICK_BYTES]


def ragged(pcm: bytes, seed: int, longest: int = 2_000) -> Iterator[bytes]:
    """The same sound in pieces of random length."""
    rng = np.random.default_rng(seed)
    start = 0
    while start < len(pcm):
        size = 2 * int(rng.integers(1, longest))
        yield pcm[start : start + size]
        start += size


def sharpest(pcm: bytes) -> float:
    """The largest second difference: a click is sharper than the sound it sits in."""
    return float(np.abs(np.diff(numbers(pcm), 2)).max())


def dominant_hz(pcm: bytes) -> float:
    values = numbers(pcm)
    spectrum = np.abs(np.fft.rfft(values * np.hanning(values.size)))
    return float(np.argmax(spectrum)) * CLOCK_HZ / values.size


def best_correlation(heard: bytes, said: bytes) -> float:
    """Return the likeness of two sounds, 0 to 1, wherever one begins in the other."""
    a = np.frombuffer(heard, "<i2").astype(float)
    b = np.frombuffer(said, "<i2").astype(float)
    size = 1 << (len(a) + len(b)).bit_length()
    cross = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    return float(np.max(cross) / (np.linalg.norm(a) * np.linalg.norm(b)))


def loudness(pcm: bytes) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP, by FFmpeg's `ebur128`."""
    graph = av.filter.Graph()
    graph.threads = 1
    source = graph.add_abuffer(
        sample_rate=CLOCK_HZ, format="s16", layout="mono", time_base=Fraction(1, CLOCK_HZ)
    )
    meter = graph.add("ebur128", "metadata=1:peak=true:framelog=quiet")
    sink = graph.add("abuffersink")
    graph.link_nodes(source, meter, sink).configure()
    frame = av.AudioFrame.from_ndarray(np.frombuffer(pcm, "<i2").reshape(1, -1), "s16", "mono")
    frame.sample_rate = CLOCK_HZ
    source.push(frame)
    source.push(None)
    lufs, peak = -math.inf, 0.0
    while True:
        try:
            metadata = sink.pull().metadata
        except (av.BlockingIOError, av.EOFError):
            return lufs, 20 * math.log10(peak)
        if "lavfi.r128.I" in metadata:
            lufs = float(metadata["lavfi.r128.I"])
            peak = max(peak, float(metadata["lavfi.r128.true_peak"]))
