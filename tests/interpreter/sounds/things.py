"""Sounds of things: doors, chairs, keyboards, phones, alarms."""

from collections.abc import Mapping

import numpy as np

from tests.interpreter.sounds.building import (
    Make,
    Samples,
    at_level,
    band,
    dying,
    mixed,
    noise,
    placed,
    repeated,
    steady,
    swelled,
    times,
    tone,
)

_ROWS_HZ, _COLUMNS_HZ = (697, 770, 852, 941), (1_209, 1_336, 1_477)
_CHIME_HZ = (1_318.5, 1_174.7, 740.0, 830.6, 1_108.7, 987.8, 587.3, 659.3)


def doors(seconds: float) -> Samples:
    """A door that slams, and its echo."""

    def slam(number: int) -> Samples:
        thud = dying(tone(np.linspace(110, 60, 24_000), (1.0, 0.4)), 0.06)
        crack = dying(noise(1.0, 21 + number, 0.4), 0.03)
        return at_level(thud, -18) + at_level(crack, -20)

    return repeated(seconds, 1.6, slam)


def chairs(seconds: float) -> Samples:
    """Chairs that scrape over a floor: a squeal that sticks and slips."""

    def scrape(number: int) -> Samples:
        length_s = 0.4 + 0.15 * (number % 4)
        wobble = np.repeat(
            np.random.default_rng(22 + number).uniform(0.85, 1.15, round(length_s * 40)), 600
        )
        squeal = tone((180 + 70 * (number % 5)) * wobble, tuple(1 / n for n in range(1, 15)))
        rough = band(noise(length_s, 23 + number), 300, 4_000)[: squeal.size]
        sound = at_level(squeal, -22) + at_level(rough, -24)[: squeal.size]
        return swelled(sound, 0.05, 0.1)

    return repeated(seconds, 1.1, scrape)


def typing(seconds: float) -> Samples:
    """A keyboard next to the microphone."""
    random, pieces = np.random.default_rng(24), list[tuple[float, Samples]]()
    at_s = 0.1
    while at_s < seconds:
        key = dying(band(noise(0.06, int(random.integers(1 << 30))), 900, 9_000), 0.006)
        bottom = dying(tone(steady(random.uniform(140, 220), 0.06), (1.0, 0.5)), 0.012)
        pieces.append((at_s, random.uniform(0.4, 1.0) * (key + 0.3 * bottom)))
        at_s += float(random.gamma(2.0, 0.07)) + (0.6 if random.random() < 0.06 else 0.05)
    return at_level(placed(seconds, pieces), -34)


def paper(seconds: float) -> Samples:
    """Pages that are turned."""

    def page(number: int) -> Samples:
        crackle = np.random.default_rng(25 + number).random(16_800) ** 8
        rustle = band(noise(0.7, 26 + number), 1_500, 9_000) * crackle
        return swelled(at_level(rustle, -28), 0.1, 0.2)

    return repeated(seconds, 1.3, page)


def ringing(seconds: float) -> Samples:
    """A phone that rings as in America, then as in Europe."""

    def ring(number: int) -> Samples:
        if number % 2:
            return at_level(swelled(tone(steady(425, 1.0), (1.0, 0.1)), 0.01, 0.01), -18)
        both = tone(steady(440, 2.0), (1.0,)) + tone(steady(480, 2.0), (1.0,))
        return at_level(swelled(both, 0.01, 0.01), -18)

    return repeated(seconds, 3.0, ring)


def ring_tone(seconds: float) -> Samples:
    """A phone that plays a tune of bells."""

    def bell(number: int) -> Samples:
        hz = _CHIME_HZ[number % len(_CHIME_HZ)]
        return dying(tone(steady(hz, 0.5), (1.0, 0.0, 0.0, 0.5)), 0.08)

    return at_level(repeated(seconds, 0.16, bell), -22)


def beeps(seconds: float) -> Samples:
    """Beeps of a projector, and the tones of a dialled number."""

    def beep(number: int) -> Samples:
        if number % 2:
            return at_level(swelled(tone(steady(2_000, 0.15), (1.0,)), 0.005, 0.005), -16)
        both = tone(steady(_ROWS_HZ[number % 4], 0.2), (1.0,))
        both += tone(steady(_COLUMNS_HZ[number % 3], 0.2), (1.0,))
        return at_level(swelled(both, 0.005, 0.005), -16)

    return repeated(seconds, 0.45, beep)


def siren(seconds: float) -> Samples:
    """A siren that wails, then one that yelps."""
    time = times(seconds)
    wail = 500 + 450 * (1 - np.cos(2 * np.pi * time / 4)) / 2 * 2
    yelp = 500 + 900 * ((time * 3) % 1)
    return at_level(tone(np.where(time < seconds / 2, wail, yelp), (1.0, 0.4, 0.3, 0.15)), -20)


def bells(seconds: float) -> Samples:
    """A bell that calls back from the break; its partials are no harmonics."""

    def stroke(number: int) -> Samples:
        partials = ((0.5, 1.0), (1.0, 0.8), (1.19, 0.7), (1.5, 0.5), (2.0, 0.6), (2.66, 0.3))
        hz = (523.0, 415.0)[number % 2]
        return dying(
            mixed([gain * tone(steady(hz * part, 3.0), (1.0,)) for part, gain in partials]), 0.5
        )

    return at_level(repeated(seconds, 1.2, stroke), -20)


THINGS: Mapping[str, Make] = {
    "doors": doors,
    "chairs": chairs,
    "typing": typing,
    "paper": paper,
    "ringing": ringing,
    "ring tone": ring_tone,
    "beeps": beeps,
    "siren": siren,
    "bells": bells,
}
