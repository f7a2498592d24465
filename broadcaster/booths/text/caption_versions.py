"""Numbers and times the versions of one channel's captions, and limits how often they change."""

from collections import deque

from broadcaster.model.caption import Caption

UPDATE_EVERY_MS = 300
"""A growing caption is published at most this often."""


class Arrivals:
    """Remembers when each part of the unfinished text arrived."""

    def __init__(self) -> None:
        self._ends: deque[tuple[int, int]] = deque()

    def add(self, end: int, now_ms: int) -> None:
        """Record that the channel's text up to `end` has arrived."""
        self._ends.append((end, now_ms))

    def came_ms(self, place: int) -> int:
        """Return when the character at `place` of the channel's text arrived."""
        return next((ms for end, ms in self._ends if end > place), self._ends[-1][1])

    def forget(self, until: int) -> None:
        """Drop the entries up to here."""
        while self._ends and self._ends[0][0] <= until:
            self._ends.popleft()


class CaptionVersions:
    """Numbers one channel's captions and their versions.

    Args:
        channel: part of every caption. A caption's id is its channel and its start, so it stays
            unique when a booth restarts: the event clock never runs backwards.
    """

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._last_start_ms = -1
        self._start_ms: int | None = None
        self._published_ms = 0
        self._published_text = ""

    def go_on_after(self, last: Caption) -> None:
        """Go on after this caption, or with it if it is unfinished."""
        if last.final:
            self._last_start_ms = last.start_ms
        else:
            self._start_ms, self._published_text = last.start_ms, last.text

    def due(self, now_ms: int) -> bool:
        """Whether a growing caption may be published again."""
        return now_ms - self._published_ms >= UPDATE_EVERY_MS

    def begin(self, came_ms: int) -> None:
        """Begin a caption at the time its first word arrived, unless one has begun."""
        if self._start_ms is None:
            self._start_ms = max(came_ms, self._last_start_ms + 1)

    def version(self, text: str, newest_ms: int, now_ms: int, *, final: bool) -> list[Caption]:
        """Return a new version of the caption that has begun, or nothing if the text is unchanged.

        Args:
            text: the text of the whole caption.
            newest_ms: when its newest word arrived.
            now_ms: event clock.
            final: whether the caption is complete.
        """
        assert self._start_ms is not None
        caption = Caption(
            id=f"{self._channel}-{self._start_ms}",
            channel=self._channel,
            start_ms=self._start_ms,
            end_ms=max(newest_ms, self._start_ms),
            text=text,
            final=final,
        )
        unchanged = text == self._published_text and not final
        self._published_ms, self._published_text = now_ms, text
        if final:
            self._last_start_ms = self._start_ms
            self._start_ms, self._published_text = None, ""
        return [] if unchanged else [caption]
