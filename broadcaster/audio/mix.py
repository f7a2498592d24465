"""Fading and mixing: the floor in place of, or under, the interpretation."""

import math
from dataclasses import dataclass

import numpy as np

from broadcaster.audio.pcm import Samples
from broadcaster.model.audio import CLOCK_HZ, ms_to_samples

FADE_MS = 400
"""Length of a fade of the floor. Under 300 ms it sounds like a switch."""


@dataclass(frozen=True, slots=True)
class Balance:
    """The amplitudes of an interpreter and of the floor while both speak."""

    voice: float
    floor: float


QUIET_FLOOR = Balance(voice=1.0, floor=0.15)
"""The floor 16.5 dB under the interpreter: heard, and easy to talk over."""
EVEN_FLOOR = Balance(voice=math.sqrt(0.5), floor=math.sqrt(0.5))
"""Both equally loud, and together as loud as one alone."""


class Fader:
    """A gain between 0 and 1 on an equal-power (sine) curve, exact to the sample.

    Two faders of one length that run in opposite directions keep the sum of their powers at 1. A
    fade that is reversed half-way goes back from where it is.

    Args:
        fade_ms: how long the whole way takes.
        up: whether it starts at gain 1 instead of 0.
        rate_hz: of the sound that it fades.

    Raises:
        ValueError: `fade_ms` is not positive.
    """

    def __init__(
        self, fade_ms: int = FADE_MS, *, up: bool = False, rate_hz: int = CLOCK_HZ
    ) -> None:
        if fade_ms <= 0:
            raise ValueError(f"a fade of {fade_ms} ms has no length")
        self._length = ms_to_samples(fade_ms, rate_hz)
        phase = np.arange(self._length + 1) / self._length * (math.pi / 2)
        self._curve = np.sin(phase).astype(np.float32)
        self._at = self._length if up else 0
        self.up = up
        """Direction of the fade; set it at any moment to reverse."""

    @property
    def silent(self) -> bool:
        """Whether it stands at gain 0 and stays there."""
        return not self.up and self._at == 0

    @property
    def open(self) -> bool:
        """Whether it stands at gain 1 and stays there."""
        return self.up and self._at == self._length

    def gains(self, samples: int) -> Samples:
        """The gain of each of the next `samples`."""
        step = 1 if self.up else -1
        path = np.clip(self._at + step * np.arange(1, samples + 1), 0, self._length)
        if samples:
            self._at = int(path[-1])
        return self._curve[path]


def mix(voice: Samples, floor: Samples, floor_gains: Samples) -> Samples:
    """Add the floor to the voice; the sum may exceed full scale until it is limited.

    Raises:
        ValueError: the three are not equally long.
    """
    if not voice.shape == floor.shape == floor_gains.shape:
        raise ValueError(
            f"voice, floor and gains differ: {voice.size}, {floor.size}, {floor_gains.size} samples"
        )
    return voice + floor * floor_gains


def mix_under(voice: Samples, floor: Samples, floor_gains: Samples, balance: Balance) -> Samples:
    """Like `mix`, but the floor stays under the voice while its fader is down.

    Raises:
        ValueError: the three are not equally long.
    """
    gains = np.float32(balance.floor) + np.float32(1 - balance.floor) * floor_gains
    return mix(np.float32(balance.voice) * voice, floor, gains)
