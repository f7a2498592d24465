"""Sound in English while nobody speaks: a late voice, the floor's own sound, or invented."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

import numpy as np

from tests.interpreter.human_speech import plain_words
from tests.support.sound import RATE_HZ, Samples, matches

_STEP = RATE_HZ // 10
_LOUD_RMS = 100.0
_GAP_STEPS = 10
"""Sound after a shorter pause than 1 s is of the same voice."""
LEAD_S = 3.0
"""Sound before the silence, with which a word at its begin is understood."""
_KNOWN = 0.5
"""Share of the words of a late voice that are found in the text before."""


_WINDOW_S = 0.4
_SAME = 0.9
"""Correlation of the floor with itself after it was coded twice."""

Kind = Literal["late", "floor", "invented"]


@dataclass(frozen=True)
class Piece:
    """Sound without a longer pause.

    Attributes:
        begin_s: its begin, from that of the silence.
        end_s: its end.
        heard: the words that are understood in it.
        kind: *late* if most of them were said before, *floor* if it is the sound of the stage,
            which fills the channel while a session is replaced.
    """

    begin_s: float
    end_s: float
    heard: str
    kind: Kind

    def __str__(self) -> str:
        return f"{self.begin_s:.1f} to {self.end_s:.1f} s, {self.kind}: {self.heard!r}"


def loud_pieces(sound: Samples) -> list[tuple[int, int]]:
    """First and last sample of each piece that is heard, in units of 16 bits at 24 kHz."""
    steps = sound[: len(sound) // _STEP * _STEP].reshape(-1, _STEP)
    loud = np.flatnonzero(np.sqrt(np.mean(steps**2, axis=1)) > _LOUD_RMS)
    pieces = list[tuple[int, int]]()
    for step in map(int, loud):
        if pieces and step - pieces[-1][1] <= _GAP_STEPS:
            pieces[-1] = (pieces[-1][0], step + 1)
        else:
            pieces.append((step, step + 1))
    return [(first * _STEP, end * _STEP) for first, end in pieces]


def pieces_of_nobody(
    sound: Samples, floor: Samples, before: Sequence[str], hear: Callable[[Samples], str]
) -> list[Piece]:
    """The sound that is there although nobody speaks.

    Args:
        sound: of the interpretation, 24 kHz, from `LEAD_S` before a moment on at which nobody
            speaks.
        floor: sound of the stage in that time, and somewhat before.
        before: words of the interpretation before that moment.
        hear: understands the words of a voice.
    """
    pieces = list[Piece]()
    for first, end in loud_pieces(sound):
        begin_s, end_s = max(0.0, first / RATE_HZ - LEAD_S), end / RATE_HZ - LEAD_S
        if end_s > 0:
            piece = sound[first:end]
            heard = hear(piece)
            kind: Kind = "invented"
            if are_known(plain_words(heard), before):
                kind = "late"
            elif _is_of(floor, piece):
                kind = "floor"
            pieces.append(Piece(begin_s, end_s, heard, kind))
    return pieces


def _is_of(floor: Samples, piece: Samples) -> bool:
    """Whether the piece is the sound of the floor."""
    found = matches(piece, floor, min(_WINDOW_S, len(piece) / RATE_HZ))
    return bool(found) and float(np.median([one.r for one in found])) >= _SAME


def are_known(words: Sequence[str], before: Sequence[str]) -> bool:
    """Whether most of the words are in the text before, in their order."""
    blocks = SequenceMatcher(None, before, words, autojunk=False).get_matching_blocks()
    return bool(words) and sum(block.size for block in blocks) >= _KNOWN * len(words)
