"""Music without words: instruments, voices that sing vowels, drums."""

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
    vibrato,
    vowel,
)
from tests.interpreter.sounds.people import AH, EH, OH, OO

_NOTES_HZ = (261.63, 329.63, 392.0, 523.25, 440.0, 349.23, 293.66, 392.0)
_CHORDS_HZ = (
    (261.63, 329.63, 392.0),
    (220.0, 261.63, 329.63),
    (174.61, 220.0, 261.63),
    (196.0, 246.94, 293.66),
)
_STRINGS = tuple(1 / number for number in range(1, 14))
_REED = tuple((0.4 + 0.6 * (number % 2)) / number**0.8 for number in range(1, 18))


def plucked(seconds: float) -> Samples:
    """A melody of plucked notes with a bass, two notes a second."""
    sound = np.zeros(times(seconds).size + 48_000)
    note = times(1.0)
    for number in range(int(seconds * 2)):
        pitch = _NOTES_HZ[number * 5 % len(_NOTES_HZ)]
        struck = mixed([np.sin(2 * np.pi * pitch * n * note) / n**1.5 for n in range(1, 7)])
        bass = np.sin(2 * np.pi * _NOTES_HZ[number // 4 % len(_NOTES_HZ)] / 4 * note)
        at = number * 12_000
        sound[at : at + note.size] += (struck + bass) * np.exp(-3 * note)
    return 0.15 * sound[: times(seconds).size]


def violin(seconds: float) -> Samples:
    """A melody with vibrato, bowed: as many partials as a voice has."""

    def note(number: int) -> Samples:
        hz = _NOTES_HZ[number * 3 % len(_NOTES_HZ)] * 1.5
        return swelled(tone(vibrato(hz, 0.85, 0.012), _STRINGS), 0.08, 0.12)

    return at_level(repeated(seconds, 0.75, note), -20)


def cello(seconds: float) -> Samples:
    """The same in the range of a man's voice, with slides between notes."""
    time = times(seconds)
    places = time / 1.1
    notes = np.array(_NOTES_HZ) / 2.3
    now, after = places.astype(int), places.astype(int) + 1
    slide = np.clip((places % 1 - 0.85) / 0.15, 0, 1)
    pitch = notes[now % 8] * (1 - slide) + notes[after % 8] * slide
    swung = pitch * (1 + 0.012 * np.sin(2 * np.pi * 5.2 * time))
    return at_level(tone(swung, _STRINGS) * (0.7 + 0.3 * np.sin(np.pi * places) ** 2), -20)


def organ(seconds: float) -> Samples:
    """Chords of an organ, held for two seconds each."""

    def chord(number: int) -> Samples:
        pipes = (1.0, 0.7, 0.3, 0.5, 0.0, 0.2, 0.0, 0.3)
        held = [tone(steady(hz, 2.1), pipes) for hz in _CHORDS_HZ[number % 4]]
        return swelled(mixed(held), 0.05, 0.1)

    return at_level(repeated(seconds, 2.0, chord), -20)


def accordion(seconds: float) -> Samples:
    """Reeds that beat against each other, with a waltz below."""

    def chord(number: int) -> Samples:
        hz = _NOTES_HZ[number * 5 % 8]
        reeds = tone(steady(hz, 0.42), _REED) + tone(steady(hz * 1.006, 0.42), _REED)
        low = _CHORDS_HZ[number // 6 % 4]
        below = [tone(steady(one / 2, 0.3), _REED) for one in (low[:1] if number % 3 == 0 else low)]
        return placed(0.42, [(0.0, swelled(reeds, 0.03, 0.05)), (0.0, 0.4 * mixed(below))])

    return at_level(repeated(seconds, 0.4, chord), -20)


def choir(seconds: float) -> Samples:
    """A choir that sings vowels in chords, each voice with a vibrato of its own."""

    def chord(number: int) -> Samples:
        formants = (AH, OO, OH)[number % 3]
        voices = [
            vowel(vibrato(hz * part, 2.6, 0.012, 4.6 + 0.4 * place), formants)
            for place, hz in enumerate(_CHORDS_HZ[number % 4])
            for part in (0.5, 1.003)
        ]
        return swelled(mixed(voices), 0.3, 0.4)

    return at_level(repeated(seconds, 2.3, chord), -20)


def singer(seconds: float) -> Samples:
    """One voice that sings vowels without words, with vibrato and breaths."""

    def note(number: int) -> Samples:
        hz = _NOTES_HZ[number * 5 % 8] * (0.75 if number // 16 % 2 else 0.5)
        formants = (AH, OH, EH, OO)[number // 2 % 4]
        return swelled(vowel(vibrato(hz, 0.7 + 0.3 * (number % 3)), formants), 0.06, 0.15)

    return at_level(repeated(seconds, 1.05, note), -20)


def humming(seconds: float) -> Samples:
    """A speaker who hums a tune with closed lips."""

    def note(number: int) -> Samples:
        pitch = vibrato(_NOTES_HZ[number * 3 % 8] / 2, 0.6, 0.008, 4.5)
        return swelled(vowel(pitch, (260.0, 900.0, 2_200.0)), 0.05, 0.08)

    return at_level(repeated(seconds, 0.55, note), -24)


def _hit(kind: int, seed: int) -> Samples:
    if kind == 0:
        return at_level(dying(tone(np.linspace(120, 45, 9_600), (1.0, 0.2)), 0.05), -12)
    if kind == 1:
        return at_level(dying(band(noise(0.3, seed), 200, 8_000), 0.04), -16)
    return at_level(dying(band(noise(0.1, seed), 6_000, 11_000), 0.02), -24)


def drums(seconds: float) -> Samples:
    """Bass drum, snare and hi-hat, at 120 beats a minute."""
    pieces = list[tuple[float, Samples]]()
    for number, at_s in enumerate(np.arange(0, seconds, 0.25)):
        pieces.append((at_s, _hit(2, 31 + number)))
        if number % 2 == 0:
            pieces.append((at_s, _hit(number // 2 % 2, 32 + number)))
    return placed(seconds, pieces)


def walking_bass(seconds: float) -> Samples:
    """A double bass, plucked, with a brush."""

    def note(number: int) -> Samples:
        hz = (65.4, 82.4, 98.0, 110.0, 116.5, 110.0, 98.0, 82.4)[number % 8]
        string = dying(tone(steady(hz, 0.6), _STRINGS), 0.15)
        return placed(0.6, [(0.0, at_level(string, -18)), (0.22, _hit(1, 33 + number) * 0.3)])

    return repeated(seconds, 0.45, note)


def guitar(seconds: float) -> Samples:
    """An electric guitar that is distorted."""

    def chord(number: int) -> Samples:
        hz = _CHORDS_HZ[number % 4][0] / 2
        strings = mixed([tone(steady(hz * n, 1.9), _STRINGS) for n in (1.0, 1.498, 2.0)])
        distorted: Samples = np.tanh(6 * dying(strings, 1.0))
        return distorted

    return at_level(repeated(seconds, 1.9, chord), -20)


def band_music(seconds: float) -> Samples:
    """Drums, bass, chords and a singing melody, faded in and out every ten seconds."""
    sound = 0.5 * drums(seconds) + walking_bass(seconds) + 0.4 * organ(seconds)
    faded = np.minimum(1.0, np.sin(np.pi * times(seconds) / 10) ** 2 * 1.5)
    return at_level((sound + 0.8 * cello(seconds)) * faded, -18)


MUSIC: Mapping[str, Make] = {
    "music": plucked,
    "violin": violin,
    "cello": cello,
    "organ": organ,
    "accordion": accordion,
    "choir": choir,
    "singer of vowels": singer,
    "humming": humming,
    "drums": drums,
    "walking bass": walking_bass,
    "guitar": guitar,
    "band": band_music,
}
