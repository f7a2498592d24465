"""Comparing sounds: is what was heard what was said?"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.support.deadline import deadline

RATE_HZ = 24_000
WINDOW_S = 0.5
SURELY = 8
"""Windows that are proof. A player on a busy machine runs dry now and then, and the window in which
it does fits nothing; so tests wait for enough good windows and never count the bad ones."""
CHANCE = 0.1
"""Share of windows that may fit another voice, and fit it better than their own; one always may."""
Samples = NDArray[np.float64]


def samples(pcm: bytes) -> Samples:
    """s16le as floats."""
    return np.frombuffer(pcm, "<i2").astype(np.float64)


def resampled(sound: Samples, rate_hz: float) -> Samples:
    """A sound at `RATE_HZ`, by linear interpolation: enough for speech and correlation."""
    count = int(len(sound) * RATE_HZ / rate_hz)
    if count == 0:
        return sound
    return np.interp(np.arange(count) * rate_hz / RATE_HZ, np.arange(len(sound)), sound)


@dataclass(frozen=True, slots=True)
class Match:
    """A window of the heard sound and where it fits best into the said one.

    Attributes:
        at_s: start of the window in the heard sound.
        found_s: start of the fitting place in the said sound.
        r: normalised correlation there.
    """

    at_s: float
    found_s: float
    r: float


def matches(
    heard: Samples, said: Samples, window_s: float = 1.0, rate_hz: int = RATE_HZ
) -> list[Match]:
    """Every window of `heard` that is full of speech, looked for in all of `said`."""
    size = int(window_s * rate_hz)
    if len(said) < size:
        return []
    loud = 0.5 * np.sqrt(np.mean(heard**2)) if len(heard) else 0.0
    padded = 1 << (len(said) + size - 1).bit_length()
    spectrum = np.fft.rfft(said.astype(np.float32), padded)  # half the time of float64
    energy = np.concatenate(([0.0], np.cumsum(said**2)))
    found = []
    for start in range(0, len(heard) - size + 1, size):
        window = heard[start : start + size]
        if np.sqrt(np.mean(window**2)) < max(loud, 30.0):
            continue
        look = np.fft.rfft(window.astype(np.float32), padded)
        cross = np.fft.irfft(spectrum * np.conj(look), padded)
        places = len(said) - size + 1
        local = np.sqrt(np.maximum(energy[size:] - energy[:-size], 1e-9))[:places]
        quiet = local < 0.1 * np.linalg.norm(window)
        r = np.where(quiet, 0.0, cross[:places] / (local * np.linalg.norm(window)))
        best = int(np.argmax(r))
        found.append(Match(start / rate_hz, best / rate_hz, float(r[best])))
    return found


def quick_matches(heard: Samples, said: Samples) -> list[Match]:
    """The same for short windows, at a third of the rate."""
    rate_hz = RATE_HZ // 3
    return matches(_at_a_third(heard), _at_a_third(said), WINDOW_S, rate_hz)


def surely(found: list[Match]) -> int:
    """How many windows are surely the sound they were compared with."""
    return sum(match.r > 0.8 for match in found)


async def hears(
    newly_heard: Callable[[], Awaitable[Samples]],
    own: Callable[[], Samples],
    other: Callable[[], Samples],
) -> None:
    """Wait until enough of a recording is surely one voice, and check that it is not the other.

    It compares every window once, by `quick_matches`: a test that keeps the machine busy
    disturbs the player that it listens to.

    Args:
        newly_heard: returns what was recorded since the last call, at 24 kHz.
        own: returns what the voice said that must be heard, as far back as may be heard now.
        other: the same of the voice that must not be heard.

    Raises:
        TimeoutError: the deadline passed.
    """
    found, rest, mistaken = list[Match](), np.zeros(0), 0
    size = int(WINDOW_S * RATE_HZ)
    async with deadline(120):
        while surely(found) < SURELY:
            await asyncio.sleep(1.0)
            rest = np.concatenate((rest, await newly_heard()))
            whole = len(rest) // size * size
            new, rest = rest[:whole], rest[whole:]
            mine = await asyncio.to_thread(quick_matches, new, own())
            others = await asyncio.to_thread(quick_matches, new, other())
            found += mine
            # A name, or a word that both languages have, fits both.
            mistaken += sum(
                theirs.r > max(0.8, one.r) for one, theirs in zip(mine, others, strict=False)
            )
            print(f"{surely(found)} of {len(found)} windows surely heard")
    assert mistaken <= max(1, CHANCE * len(found))


def _at_a_third(sound: Samples) -> Samples:
    whole: Samples = sound[: len(sound) // 3 * 3].reshape(-1, 3).mean(axis=1)
    return whole
