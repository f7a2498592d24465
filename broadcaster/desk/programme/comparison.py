"""Compares a programme with the events of a conference.

Each event keeps the talk as it was last imported. A field that still has that value follows the
file. One that was edited by hand stays, and if the file has news for it, that is reported.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from broadcaster.desk.events import Stored
from broadcaster.desk.programme.talks import Programme
from broadcaster.model.event import Event, ImportedTalk

FIELDS = ("title", "room", "starts_at_ms", "ends_at_ms", "source_language")


@dataclass(frozen=True, slots=True)
class ChangedTalk:
    """A talk whose event exists, and what the file has for it.

    Attributes:
        event: as it is.
        talk: as the file has it.
        values: fields of the event that change.
        kept: fields for which the file has news, and which were edited by hand.
    """

    event: Event
    talk: ImportedTalk
    values: dict[str, Any]
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProgrammeChanges:
    """The difference that an import makes.

    Attributes:
        created: talks without an event.
        changed: talks whose event changes, or keeps an edit that differs from the file.
        gone: events that were imported, and are not in the file any more. They stay.
        unchanged: number of the others.
        new_rooms: rooms that the conference does not have.
    """

    created: tuple[ImportedTalk, ...]
    changed: tuple[ChangedTalk, ...]
    gone: tuple[Event, ...]
    unchanged: int
    new_rooms: tuple[str, ...]


def compared(
    programme: Programme, events: Iterable[Stored], rooms: Iterable[str]
) -> ProgrammeChanges:
    """Compare a programme with a conference.

    Args:
        programme: from the file.
        events: of the conference.
        rooms: of the conference.
    """
    by_uid = {one.event.imported.uid: one.event for one in events if one.event.imported is not None}
    created, changed, unchanged = [], [], 0
    for talk in programme.talks:
        event = by_uid.pop(talk.uid, None)
        if event is None:
            created.append(talk)
            continue
        change = _change(event, talk)
        if event.is_over or not (change.values or change.kept or talk != event.imported):
            unchanged += 1
        else:
            changed.append(change)
    known = set(rooms)
    news = dict.fromkeys(talk.room for talk in programme.talks if talk.room)
    return ProgrammeChanges(
        tuple(created),
        tuple(changed),
        tuple(event for event in by_uid.values() if not event.is_over),
        unchanged,
        tuple(room for room in news if room not in known),
    )


def _change(event: Event, talk: ImportedTalk) -> ChangedTalk:
    values: dict[str, Any] = {}
    kept = []
    for name in FIELDS:
        now, wanted = getattr(event, name), getattr(talk, name)
        before = getattr(event.imported, name)
        if now == wanted:
            continue
        if now == before:
            values[name] = wanted
        elif wanted != before:
            kept.append(name)
    start = values.get("starts_at_ms", event.starts_at_ms)
    end = values.get("ends_at_ms", event.ends_at_ms)
    if start is not None and end is not None and end <= start:
        values["ends_at_ms"] = None  # one of them was edited by hand, and they do not fit any more
    return ChangedTalk(event, talk, values, tuple(kept))
