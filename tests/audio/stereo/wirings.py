"""Stereo inputs as cables make them of a talk, and measures of what is made of them."""

import math
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from broadcaster.audio.stereo.downmix import StereoDownmix
from broadcaster.audio.stereo.faults import StereoFault, StereoReport
from broadcaster.model.inputs.stereo_input import StereoInput
from tests.audio.sounds import numbers, speech

Values = npt.NDArray[np.float64]
HZ = 24_000
PIECE_SAMPLES = 2400
LEFT, RIGHT, BOTH = StereoInput.LEFT, StereoInput.RIGHT, StereoInput.BOTH


def dbfs(values: Values) -> float:
    power = float(np.mean(values**2)) if values.size else 0.0
    return 10 * math.log10(max(power, 1e-3)) - 20 * math.log10(32_768)


def at_level(values: Values, level_dbfs: float) -> Values:
    return values * 10 ** ((level_dbfs - dbfs(values)) / 20)


def passage(at_s: float, seconds: float, level_dbfs: float = -22.0) -> Values:
    """A part of the talk; it goes on at its beginning after its end."""
    talk = numbers(speech())
    places = (np.arange(int(seconds * HZ)) + int(at_s * HZ)) % talk.size
    return at_level(talk[places], level_dbfs)


def silence(seconds: float, noise_dbfs: float | None = None, seed: int = 1) -> Values:
    samples = int(seconds * HZ)
    if noise_dbfs is None:
        return np.zeros(samples)
    return at_level(np.random.default_rng(seed).normal(0, 1, samples), noise_dbfs)


def hum(seconds: float, level_dbfs: float, hz: float = 50.0) -> Values:
    time = np.arange(int(seconds * HZ)) / HZ
    parts = [np.sin(2 * math.pi * hz * n * time + n) / n for n in (1, 2, 3, 5)]
    return at_level(np.sum(parts, axis=0), level_dbfs)


@dataclass(frozen=True, slots=True)
class Input:
    """Both channels as they arrive, and the sound that should be made of them.

    Attributes:
        left: one channel.
        right: the other one.
        wanted: what should be heard.
        report: what should be found.
    """

    left: Values
    right: Values
    wanted: Values
    report: StereoReport


def found(
    fault: str = "", faulty: StereoInput | None = None, taken: StereoInput = BOTH
) -> StereoReport:
    return StereoReport(StereoFault(fault), faulty, taken)


Wiring = Callable[[Values, Values, float], Input]
"""Makes an input of a talk, of other sound for the second channel, and of the talk's level."""


def _seconds(values: Values) -> float:
    return len(values) / HZ


def _spoilt(good: Values, bad: Values, fault: str, *, faulty: StereoInput) -> Input:
    if faulty is RIGHT:
        return Input(good, bad, good, found(fault, RIGHT, LEFT))
    return Input(bad, good, good, found(fault, LEFT, RIGHT))


WIRINGS: dict[str, Wiring] = {
    "mono twice": lambda a, _b, _db: Input(a, a, a, found()),
    "inverted": lambda a, _b, _db: Input(a, -a, a, found("channel_inverted", None, LEFT)),
    "inverted, left soft": lambda a, _b, _db: Input(
        a / 2, -a, a, found("channel_inverted", None, RIGHT)
    ),
    "left only": lambda a, _b, _db: _spoilt(a, 0 * a, "one_channel_silent", faulty=RIGHT),
    "right only": lambda a, _b, _db: _spoilt(a, 0 * a, "one_channel_silent", faulty=LEFT),
    "left, crosstalk": lambda a, _b, _db: _spoilt(a, 0.03 * a, "one_channel_silent", faulty=RIGHT),
    "right hums": lambda a, _b, db: _spoilt(
        a, hum(_seconds(a), db - 3), "one_channel_hums", faulty=RIGHT
    ),
    "left hums loudly, 60 Hz": lambda a, _b, db: _spoilt(
        a, hum(_seconds(a), db + 6, 60), "one_channel_hums", faulty=LEFT
    ),
    "right hisses": lambda a, _b, db: _spoilt(
        a, silence(_seconds(a), db - 12, seed=2), "one_channel_hums", faulty=RIGHT
    ),
    "right hums under the talk": lambda a, _b, db: _spoilt(
        a, a + hum(_seconds(a), db - 2), "one_channel_hums", faulty=RIGHT
    ),
    "two languages": lambda a, b, _db: Input(a, b, (a + b) / 2, found("channels_differ")),
    "two microphones": lambda a, _b, _db: _true_stereo(a),
    "panned": lambda a, _b, _db: Input(a, 0.35 * a, 0.675 * a, found()),
}


def _true_stereo(talk: Values) -> Input:
    """30 cm apart, the far one softer."""
    far = 0.7 * np.concatenate((np.zeros(21), talk[:-21]))
    return Input(talk, far, (talk + far) / 2, found())


@dataclass(frozen=True, slots=True)
class Mixed:
    """The sound that was made of an input.

    Attributes:
        mono: the sound.
        reports: each new report, with its time in seconds.
    """

    mono: Values
    reports: list[tuple[float, StereoReport]]


def mixed(
    left: Values,
    right: Values,
    *,
    downmix: StereoDownmix | None = None,
    piece_samples: int = PIECE_SAMPLES,
) -> Mixed:
    downmix = downmix or StereoDownmix()
    stereo = interleaved(left, right)
    size = piece_samples * 4
    pieces: list[bytes] = []
    reports = [(0.0, downmix.report)]
    for start in range(0, len(stereo), size):
        pieces.append(downmix.mix(stereo[start : start + size]))
        if downmix.report != reports[-1][1]:
            reports.append((start / 4 / HZ, downmix.report))
    return Mixed(numbers(b"".join(pieces)), reports)


def interleaved(left: Values, right: Values) -> bytes:
    """Both as s16le stereo."""
    pair = np.clip(np.rint(np.stack((left, right), axis=1)), -32_768, 32_767)
    return pair.astype("<i2").tobytes()


def recorded_inverted(folder: Path) -> Path:
    """A WAV file of a talk whose right channel is inverted."""
    path = folder / "inverted.wav"
    talk = passage(2, 30)
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 24_000, 0, "NONE", ""))
        file.writeframes(interleaved(talk, -talk))
    return path


def worst_click(mono: Values, left: Values, right: Values) -> float:
    """How far a step between two samples exceeds the steps of both channels and a slow fade."""
    steps = np.maximum(np.abs(np.diff(left)), np.abs(np.diff(right)))
    fading = 0.003 * np.maximum(np.abs(left - right)[1:], np.abs(left - right)[:-1])
    return float(np.max(np.abs(np.diff(mono)) - steps - fading))
