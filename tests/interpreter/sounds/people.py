"""Sounds of an audience, without words."""

from collections.abc import Mapping

import numpy as np

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.talk import rendered
from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ
from tests.interpreter.human_speech import clips
from tests.interpreter.sounds.building import (
    Make,
    Samples,
    at_level,
    band,
    dying,
    noise,
    placed,
    repeated,
    steady,
    swelled,
    times,
    tone,
    vibrato,
    vowel,
)

AH, EH = (700.0, 1_150.0, 2_500.0), (480.0, 1_850.0, 2_500.0)
OH, OO = (450.0, 800.0, 2_600.0), (320.0, 750.0, 2_300.0)
_CROWD = 12
_CLAP_S = 0.04


def _clap(random: np.random.Generator) -> Samples:
    length = round(_CLAP_S * SAMPLE_RATE_HZ)
    clap: Samples = random.standard_normal(length) * np.exp(-np.arange(length) / (length / 6))
    return clap


def claps(seconds: float, per_s: float, seed: int) -> Samples:
    """Claps at any time, each a burst of noise."""
    random = np.random.default_rng(seed)
    sound = np.zeros(times(seconds).size + SAMPLE_RATE_HZ)
    for at in random.integers(0, times(seconds).size, round(seconds * per_s)):
        clap = _clap(random) * random.uniform(0.2, 1.0)
        sound[at : at + clap.size] += clap
    return sound[: times(seconds).size]


def applause(seconds: float) -> Samples:
    """Several hundred claps a second."""
    return 0.12 * claps(seconds, 300, 2)


def few_hands(seconds: float) -> Samples:
    """Eight people who clap, each with a rhythm of their own."""
    random, pieces = np.random.default_rng(11), list[tuple[float, Samples]]()
    for _ in range(8):
        every_s, first_s, loud = *random.uniform((0.24, 0.0), (0.34, 0.3)), random.uniform(0.3, 1)
        for at_s in np.arange(first_s, seconds, every_s):
            pieces.append((at_s + random.uniform(0, 0.02), loud * _clap(random)))
    return at_level(placed(seconds, pieces), -24)


def in_time(seconds: float) -> Samples:
    """A hall that claps in time, twice a second."""
    random, pieces = np.random.default_rng(12), list[tuple[float, Samples]]()
    for at_s in np.arange(0, seconds, 0.5):
        pieces += [(at_s + abs(random.normal(0, 0.02)), _clap(random)) for _ in range(60)]
    return at_level(placed(seconds, pieces), -20)


def ovation(seconds: float) -> Samples:
    """Applause that swells and fades, with whistles and shouts."""
    swelling = 0.4 + 0.6 * np.sin(np.pi * times(seconds) / 7) ** 2
    clapping = at_level(swelling * claps(seconds, 500, 13), -20)

    def call(number: int) -> Samples:
        if number % 2:
            rising = 1_400 * 1.7 ** (times(0.6) / 0.6)
            return 0.12 * swelled(tone(rising, (1.0, 0.2)), 0.05, 0.1)
        pitch = vibrato(310 + 40 * (number % 5), 0.9, 0.03) * np.linspace(0.8, 1.1, 21_600)
        return at_level(swelled(vowel(pitch, OO if number % 4 else AH), 0.1, 0.3), -20)

    return clapping + repeated(seconds, 1.3, call)


def laughter(seconds: float) -> Samples:
    """Several people who laugh: five breaths of voice a second, falling."""
    random, pieces = np.random.default_rng(14), list[tuple[float, Samples]]()
    for first_s in np.arange(0.2, seconds, 0.7):
        pitch, formants = random.uniform(150, 420), (AH, EH, OH)[int(random.integers(3))]
        every_s = random.uniform(0.17, 0.24)
        for number in range(int(random.integers(4, 9))):
            sung = vowel(steady(pitch * 0.96**number, 0.11), formants)
            breath = band(noise(0.11, int(random.integers(1 << 30))), 500, 5_000)
            piece = swelled(at_level(sung, -20) + at_level(breath, -28), 0.02, 0.05)
            pieces.append((first_s + number * every_s, 0.9**number * piece))
    return at_level(placed(seconds, pieces), -22)


def coughing(seconds: float) -> Samples:
    """Coughs of different people, one or two at a time."""
    random, pieces = np.random.default_rng(15), list[tuple[float, Samples]]()
    for first_s in np.arange(0.3, seconds, 1.9):
        low_hz = random.uniform(250, 600)
        for number in range(int(random.integers(1, 4))):
            burst = band(noise(0.3, int(random.integers(1 << 30))), low_hz, 3_500)
            sung = vowel(np.linspace(260, 140, 7_200), AH)
            cough = dying(at_level(burst, -16) + at_level(sung, -24), 0.07)
            pieces.append((first_s + number * 0.38, swelled(cough, 0.01, 0.05)))
    return placed(seconds, pieces)


def breath(seconds: float) -> Samples:
    """A speaker who breathes into the microphone before the first word."""

    def one(number: int) -> Samples:
        air = band(noise(1.1, 16 + number), 300, 6_000)
        return swelled(at_level(air, -30), 0.4, 0.5)

    return repeated(seconds, 2.2, one)


def murmur(seconds: float) -> Samples:
    """A dozen people who talk at the same time, far from the microphone."""
    random = np.random.default_rng(17)
    voices = [np.frombuffer(sound, "<i2") / 32_768 for sound, _ in clips()]
    sentences = talk.load().sentences
    for language in ("es", "fr", "it", "pt"):
        for one in sentences[3:6]:
            spoken = rendered.load().sound(one.spoken_text(language), language)
            voices.append(np.frombuffer(spoken, "<i2") / 32_768)
    crowd = np.zeros(times(seconds).size)
    for _ in range(_CROWD):
        order = random.permutation(len(voices))
        row = np.concatenate([at_level(voices[one], -30) for one in order])
        row = np.resize(np.roll(row, int(random.integers(row.size))), crowd.size)
        crowd += row * random.uniform(0.6, 1.0)
    echoes = [(0.023, 0.7), (0.041, 0.6), (0.067, 0.5), (0.11, 0.4), (0.17, 0.3)]
    late = [(at_s, gain * crowd) for at_s, gain in echoes]
    return at_level(placed(seconds, [(0.0, crowd), *late]), -28)


PEOPLE: Mapping[str, Make] = {
    "applause": applause,
    "a few hands": few_hands,
    "clapping in time": in_time,
    "ovation with whistles": ovation,
    "laughter": laughter,
    "coughing": coughing,
    "breath": breath,
    "murmur of twelve voices": murmur,
}
