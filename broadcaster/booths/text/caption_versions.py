"""Numbers and times the versions of one channel's captions, and limits how often they change."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from broadcaster.booths.text.speaker_names import SaidPart
from broadcaster.booths.timing.places import SingleTime, TextPlace
from broadcaster.model.caption import Caption

UPDATE_EVERY_MS = 300
"""A growing caption is published at most this often."""
SHORTEST_MS = 500
"""A caption lasts at least this long, so that no subtitle only flashes."""

NameOf = Callable[[Iterable[SaidPart]], str]
"""Tells who said some parts of text; empty if nobody has a name."""


@dataclass(frozen=True, slots=True)
class _Fragment:
    end: int
    came_ms: int
    place: TextPlace


class Arrivals:
    """Remembers when each part of the unfinished text arrived, and when it is spoken.

    Places are characters of the channel's text.
    """

    def __init__(self) -> None:
        self._fragments: deque[_Fragment] = deque()

    def add(self, end: int, now_ms: int, place: TextPlace | None = None) -> None:
        """Record that the channel's text up to `end` has arrived.

        Args:
            end: the place after the new text.
            now_ms: event clock.
            place: where the text is spoken; None if that is unknown.
        """
        self._fragments.append(_Fragment(end, now_ms, place or SingleTime(now_ms)))

    def came_ms(self, place: int) -> int:
        """Return when the character at `place` arrived."""
        return self._of(place).came_ms

    def starts_ms(self, place: int) -> int:
        """Return when the text from `place` on starts to be spoken."""
        fragment = self._of(place)
        return fragment.place.starts_ms(max(0, fragment.end - place))

    def ends_ms(self, place: int) -> int:
        """Return when the text before `place` ends."""
        fragment = self._of(place - 1)
        return fragment.place.ends_ms(max(0, fragment.end - place))

    def parts_between(self, begin: int, end: int) -> Iterator[SaidPart]:
        """Return the parts of the fragments between two places."""
        for fragment in self._fragments:
            until = min(end, fragment.end)
            if until > begin:
                yield SaidPart(fragment.place, fragment.end - begin, fragment.end - until)
                begin = until

    def forget(self, until: int) -> None:
        """Drop the entries up to here."""
        while self._fragments and self._fragments[0].end <= until:
            self._fragments.popleft()

    def _of(self, place: int) -> _Fragment:
        return next((one for one in self._fragments if one.end > place), self._fragments[-1])


class CaptionVersions:
    """Numbers one channel's captions and their versions.

    Args:
        channel: part of every caption. A caption's id is its channel and the time its first word
            came, so it stays unique when a booth restarts: the event clock never runs backwards.
        arrivals: when the text came, and when it is spoken.
        name_of: names the speaker of a text.
    """

    def __init__(self, channel: str, arrivals: Arrivals, name_of: NameOf) -> None:
        self._channel = channel
        self._arrivals = arrivals
        self._name_of = name_of
        self._speaker = ""
        self._keeps_speaker = False
        self._number = -1
        self._begun_at: int | None = None
        self._ended_ms = 0
        self._published_ms = 0
        self._published_text = ""

    def go_on_after(self, last: Caption) -> None:
        """Go on after this caption, or with it if it is unfinished."""
        self._number = int(last.id.rpartition("-")[2])
        self._speaker, self._keeps_speaker = last.speaker, bool(last.speaker)
        if last.final:
            self._ended_ms = last.end_ms
        else:
            self._begun_at, self._published_text = 0, last.text

    def due(self, now_ms: int) -> bool:
        """Whether a growing caption may be published again."""
        return now_ms - self._published_ms >= UPDATE_EVERY_MS

    def begin(self, place: int, *, goes_on: bool) -> None:
        """Begin a caption with the character at this place, unless one has begun.

        Args:
            place: of its first character.
            goes_on: whether it is in the middle of a sentence, which has one speaker.
        """
        if self._begun_at is None:
            self._begun_at = place
            self._keeps_speaker = goes_on and bool(self._speaker)
            self._number = max(self._arrivals.came_ms(place), self._number + 1)

    def version(self, text: str, end: int, now_ms: int, *, final: bool) -> list[Caption]:
        """Return a new version of the caption that has begun, or nothing if the text is unchanged.

        Args:
            text: the text of the whole caption.
            end: the place after its newest character.
            now_ms: event clock.
            final: whether the caption is complete.
        """
        assert self._begun_at is not None
        start_ms = max(self._arrivals.starts_ms(self._begun_at), self._ended_ms)
        end_ms = max(self._arrivals.ends_ms(end), start_ms + SHORTEST_MS)
        if not self._keeps_speaker:
            self._speaker = self._name_of(self._arrivals.parts_between(self._begun_at, end))
        caption = Caption(
            id=f"{self._channel}-{self._number}",
            channel=self._channel,
            start_ms=start_ms,
            end_ms=end_ms,
            text=text,
            final=final,
            speaker=self._speaker,
        )
        unchanged = text == self._published_text and not final
        self._published_ms, self._published_text = now_ms, text
        if final:
            self._begun_at, self._published_text = None, ""
            self._ended_ms = end_ms
        return [] if unchanged else [caption]
