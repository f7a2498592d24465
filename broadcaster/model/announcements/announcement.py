"""An announcement: a sentence that interrupts the audience of an event for a while.

The organizer's notice is a standing sentence of the event, like a sign. An announcement is news: it
goes above the captions, is dismissed by each attendee, ends by itself, and is counted.
"""

from dataclasses import dataclass, replace

from broadcaster.errors import DomainError
from broadcaster.model.event import Notice
from broadcaster.model.language import base_language
from broadcaster.model.records.json_form import JsonForm

MOST_ACTIVE = 20
"""Announcements of an event at the same time."""
MOST_KEPT = 40
"""With those that have ended; the oldest of these are dropped."""
LONGEST_TEXT = 500
LONGEST_LIFE_MINUTES = 24 * 60
USUAL_LIFE_MINUTES = 10


class UnknownAnnouncement(DomainError):
    """An event has no announcement of this id."""

    def __init__(self) -> None:
        super().__init__(
            "unknown_announcement",
            "the event has no such announcement, or it has ended",
            "Reload the page. It shows the announcements that there are.",
        )


class TooManyAnnouncements(DomainError):
    """An event has as many announcements as its audience can take."""

    def __init__(self) -> None:
        super().__init__(
            "too_many_announcements",
            f"{MOST_ACTIVE} announcements are shown at the moment; an event has no more at once",
            "Withdraw one that is not needed any more, then try again.",
        )


@dataclass(frozen=True, slots=True)
class Announcement:
    """One announcement, as it is now.

    Attributes:
        id: unguessable part of its address.
        version: grows by one with each correction; a corrected one is shown to everybody again.
        words: what is said, with its translations by the language of a channel.
        language: tag of `words.text`; empty if that is not said.
        urgent: whether screen readers interrupt what they say for it.
        by: name of whoever made it.
        made_at_ms: Unix time.
        expires_at_ms: Unix time from which it is shown no more.
        withdrawn: whether it was taken back.
        speak_since_ms: Unix time since which the language channels are to speak it; 0 if they are
            not.
    """

    id: str
    version: int
    words: Notice
    language: str
    urgent: bool
    by: str
    made_at_ms: int
    expires_at_ms: int
    withdrawn: bool = False
    speak_since_ms: int = 0

    def is_active(self, now_ms: int) -> bool:
        """Whether it is shown."""
        return not self.withdrawn and now_ms < self.expires_at_ms

    def language_on(self, channel: str) -> str:
        """The tag of the text that a channel's audience reads; empty if it is not known."""
        return channel if channel in self.words.translations else self.language

    def spoken_text(self, channel: str) -> str:
        """The text that a channel speaks; empty without one in its language."""
        if channel in self.words.translations:
            return self.words.translations[channel]
        written = self.language and base_language(self.language) == base_language(channel)
        return self.words.text if written else ""

    def state(self, now_ms: int) -> str:
        """`active`, `withdrawn` or `expired`."""
        if self.withdrawn:
            return "withdrawn"
        return "active" if self.is_active(now_ms) else "expired"


@dataclass(frozen=True, slots=True)
class AnnouncementBook(JsonForm):
    """All announcements of an event, as its record has them.

    Attributes:
        entries: the oldest first.
    """

    entries: tuple[Announcement, ...] = ()

    def active(self, now_ms: int) -> list[Announcement]:
        """The announcements that are shown: urgent ones first, then the newest first."""
        shown = [one for one in self.entries if one.is_active(now_ms)]
        return sorted(shown, key=lambda one: (not one.urgent, -one.made_at_ms))

    def find(self, announcement_id: str) -> Announcement:
        """The announcement of this id.

        Raises:
            UnknownAnnouncement: none has it.
        """
        for one in self.entries:
            if one.id == announcement_id:
                return one
        raise UnknownAnnouncement

    def with_entry(self, changed: Announcement, now_ms: int) -> "AnnouncementBook":
        """The book with a new announcement, or with a changed one in its place.

        Raises:
            TooManyAnnouncements: more than `MOST_ACTIVE` would be shown.
        """
        if any(one.id == changed.id for one in self.entries):
            entries = [changed if one.id == changed.id else one for one in self.entries]
        else:
            entries = [*self.entries, changed]
        if sum(one.is_active(now_ms) for one in entries) > MOST_ACTIVE:
            raise TooManyAnnouncements
        while len(entries) > MOST_KEPT:
            entries.remove(next(one for one in entries if not one.is_active(now_ms)))
        return replace(self, entries=tuple(entries))
