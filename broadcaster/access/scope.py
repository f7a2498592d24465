"""The scope of a token: all events, a conference, an event, or a channel of an event."""

import re
from dataclasses import dataclass
from typing import Self

from broadcaster.model.event import SLUG, Event

ALL = "all"
_CHANNEL = re.compile(r"[A-Za-z0-9]{2,8}(?:-[A-Za-z0-9]{1,8}){0,7}|floor")


@dataclass(frozen=True, slots=True)
class Ownership:
    """The facts that decide whose an event is.

    Attributes:
        event: its id.
        owner: subject of the one that created it; empty if that was an admin.
        conference: id of its conference; empty for none.
    """

    event: str
    owner: str = ""
    conference: str = ""

    @classmethod
    def of(cls, event: Event) -> Self:
        """That of an event."""
        return cls(event.id, event.owner, event.conference)


@dataclass(frozen=True, slots=True)
class Scope:
    """One thing that a token is for.

    Attributes:
        kind: `all`, `conference` or `event`.
        id: of the conference or event.
        channel: language of one channel of the event; empty for all of the event.
    """

    kind: str
    id: str = ""
    channel: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The scope of a text such as `all`, `conference:dev-days`, `event:talk`, `event:talk/es`.

        Raises:
            ValueError: it is not one.
        """
        if text == ALL:
            return cls(ALL)
        kind, _, rest = text.partition(":")
        name, slash, channel = rest.partition("/")
        is_channel = bool(kind == "event" and _CHANNEL.fullmatch(channel))
        if kind not in {"event", "conference"} or not SLUG.fullmatch(name):
            raise ValueError("a scope is all, conference:ID, event:ID or event:ID/LANGUAGE")
        if slash and not is_channel:
            raise ValueError("after the slash of a scope is the language of a channel")
        return cls(kind, name, channel)

    def __str__(self) -> str:
        channel = f"/{self.channel}" if self.channel else ""
        return f"{self.kind}:{self.id}{channel}" if self.id else self.kind

    def covers(self, event: Ownership) -> bool:
        """Whether the event is within it."""
        if self.kind == "conference":
            return self.id == event.conference
        return self.kind == ALL or (self.kind == "event" and self.id == event.event)

    def is_of(self, event_id: str) -> bool:
        """Whether it is about this event and no other."""
        return self.kind == "event" and self.id == event_id
