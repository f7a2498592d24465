"""Evidence about a stereo input that is gathered hop by hop."""

import math

from broadcaster.audio.speech_level import HOP_MS
from broadcaster.audio.stereo.hops import LEFT, RIGHT, StereoHop
from broadcaster.audio.stereo.side_levels import DEAD_DBFS, QUIETEST_SPEECH_DBFS

_INVERTED = -0.85
_NOT_INVERTED = -0.4
_BELOW_SPEAKER_DB = 25.0
"""Hum that is inverted in the pauses is no reason to take one channel."""
_UNEVEN_DB = 20.0
"""Of two channels that differ by this much the sum loses little."""
_ENTER_HOPS = 40 // HOP_MS
_MORE_ENTER_HOPS = 160 // HOP_MS
"""How many more are needed where the channels were not inverted before: a vowel can cancel too."""
_LEAVE_HOPS = 1_000 // HOP_MS
_STILL_INVERTED_HOPS = 5
"""One inverted hop makes up for this many others."""

_LOUD, _QUIET = 0.7, 0.25
_APART_HOPS = 400 // HOP_MS
_TOGETHER_HOPS = 140 // HOP_MS
_MOST_HOPS = 600 // HOP_MS
_LONGEST_PAUSE_HOPS = 4_000 // HOP_MS
_FORGET = math.exp(-HOP_MS / 12_000)
"""Two speakers take turns within this time."""


class Cancellation:
    """Notices that the sum of both channels cancels: within 40 ms from the start, later in 200 ms.

    Taking one channel costs nothing then, so this does not wait until it is sure of a fault.
    """

    def __init__(self) -> None:
        self.active = False
        self._inverted_hops = 0
        self._other_hops = 0

    def add_hop(self, hop: StereoHop, speaker_dbfs: float) -> None:
        """Take the next hop.

        Args:
            hop: both channels.
            speaker_dbfs: the loudest speech lately; hops far below it do not count.
        """
        left, right = hop.levels_dbfs
        least = max(speaker_dbfs - _BELOW_SPEAKER_DB, QUIETEST_SPEECH_DBFS)
        if max(left, right) < least or abs(left - right) > _UNEVEN_DB:
            return
        if hop.correlation <= _INVERTED:
            self._inverted_hops += 1
            if self.active:
                self._other_hops = max(0, self._other_hops - _STILL_INVERTED_HOPS)
        elif hop.correlation > _NOT_INVERTED:
            self._inverted_hops = 0
            self._other_hops += 1
        if self.active:
            self.active = self._other_hops < _LEAVE_HOPS
        elif self._inverted_hops >= _ENTER_HOPS + min(self._other_hops, _MORE_ENTER_HOPS):
            self.active = True
            self._other_hops = 0


class SpeechApart:
    """Notices that each channel speaks while the other one pauses.

    A channel that is digitally silent may be unplugged. That counts as a pause if it is over soon.
    """

    def __init__(self) -> None:
        self.apart = False
        self._alone_hops = [0.0, 0.0]
        self._waiting_hops = [0.0, 0.0]
        self._dead_hops = [0, 0]

    def add_hop(self, hop: StereoHop, loudness: tuple[float, float]) -> None:
        """Take the next hop with speech.

        Args:
            hop: both channels.
            loudness: of left and right, 0 for a pause to 1 for the loudest.
        """
        for side, other in ((LEFT, RIGHT), (RIGHT, LEFT)):
            self._alone_hops[side] *= _FORGET
            dead = hop.levels_dbfs[other] <= DEAD_DBFS
            if dead:
                self._dead_hops[other] += 1
            elif self._dead_hops[other]:
                if self._dead_hops[other] <= _LONGEST_PAUSE_HOPS:
                    self._alone_hops[side] += self._waiting_hops[side]
                self._waiting_hops[side] = self._dead_hops[other] = 0
            if loudness[side] > _LOUD and loudness[other] < _QUIET:
                if dead:
                    self._waiting_hops[side] += 1
                else:
                    self._alone_hops[side] += 1
            self._alone_hops[side] = min(self._alone_hops[side], _MOST_HOPS)
        needed = _TOGETHER_HOPS if self.apart else _APART_HOPS
        self.apart = min(self._alone_hops) >= needed
