"""The place of a text on the floor, next to the one in its own channel: captions name the speaker.

An interpretation is heard seconds after the words that it interprets, when perhaps somebody else
speaks already.
"""

from collections import deque
from dataclasses import dataclass
from statistics import median_low

from broadcaster.booths.floor.buffer import FloorBuffer
from broadcaster.booths.timing.places import TextPlace
from broadcaster.model.audio import ms_to_samples, samples_to_ms

USUAL_LAG_MS = 2_000
"""An engine that interprets without a break writes its text this long after the words."""
HUMAN_LAG_MS = 3_000
"""The same of a human interpreter: two to four seconds are usual."""
_QUIET = ms_to_samples(1_500)
"""After this long without text, the text before it was the last of some words."""
_SPOKE_ON = ms_to_samples(200)
"""A speaker who is heard this long after the last text has not paused before it."""
_LOOK_BACK = ms_to_samples(8_000)
"""No engine is slower."""
_MEASURED = 5


@dataclass(frozen=True, slots=True)
class SourcedPlace:
    """A place in a channel, and where on the floor it was said; a `TextPlace` of the channel.

    Attributes:
        place: in the channel.
        source: in the sound that was interpreted or written down.
        earlier_ms: how long before that it was said on the floor.
    """

    place: TextPlace
    source: TextPlace
    earlier_ms: int = 0

    def starts_ms(self, left: int) -> int:
        """See `TextPlace`."""
        return self.place.starts_ms(left)

    def ends_ms(self, left: int) -> int:
        """See `TextPlace`."""
        return self.place.ends_ms(left)

    def said_ms(self, left: int, left_after: int) -> tuple[int, int]:
        """When a part of the fragment was said on the floor, on the event's clock.

        Args:
            left: characters of the fragment from the beginning of the part on.
            left_after: characters that follow the part.
        """
        begin_ms = self.source.starts_ms(left) - self.earlier_ms
        return begin_ms, max(begin_ms, self.source.ends_ms(left_after) - self.earlier_ms)


def sourced(
    place: TextPlace | None, source: TextPlace | None, earlier_ms: int = 0
) -> TextPlace | None:
    """A place with its source, as far as both are known; see `SourcedPlace`."""
    if place is None or source is None:
        return place
    return SourcedPlace(place, source, earlier_ms)


class AnswerLag:
    """How long after the words an engine writes that interprets without a break.

    It is measured where the speaker pauses: the last text before the pause interprets the last
    words.

    Args:
        buffer: the floor.
    """

    def __init__(self, buffer: FloorBuffer) -> None:
        self._buffer = buffer
        self._last: int | None = None
        self._lags_ms: deque[int] = deque(maxlen=_MEASURED)

    @property
    def lag_ms(self) -> int:
        """The usual one of late."""
        return median_low(self._lags_ms) if self._lags_ms else USUAL_LAG_MS

    def came(self, position: int) -> None:
        """Take note that text came when the engine had heard the floor up to this position."""
        last, self._last = self._last, position
        if last is None or position - last < _QUIET:
            return
        spoken = self._buffer.speech_between(last - _LOOK_BACK, last + _SPOKE_ON)
        ended = next((end for start, end in reversed(spoken) if start < last), None)
        if ended is not None and ended < last + _SPOKE_ON:
            self._lags_ms.append(samples_to_ms(max(0, last - ended)))
