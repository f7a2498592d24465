"""Measures loudness, and brings all channels to one, after EBU R 128."""

import math
from collections import deque

import numpy as np

from broadcaster.audio.filter_chain import FilterChain
from broadcaster.audio.pcm import Samples, to_frame, to_pcm, to_samples
from broadcaster.model.audio import CLOCK_HZ, FULL_BAND_HZ, SAMPLE_BYTES

TARGET_LUFS = -20.0
"""Loudness of speech on every channel, one channel measured as one (mono).

Between broadcast's -23 (EBU R 128) and the -16 to -18 that phones are used to: louder would need
the limiter all the time, since speech peaks 15 dB and more above its loudness.
"""
MOST_GAIN_DB = 15.0
"""Largest gain up and down; a voice further from the target is a fault to repair at its source."""
STEP_MS = 100
"""EBU Tech 3341: momentary loudness (400 ms) is measured every 100 ms."""
_RELATIVE_GATE_LU = 10.0
"""BS.1770-5: sound that far below the mean of what passed the absolute gate is not speech."""
_ABSOLUTE_GATE_LUFS = TARGET_LUFS - MOST_GAIN_DB - _RELATIVE_GATE_LU
"""The relative gate of the quietest voice that can be brought to the target: -45 LUFS."""
_SILENCE_LUFS = -70.0
"""Loudness by `ebur128` while nothing has passed the absolute gate (BS.1770-5)."""
_WINDOW = 3_000 // STEP_MS
"""Short-term loudness (EBU Tech 3341) spans 3 s; here 3 s of sound above the absolute gate."""
_ENOUGH = 4
"""Measures before the gain moves: the first 400 ms of speech do not yet fill one."""
_FIRST_DB_PER_S = 20.0
"""Speed of the gain in a channel's first 3 s of speech."""
_DB_PER_S = 2.0


class LoudnessMeter:
    """Momentary loudness of one channel through libavfilter's `ebur128`."""

    def __init__(self) -> None:
        self._chain = FilterChain([("ebur128", "metadata=1:framelog=quiet")])
        self._measured = 0

    def add(self, pcm: bytes) -> list[float]:
        """Measure s16le mono 24 kHz.

        Returns:
            LUFS of the 400 ms that end at each full 100 ms of this piece, maybe none.
        """
        if not pcm:
            return []
        frames = self._chain.push(to_frame(pcm, self._measured))
        self._measured += len(pcm) // SAMPLE_BYTES
        return [float(frame.metadata["lavfi.r128.M"]) for frame in frames]


class ProgrammeLoudness:
    """Loudness and true peak of all that is added (ITU-R BS.1770-5), through `ebur128`.

    Attributes:
        integrated_lufs: None while nothing was above the absolute gate of -70 LUFS.
        true_peak_dbtp: highest so far, at four times the rate; None for digital silence.
    """

    def __init__(self) -> None:
        options = "metadata=1:framelog=quiet:peak=true"
        self._chain = FilterChain([("ebur128", options)], rate_hz=FULL_BAND_HZ)
        self._measured = 0
        self._pieces: list[bytes] = []
        self._waiting = 0
        self.integrated_lufs: float | None = None
        self.true_peak_dbtp: float | None = None

    def add(self, samples: Samples) -> None:
        """Measure mono 48 kHz, a second at a time: that costs less than piece by piece."""
        self._pieces.append(to_pcm(samples))
        self._waiting += samples.size
        if self._waiting < FULL_BAND_HZ:
            return
        frame = to_frame(b"".join(self._pieces), self._measured, rate_hz=FULL_BAND_HZ)
        self._measured += self._waiting
        self._pieces.clear()
        self._waiting = 0
        measured = self._chain.push(frame)[-1].metadata
        integrated, peak = (float(measured[f"lavfi.r128.{one}"]) for one in ("I", "true_peak"))
        if integrated > _SILENCE_LUFS:
            self.integrated_lufs = round(integrated, 1)
        if peak > 0:
            self.true_peak_dbtp = round(20 * math.log10(peak), 1)


class Leveler:
    """Brings one channel's speech to `TARGET_LUFS` with a slow gain, without delay.

    The gain stands still while nobody speaks, so pauses do not become louder. It moves fast only in
    the first seconds of speech. Peaks may exceed full scale, so a `Limiter` has to follow.

    Args:
        target_lufs: the loudness to reach.
    """

    def __init__(self, target_lufs: float = TARGET_LUFS) -> None:
        self._target_lufs = target_lufs
        self._meter = LoudnessMeter()
        self._heard: deque[float] = deque(maxlen=_WINDOW)
        self._speaking = False
        self.gain_db = 0.0
        """The gain at the end of what was leveled."""

    @property
    def loudness_lufs(self) -> float | None:
        """Gated loudness of the last 3 s of input speech; None before any speech."""
        return _gated(self._heard)[0] if len(self._heard) >= _ENOUGH else None

    def level(self, pcm: bytes) -> Samples:
        """Return the same sound, leveled: s16le mono 24 kHz, with the same number of samples."""
        samples = to_samples(pcm)
        for momentary in self._meter.add(pcm):
            self._listen(momentary)
        before = self.gain_db
        self._move(samples.size / CLOCK_HZ)
        if before == self.gain_db:
            return samples * np.float32(_amplitude(before))
        ramp = np.linspace(_amplitude(before), _amplitude(self.gain_db), samples.size + 1)
        return samples * ramp[1:].astype(np.float32)

    def _listen(self, momentary: float) -> None:
        self._speaking = momentary >= _ABSOLUTE_GATE_LUFS
        if self._speaking:
            self._heard.append(momentary)
            self._speaking = momentary >= _gated(self._heard)[1]

    def _move(self, seconds: float) -> None:
        loudness = self.loudness_lufs
        if loudness is None or not self._speaking:
            return
        wanted = self._target_lufs - loudness
        wanted = max(-MOST_GAIN_DB, min(MOST_GAIN_DB, wanted))
        settled = len(self._heard) == _WINDOW
        most = (_DB_PER_S if settled else _FIRST_DB_PER_S) * seconds
        self.gain_db += max(-most, min(most, wanted - self.gain_db))


def _gated(heard: deque[float]) -> tuple[float, float]:
    """Loudness of the measures above their relative gate, and that gate, in LUFS (BS.1770-5)."""
    gate = _mean(list(heard)) - _RELATIVE_GATE_LU
    return _mean([momentary for momentary in heard if momentary >= gate]), gate


def _mean(lufs: list[float]) -> float:
    return 10 * math.log10(sum(10 ** (one / 10) for one in lufs) / len(lufs))


def _amplitude(db: float) -> float:
    return float(10 ** (db / 20))
