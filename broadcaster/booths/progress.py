"""Records how far a channel is interpreted: the next booth of the channel goes on from there.

A position counts only when everything said up to it is stored as captions and was played. So a
booth that dies loses nothing: the next one hears the floor again from the recorded position and
leaves out the words that are captions already.
"""

import json
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace

from broadcaster.booths.text.captions import CaptionWriter
from broadcaster.errors import BusUnavailable
from broadcaster.model import keys
from broadcaster.model.ports import Bus, Clock

log = logging.getLogger("broadcaster.booths")

SAVE_EVERY_S = 0.5
_MOST_MARKS = 1_000


@dataclass(frozen=True, slots=True)
class LeftProgress:
    """How far the booths of a channel have come, as event-clock samples.

    Attributes:
        done_until: where the next booth must begin to hear the floor; None for now.
        sound_until: where the channel's next packet may begin.
    """

    done_until: int | None = None
    sound_until: int = 0


async def is_under_way(bus: Bus, event: str, channel: str) -> bool:
    """Whether the last booth of a channel left work to the next one.

    Raises:
        BusUnavailable: the bus does not answer.
    """
    record = await bus.get(keys.progress_record(event, channel))
    try:
        return record is not None and json.loads(record.value)["done_until"] is not None
    except (ValueError, TypeError, KeyError):
        return False


@dataclass(frozen=True, slots=True)
class _Mark:
    """The floor is interpreted up to `position` once this much text and sound is out."""

    position: int
    letters: int
    spoken_samples: int


class ChannelProgress:
    """Writes one channel's record.

    Args:
        event: id of the event.
        channel: what the booth fills.
        bus: where the record is.
        clock: time.
        captions: tells how much text is stored.
    """

    def __init__(
        self, *, event: str, channel: str, bus: Bus, clock: Clock, captions: CaptionWriter
    ) -> None:
        self._record = keys.progress_record(event, channel)
        self._bus = bus
        self._clock = clock
        self._captions = captions
        self._left = LeftProgress()
        self._marks: deque[_Mark] = deque(maxlen=_MOST_MARKS)

    async def read(self) -> LeftProgress:
        """How far the channel's last booth came.

        Raises:
            BusUnavailable: the bus does not answer.
        """
        record = await self._bus.get(self._record)
        if record is None:
            return LeftProgress()
        try:
            self._left = LeftProgress(**json.loads(record.value))
        except (ValueError, TypeError):
            log.exception("%s cannot be read and is ignored", self._record)
        return self._left

    def mark(self, position: int, spoken_samples: int = 0) -> None:
        """Note that the floor is interpreted up to here, in text and sound of this booth.

        Args:
            position: event-clock sample.
            spoken_samples: all samples of speech that were queued up to now.
        """
        self._marks.append(_Mark(position, self._captions.pushed_letters, spoken_samples))

    async def run(self, played_samples: Callable[[], int]) -> None:
        """Save until cancelled.

        Args:
            played_samples: asked how many of the queued samples were played.
        """
        while True:
            await self._clock.sleep(SAVE_EVERY_S)
            reached = None
            while self._marks and self._is_out(self._marks[0], played_samples()):
                reached = self._marks.popleft()
            if reached is not None:
                await self._save(replace(self._left, done_until=reached.position))

    async def finish(self, sound_until: int) -> None:
        """Save the newest mark: all text is stored, and what was played is all there will be.

        Args:
            sound_until: event-clock sample up to which the channel has sound.
        """
        done_until = self._marks[-1].position if self._marks else self._left.done_until
        await self._save(LeftProgress(done_until, sound_until))

    async def stop(self, sound_until: int) -> None:
        """Save how far the sound came. The rest stays: the next booth says it."""
        await self._save(replace(self._left, sound_until=sound_until))

    async def end(self, sound_until: int) -> None:
        """Let the next booth hear the floor from the moment it begins."""
        self._marks.clear()
        await self._save(LeftProgress(None, sound_until))

    def _is_out(self, mark: _Mark, played_samples: int) -> bool:
        stored = self._captions.stored_letters
        return mark.letters <= stored and mark.spoken_samples <= played_samples

    async def _save(self, progress: LeftProgress) -> None:
        self._left = progress
        with suppress(BusUnavailable):  # an older position costs some repeated hearing
            await self._bus.put(self._record, json.dumps(asdict(progress)).encode())
