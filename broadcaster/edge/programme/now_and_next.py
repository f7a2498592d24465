"""Finds the talks of a moment: those of now and next in each room."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from broadcaster.model.conference.conference import Conference
from broadcaster.model.event import HIDDEN, PUT_AWAY, Event, EventState, iso_time

MOST_NEXT = 3
"""Talks to come that are shown of each room."""
MOST_EARLIER = 10
WITHOUT_END_MS = 4 * 3600 * 1000
"""A talk whose end is not planned is not shown as going on for longer than this."""
_ON = frozenset({EventState.LIVE, EventState.PAUSED})


def programme_body(conference: Conference, events: Iterable[Event], now_ms: int) -> bytes:
    """The answer of `/c/{conference}/programme`.

    Drafts are not shown, except those that open by themselves.

    Args:
        conference: whose.
        events: of the conference.
        now_ms: Unix time.
    """
    shown = [event for event in events if _is_shown(event)]
    now, later = defaultdict[str, list[Event]](list), defaultdict[str, list[Event]](list)
    for event in sorted(shown, key=_start):
        if _is_on(event, now_ms):
            now[event.room].append(event)
        elif not event.is_over and _start(event) > now_ms:
            later[event.room].append(event)
    names = [name for name in conference.rooms if now[name] or later[name]]
    names += sorted({event.room for event in shown} - {*conference.rooms, ""})
    rooms = [
        {
            "name": name,
            "now": [_talk(event) for event in now[name]],
            "next": [_talk(event) for event in later[name][:MOST_NEXT]],
        }
        for name in (*names, "")
        if now[name] or later[name]
    ]
    over = sorted((event for event in shown if event.is_over), key=_closed, reverse=True)
    body = {
        "id": conference.id,
        "title": conference.title,
        "time_zone": conference.time_zone,
        "code": conference.code,
        "rooms": rooms,
        "earlier": [_talk(event) for event in over[:MOST_EARLIER]],
    }
    return json.dumps(body, ensure_ascii=False).encode()


def _is_shown(event: Event) -> bool:
    if event.state is EventState.DRAFT:
        return event.auto_open_minutes is not None and event.starts_at_ms is not None
    return event.state not in PUT_AWAY


def _is_on(event: Event, now_ms: int) -> bool:
    if event.state in _ON:
        return True
    if event.is_over or event.starts_at_ms is None:
        return not event.is_over
    end = event.ends_at_ms or event.starts_at_ms + WITHOUT_END_MS
    return event.starts_at_ms <= now_ms < end


def _start(event: Event) -> int:
    return event.starts_at_ms or 0


def _closed(event: Event) -> int:
    return event.closed_at_ms or _start(event)


def _talk(event: Event) -> dict[str, Any]:
    return {
        "title": event.title,
        "room": event.room,
        "state": EventState.OPEN if event.state is EventState.DRAFT else event.state,
        "event": None if event.state in HIDDEN else event.id,
        "starts_at": event.starts_at(),
        "ends_at": iso_time(event.ends_at_ms),
    }
