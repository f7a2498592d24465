"""Gain sharing: each microphone gets as much of one microphone's gain as its voice is of all.

So the sum of all gains is that of one open microphone: neither the noise of the room nor the
loudness changes with the number of microphones, and nobody who speaks is shut off, also when two
speak at a time. The rule is Dan Dugan's (US patent 3,992,584, expired): the gain of a microphone in
dB is its level less the level of the sum, so 3 dB less for each of two that are equally loud.

No library for Python does it: those that exist are plug-ins of sound programs.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

BLOCK_MS = 20
"""The sound of all microphones is measured, and their gains are set, this often."""
RELEASE_MS = 150
"""A level falls by 63 % in this time: gains do not move between the syllables of a word."""
NOISE_RISES_DB_PER_S = 3.0
LOWEST_NOISE = 10 ** (-75 / 10)
"""Power of the quietest noise, -75 dBFS."""
ABOVE_NOISE = 10 ** (6 / 10)
"""Power above its noise at which a microphone has a voice: 6 dB."""
LEAST_SHARE = 10 ** (-25 / 10)
"""Part of the gain that every microphone keeps while others speak: its next word is not cut off."""
SOUNDS = 10 ** (-10 / 10)
"""Part of its level that a microphone has while it sounds, and does not only fade: -10 dB."""
CHANGES_MS = 300
"""Another microphone must be the loudest for this long before it counts as the speaker's."""

_KEPT = math.exp(-BLOCK_MS / RELEASE_MS)
_NOISE_RISE = 10 ** (NOISE_RISES_DB_PER_S * BLOCK_MS / 1000 / 10)


@dataclass(slots=True)
class _Heard:
    """The powers of one microphone: of its sound, slow to fall, and of its noise."""

    level: float = 0.0
    noise: float = LOWEST_NOISE

    def add(self, power: float) -> None:
        self.level = max(power, power + (self.level - power) * _KEPT)
        self.noise = max(LOWEST_NOISE, min(self.noise * _NOISE_RISE, self.level))

    @property
    def voice(self) -> float:
        """The power above the noise; 0 for noise alone."""
        return max(0.0, self.level - ABOVE_NOISE * self.noise)


class GainSharing:
    """The gains of the microphones of one floor, block by block.

    Attributes:
        loudest: the microphone of the speaker; empty before the first word.
        sounding: the loudest of the newest block; empty if nobody sounds in it.
    """

    def __init__(self) -> None:
        self.loudest = ""
        self.sounding = ""
        self._heard: dict[str, _Heard] = {}
        self._shares: dict[str, float] = {}
        self._louder = ""
        self._louder_ms = 0

    def share(self, powers: Mapping[str, float]) -> dict[str, float]:
        """The amplitudes by which the microphones are multiplied at the end of a block.

        While nobody speaks they stay as they were: the last microphone remains open.

        Args:
            powers: mean squares of the block, 1 for full scale, of every microphone by its id.
        """
        self._heard = {one: self._heard.get(one, _Heard()) for one in powers}
        for one, power in powers.items():
            self._heard[one].add(power)
        voices = {one: heard.voice for one, heard in self._heard.items()}
        total = sum(voices.values())
        self.sounding = ""
        if total > 0:
            self._shares = {one: voice / total for one, voice in voices.items()}
            louder = max(voices, key=lambda one: voices[one])
            self._follow(louder)
            if powers[louder] >= SOUNDS * self._heard[louder].level:
                self.sounding = louder
        kept = {one: max(LEAST_SHARE, self._shares.get(one, 0.0)) for one in powers}
        whole = sum(kept.values())
        return {one: math.sqrt(share / whole) for one, share in kept.items()}

    def _follow(self, louder: str) -> None:
        """Take note of the loudest of a block in which somebody spoke."""
        self._louder_ms = self._louder_ms + BLOCK_MS if louder == self._louder else BLOCK_MS
        self._louder = louder
        if self._louder_ms >= CHANGES_MS or self.loudest not in self._heard:
            self.loudest = louder
