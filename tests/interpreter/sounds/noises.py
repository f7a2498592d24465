"""Steady and broken noise of a hall and its equipment."""

from collections.abc import Mapping

import numpy as np

from tests.interpreter.sounds.building import (
    Make,
    Samples,
    at_level,
    band,
    noise,
    placed,
    repeated,
    steady,
    swelled,
    times,
    tone,
)

_LEVELS_DBFS = (-50.0, -40.0, -30.0, -20.0, -10.0)
_MAINS = tuple(1 / number for number in range(1, 12))
_ODD = tuple(number % 2 / number for number in range(1, 30))


def quiet_room(seconds: float) -> Samples:
    """The noise of a microphone in an empty hall, at -60 dBFS."""
    return at_level(noise(seconds, 1), -60)


def hum(seconds: float) -> Samples:
    """Mains hum with its harmonics, at -26 dBFS."""
    return 0.05 * tone(steady(50, seconds), _MAINS)


def hum_at_all_levels(seconds: float) -> Samples:
    """The same from -50 to -10 dBFS, in steps."""
    part_s = seconds / len(_LEVELS_DBFS)
    parts = [at_level(tone(steady(50, part_s), _MAINS), level) for level in _LEVELS_DBFS]
    return placed(seconds, [(number * part_s, part) for number, part in enumerate(parts)])


def hum_and_hiss(seconds: float) -> Samples:
    """60 Hz with odd harmonics, as of dimmers, and the hiss of an amplifier."""
    return at_level(tone(steady(60, seconds), _ODD), -24) + at_level(noise(seconds, 2), -38)


def pink(seconds: float) -> Samples:
    """Pink noise at -20 dBFS, which technicians play."""
    return at_level(noise(seconds, 3, 0.5), -20)


def brown(seconds: float) -> Samples:
    """Brown noise at -20 dBFS: a motorway behind a wall."""
    return at_level(noise(seconds, 4, 1.0), -20)


def ventilation(seconds: float) -> Samples:
    """A fan: noise in bands, beating slowly."""
    beating = 1 + 0.4 * np.sin(2 * np.pi * 0.7 * times(seconds))
    blades = tone(steady(143, seconds), (1.0, 0.6, 0.3, 0.2))
    return at_level(beating * (noise(seconds, 5, 0.7) * 10 + blades), -34)


def wind(seconds: float) -> Samples:
    """Gusts on a microphone without a foam."""
    gusts = np.maximum(0.0, band(noise(seconds, 6), 0.2, 1.5))
    return at_level(gusts * noise(seconds, 7, 1.0), -18)


def feedback(seconds: float) -> Samples:
    """A whistle that sweeps up and down and grows into clipping, every four seconds."""

    def whistle(number: int) -> Samples:
        first, last = ((600.0, 2_800.0), (3_100.0, 450.0))[number % 2]
        pitch = first * (last / first) ** (times(2.5) / 2.5)
        growing: Samples = np.clip(1.4 * (times(2.5) / 2.5) ** 2 * tone(pitch, (1.0, 0.1)), -1, 1)
        return growing

    return repeated(seconds, 4.0, whistle)


def level_jumps(seconds: float) -> Samples:
    """Noise that jumps between -65 and -12 dBFS: cables that are plugged."""
    steps = np.where(times(seconds) % 1.7 < 0.6, 10 ** (-12 / 20), 10 ** (-65 / 20))
    return at_level(noise(seconds, 8, 0.5), 0) * steps


def offset(seconds: float) -> Samples:
    """A constant of a third of full scale that comes and goes, under soft noise."""
    there = times(seconds) % 3.0 < 2.0
    return 0.33 * there + at_level(noise(seconds, 9), -55)


def clipped_hum(seconds: float) -> Samples:
    """Hum that is clipped all the time."""
    clipped: Samples = np.clip(20 * hum(seconds), -1, 1)
    return clipped


def first_tone(seconds: float) -> Samples:
    """A tone of 1 kHz with which the stream begins, then a quiet room."""
    line_up = at_level(tone(steady(1_000, min(4.0, seconds)), (1.0,)), -18)
    return placed(seconds, [(0.0, line_up)]) + quiet_room(seconds)


def buzz(seconds: float) -> Samples:
    """A phone next to a cable: bursts of 217 Hz with all harmonics."""

    def burst(_number: int) -> Samples:
        return swelled(tone(steady(217, 0.35), (1.0,) * 20), 0.005, 0.005)

    return at_level(repeated(seconds, 0.9, burst), -24)


NOISES: Mapping[str, Make] = {
    "quiet room": quiet_room,
    "hum": hum,
    "hum, −50 to −10 dBFS": hum_at_all_levels,
    "hum and hiss": hum_and_hiss,
    "pink noise": pink,
    "brown noise": brown,
    "ventilation": ventilation,
    "wind": wind,
    "feedback": feedback,
    "jumps of level": level_jumps,
    "constant offset": offset,
    "clipped hum": clipped_hum,
    "a tone first": first_tone,
    "buzz of a phone": buzz,
}
