"""Tells at which times somebody spoke on the floor, from the sound before and after each moment.

Silence, hum and noise are steady: their level stays where it is for seconds. Speech rises above the
quietest sound of the seconds before it and above that of the seconds after it. Hum that begins or
ends therefore never passes for speech, however loud it is. What follows may change the answer about
the last 3.4 s.

The newest block has no sound after it yet and counts as silence.

The answer must not miss a word, so it prefers speech: a cough or a slammed door counts too.
"""

import numpy as np
import numpy.typing as npt

from broadcaster.audio.blocks import Block
from broadcaster.audio.level import DIGITAL_SILENCE_DBFS
from broadcaster.audio.pcm import FULL_SCALE
from broadcaster.model.audio import CLOCK_HZ, ms_to_samples

KEPT_S = 120
"""Speech longer ago than this is forgotten. What is asked about it then counts as speech."""
WINDOW_BLOCKS = 15
"""The room's level is that of this many blocks of 200 ms before or after a block: 3 s."""

_HOP = ms_to_samples(20)
_BLOCK_HOPS = 10
_WEIGHTS = np.hanning(_HOP)
_BAND_SCALE = 2 / (_HOP * np.sum(_WEIGHTS**2))
_VOICE_BAND = slice(4, 81)
"""200 Hz to 4 kHz in steps of 50 Hz: a voice without the rumble and hum below it."""
_SMOOTHED_HOPS = 5
"""The voice's level is that of this many hops: hum of 50 and 60 Hz has whole cycles in 100 ms."""
_QUIETER_SHARES = (10, 25)
"""In a room's voice band one hop in ten is quieter than its level; of all sound, one in 25."""
_ABOVE_ROOM_DB = 4.5
"""A voice is this much louder than the room, in its band; noise varies less."""
_FAR_ABOVE_ROOM_DB = 30.0
"""Sound that rises this far above the room counts as speech whatever its frequencies are."""
_QUIETEST_ROOM_DBFS = -75.0
"""No room counts as quieter than this, so that the noise of a converter is no voice."""
_LEAST_POWER = 10 ** (DIGITAL_SILENCE_DBFS / 10)
_SPOKEN_HOPS = 5
"""Speech has this many voiced hops in a block and its two neighbours: 100 ms in 600 ms."""

_Levels = npt.NDArray[np.float64]
"""Two rows of levels in dBFS, one column for each hop: of the voice's band, and of all sound."""


class SpeechTimes:
    """Where the floor held speech, by position on the event clock, in blocks of 200 ms."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._rooms: list[_Levels] = []
        """The room's levels before each block."""
        self._voiced_hops: list[int] = []
        self._latest: _Levels = np.empty((2, 0))
        """The levels of the last blocks, about which the answer is not final."""
        self._band_powers = np.zeros(_SMOOTHED_HOPS - 1)
        self._stale = False
        self._forgot = False

    @property
    def judged_until(self) -> int:
        """Up to here the answers are final."""
        judged = len(self._starts) - WINDOW_BLOCKS - 1
        return self._starts[judged] if judged > 0 else 0

    def push_floor_block(self, block: Block) -> None:
        """Add the next block of 200 ms."""
        self._starts.append(block.position)
        self._rooms.append(_room(self._latest[:, -WINDOW_BLOCKS * _BLOCK_HOPS :]))
        self._voiced_hops.append(0)
        latest = np.concatenate([self._latest, self._levels(block.pcm)], axis=1)
        self._latest = latest[:, -(WINDOW_BLOCKS + 1) * _BLOCK_HOPS :]
        if len(self._starts) > WINDOW_BLOCKS:
            self._judge(len(self._starts) - WINDOW_BLOCKS - 1)
        self._stale = True
        while self._starts[0] < block.position - KEPT_S * CLOCK_HZ:
            for kept in (self._starts, self._rooms, self._voiced_hops):
                del kept[0]
            self._forgot = True

    def take_back(self, position: int) -> None:
        """Forget the blocks from `position` on. What is known of earlier ones stays as it is."""
        before = len(self._starts)
        while self._starts and self._starts[-1] >= position:
            for kept in (self._starts, self._rooms, self._voiced_hops):
                del kept[-1]
        hops = self._latest.shape[1] - (before - len(self._starts)) * _BLOCK_HOPS
        self._latest = self._latest[:, : max(0, hops)]

    def last_spoken(self, start: int, end: int) -> int | None:
        """Return where the last block with speech between two positions ends, if there is one."""
        self._judge_newest()
        for number in range(len(self._starts) - 1, -1, -1):
            block_end = self._starts[number] + _BLOCK_HOPS * _HOP
            if block_end <= start:
                return None
            if self._starts[number] < end and self._is_spoken(number):
                return block_end
        return self._starts[0] if self._forgot and start < self._starts[0] else None

    def spoken_s(self, start: int, end: int) -> float:
        """Return how many seconds of speech there are between two positions."""
        self._judge_newest()
        numbers = range(len(self._starts))
        spoken = sum(start <= self._starts[n] < end and self._is_spoken(n) for n in numbers)
        return spoken * _BLOCK_HOPS * _HOP / CLOCK_HZ

    def _judge_newest(self) -> None:
        """Judge the blocks for which not all of the later sound has come."""
        if self._stale:
            for number in range(max(0, len(self._starts) - WINDOW_BLOCKS), len(self._starts)):
                self._judge(number)
            self._stale = False

    def _is_spoken(self, number: int) -> bool:
        return sum(self._voiced_hops[max(0, number - 1) : number + 2]) >= _SPOKEN_HOPS

    def _judge(self, number: int) -> None:
        """Compare one of the last blocks with the sound before and after it, if that is kept."""
        first = self._latest.shape[1] - (len(self._starts) - number) * _BLOCK_HOPS
        if first < 0:
            return
        band, full = self._latest[:, first : first + _BLOCK_HOPS]
        after = self._latest[:, first + _BLOCK_HOPS :]
        if after.shape[1]:
            room = np.maximum(self._rooms[number], _room(after))
            voiced = (band > room[0] + _ABOVE_ROOM_DB) | (full > room[1] + _FAR_ABOVE_ROOM_DB)
            self._voiced_hops[number] = int(np.count_nonzero(voiced))

    def _levels(self, pcm: bytes) -> _Levels:
        samples = np.frombuffer(pcm, "<i2").reshape(_BLOCK_HOPS, _HOP) / FULL_SCALE
        spectrum = np.abs(np.fft.rfft(samples * _WEIGHTS, axis=1)[:, _VOICE_BAND]) ** 2
        band_powers = np.concatenate([self._band_powers, np.sum(spectrum, axis=1) * _BAND_SCALE])
        self._band_powers = band_powers[1 - _SMOOTHED_HOPS :]
        smooth = np.convolve(band_powers, np.full(_SMOOTHED_HOPS, 1 / _SMOOTHED_HOPS), "valid")
        powers = np.stack([smooth, np.mean(samples**2, axis=1)])
        levels: _Levels = 10.0 * np.log10(np.maximum(powers, _LEAST_POWER))
        return levels


def _room(levels: _Levels) -> _Levels:
    """The room's level in both rows."""
    hops = levels.shape[1]
    if not hops:
        return np.full(2, _QUIETEST_ROOM_DBFS)
    ranks = [hops // share for share in _QUIETER_SHARES]
    quiet = [np.partition(row, rank)[rank] for row, rank in zip(levels, ranks, strict=True)]
    return np.maximum(quiet, _QUIETEST_ROOM_DBFS)
