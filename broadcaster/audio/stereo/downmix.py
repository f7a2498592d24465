"""One channel from two: their mean, or the one that carries the speech, changed without clicks."""

import numpy as np
import numpy.typing as npt

from broadcaster.audio.pcm import FULL_SCALE
from broadcaster.audio.stereo.faults import StereoFault, StereoReport
from broadcaster.audio.stereo.hops import StereoMeter
from broadcaster.audio.stereo.judge import WiringJudge
from broadcaster.model.audio import ms_to_samples
from broadcaster.model.inputs.stereo_input import StereoInput

FADE_SAMPLES = ms_to_samples(30)
STEREO_SAMPLE_BYTES = 4
"""Bytes of one s16le sample of both channels."""

_SIDES = (StereoInput.LEFT, StereoInput.RIGHT)
_Weights = npt.NDArray[np.float32]
_WEIGHTS: dict[StereoInput, _Weights] = {
    StereoInput.LEFT: np.array([1, 0], np.float32),
    StereoInput.RIGHT: np.array([0, 1], np.float32),
    StereoInput.BOTH: np.array([0.5, 0.5], np.float32),
}
_FADE = ((1 - np.cos((np.arange(FADE_SAMPLES) + 1) / FADE_SAMPLES * np.pi)) / 2).astype(np.float32)


class StereoDownmix:
    """Makes mono of one stereo stream without delay.

    Attributes:
        choice: the organizer's; may change at any time.
    """

    def __init__(self) -> None:
        self.choice = StereoInput.AUTO
        self._meter = StereoMeter()
        self._judge = WiringJudge()
        self._before: _Weights | None = None
        self._goal = _WEIGHTS[StereoInput.BOTH]
        self._faded = FADE_SAMPLES
        self._last_weights = np.zeros((0, 2), np.float32)

    @property
    def report(self) -> StereoReport:
        """The fault of the input, and the channel that is taken."""
        fault, side = self._judge.finding.fault, self._judge.finding.side
        if fault is StereoFault.CHANNELS_DIFFER and self._taken is not StereoInput.BOTH:
            fault = StereoFault.NONE  # It was the organizer who chose one of them.
        return StereoReport(fault, None if side is None else _SIDES[side], self._taken)

    def mix(self, pcm: bytes) -> bytes:
        """Take the next piece, s16le stereo 24 kHz; returns as many samples, s16le mono."""
        stereo = np.frombuffer(pcm, "<i2").reshape(-1, 2).astype(np.float32)
        for hop in self._meter.measure(stereo / np.float32(FULL_SCALE)):
            self._judge.add_hop(hop)
        self._aim_at(_WEIGHTS[self._taken])
        self._last_weights = self._weights(len(stereo))
        return _mono(stereo, self._last_weights)

    def mix_full_band(self, pcm: bytes) -> bytes:
        """Mix the last piece in its form at 48 kHz, twice the samples, in the same way."""
        stereo = np.frombuffer(pcm, "<i2").reshape(-1, 2).astype(np.float32)
        return _mono(stereo, self._last_weights.repeat(2, axis=0))

    @property
    def _taken(self) -> StereoInput:
        if self.choice is not StereoInput.AUTO:
            return self.choice
        return StereoInput.BOTH if self._judge.taken is None else _SIDES[self._judge.taken]

    def _aim_at(self, goal: _Weights) -> None:
        if self._before is None:
            self._before = self._goal = goal
        elif goal is not self._goal:
            share = _FADE[self._faded - 1] if self._faded else np.float32(0)
            self._before = self._before + (self._goal - self._before) * share
            self._goal, self._faded = goal, 0

    def _weights(self, samples: int) -> _Weights:
        """The weights of the next samples, shape (samples, 2)."""
        assert self._before is not None
        shares = np.ones((samples, 1), np.float32)
        fade = _FADE[self._faded : self._faded + samples]
        shares[: fade.size, 0] = fade
        self._faded += fade.size
        return self._before + (self._goal - self._before) * shares


def _mono(stereo: npt.NDArray[np.float32], weights: _Weights) -> bytes:
    return bytes(np.rint(np.einsum("sc,sc->s", stereo, weights)).astype("<i2").data)
