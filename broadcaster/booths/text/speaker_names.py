"""Names the speaker of each caption, from the record that the stage with the microphones writes.

A caption has the name of the person who said most of it. The captions of a sentence have one name,
so nobody's words seem to stop in the middle because another person begins to speak.
"""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from broadcaster.booths.text.word_replacer import PartPlace
from broadcaster.booths.timing.places import TextPlace
from broadcaster.booths.timing.sources import SourcedPlace
from broadcaster.model import keys
from broadcaster.model.inputs.speaker_turns import SpeakerTurns
from broadcaster.model.ports import Bus

log = logging.getLogger("broadcaster.booths")


@dataclass(frozen=True, slots=True)
class SaidPart:
    """A part of a caption, from one fragment of text.

    Attributes:
        place: of the fragment.
        left: characters of the fragment from the beginning of the part on.
        left_after: characters of the fragment that follow the part.
    """

    place: TextPlace
    left: int
    left_after: int


class SpeakerNames:
    """The names of an event's speakers, as one booth knows them.

    Args:
        event: id of the event.
        bus: has the record.
    """

    def __init__(self, event: str, bus: Bus) -> None:
        self._record = keys.speakers_record(event)
        self._bus = bus
        self._turns = SpeakerTurns()

    async def follow(self) -> None:
        """Follow the record until cancelled; an event without named microphones has none."""
        async for record in self._bus.watch(self._record):
            try:
                self.know(SpeakerTurns.from_json(record.value))
            except ValueError:
                log.exception("%s cannot be read and is ignored", self._record)

    def know(self, turns: SpeakerTurns) -> None:
        """Name the speakers by these turns from now on."""
        self._turns = turns

    def name_of(self, parts: Iterable[SaidPart]) -> str:
        """The name of the person who said most of some parts of text; empty if it is unknown."""
        if not self._turns.turns:
            return ""
        shares: Counter[str] = Counter()
        for part in parts:
            said = _said_ms(part.place, part.left, part.left_after)
            if said is None:
                continue
            names = list(self._turns.between(*said))
            whole_ms = sum(own_ms for _, own_ms in names)
            for name, own_ms in names:
                shares[name] += (part.left - part.left_after) * 1_000 * own_ms // whole_ms
        return max(shares, key=lambda name: shares[name], default="")


def _said_ms(place: TextPlace, left: int, left_after: int) -> tuple[int, int] | None:
    """When a part of a fragment was said on the floor; None if that is unknown."""
    match place:
        case SourcedPlace():
            return place.said_ms(left, left_after)
        case PartPlace(whole=whole, after=after, length=length):
            return _said_ms(whole, min(left, length) + after, min(left_after, length) + after)
        case _:
            return None
