"""Whose microphone was the speaker's, and from which position of the event's clock on.

The stage with the microphones writes it as a record, and booths name the captions after it. An
event without named microphones has no such record.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Self

from broadcaster.model.records.json_form import JsonForm

MOST_TURNS = 100
"""Turns that are kept, the newest: of a minute at least, as far as a booth hears back."""


@dataclass(frozen=True, slots=True)
class SpeakerTurn:
    """A time in which one microphone is the speaker's; it lasts until the next turn.

    Attributes:
        start_ms: event clock.
        name: of the microphone; empty for one without a name.
    """

    start_ms: int
    name: str


@dataclass(frozen=True, slots=True)
class SpeakerTurns(JsonForm):
    """The newest turns of an event, oldest first, each with another name than the one before."""

    turns: tuple[SpeakerTurn, ...] = ()

    def followed_by(self, start_ms: int, name: str) -> Self:
        """These turns and another one; themselves if the speaker stays the same.

        Args:
            start_ms: event clock; a turn never begins before the one that it follows.
            name: of the microphone. Before the first name nothing is noted.
        """
        last = self.turns[-1] if self.turns else SpeakerTurn(0, "")
        if name == last.name:
            return self
        turn = SpeakerTurn(max(start_ms, last.start_ms), name)
        return replace(self, turns=(*self.turns, turn)[-MOST_TURNS:])

    def between(self, start_ms: int, end_ms: int) -> Iterator[tuple[str, int]]:
        """The names in a part of the event's clock, each with how many ms of it are its own.

        Before the first turn nobody has a name. A part without length is a moment: it counts as
        1 ms of whoever speaks then.
        """
        end_ms = max(end_ms, start_ms + 1)
        first = max(bisect_right(self.turns, start_ms, key=_start) - 1, 0)
        following = (*self.turns[first:], SpeakerTurn(max(end_ms, _end(self.turns)), ""))
        for turn, after in pairwise(following):
            if turn.start_ms >= end_ms:
                return
            own_ms = min(end_ms, after.start_ms) - max(start_ms, turn.start_ms)
            if own_ms > 0:
                yield turn.name, own_ms


def _start(turn: SpeakerTurn) -> int:
    return turn.start_ms


def _end(turns: tuple[SpeakerTurn, ...]) -> int:
    return turns[-1].start_ms if turns else 0
