"""The talks that a programme shows at a moment."""

import json
from dataclasses import replace
from typing import Any

import pytest

from broadcaster.edge.programme.now_and_next import (
    MOST_EARLIER,
    MOST_NEXT,
    WITHOUT_END_MS,
    programme_body,
)
from broadcaster.model.conference.conference import Conference
from broadcaster.model.event import Event, EventState

HOUR_MS = 3600 * 1000
NOON_MS = 1_795_000_000_000
CONFERENCE = Conference("water", "Water", "Europe/Berlin", ("Hall 1", "Hall 2"), "K7F2QX")


def talk(
    name: str,
    room: str = "Hall 1",
    starts_h: float | None = 0,
    state: EventState = EventState.OPEN,
    **more: Any,
) -> Event:
    """An event that starts some hours from now and is planned for one hour."""
    starts_ms = None if starts_h is None else NOON_MS + int(starts_h * HOUR_MS)
    ends_ms = None if starts_ms is None else starts_ms + HOUR_MS
    event = Event(name, name.title(), state, (), "key", starts_at_ms=starts_ms, ends_at_ms=ends_ms)
    return replace(event, conference="water", room=room, **more)


def shown(*events: Event) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(programme_body(CONFERENCE, events, NOON_MS))
    return body


def titles(body: dict[str, Any]) -> dict[str, tuple[list[str], list[str]]]:
    """Per room what is on now, and what is next."""
    return {
        room["name"]: (
            [one["title"] for one in room["now"]],
            [one["title"] for one in room["next"]],
        )
        for room in body["rooms"]
    }


def test_rooms_come_in_their_order_with_unknown_ones_after_them() -> None:
    events = [
        talk("d", "", 1),
        talk("c", "Attic", 1),
        talk("b", "Hall 2", 1),
        talk("a", "Hall 1", -0.5),
    ]
    assert titles(shown(*events)) == {
        "Hall 1": (["A"], []),
        "Hall 2": ([], ["B"]),
        "Attic": ([], ["C"]),
        "": ([], ["D"]),
    }
    assert [room["name"] for room in shown(*events)["rooms"]] == ["Hall 1", "Hall 2", "Attic", ""]


@pytest.mark.parametrize(
    ("event", "where"),
    [
        (talk("a", starts_h=0), "now"),
        (talk("a", starts_h=-1), None),  # its planned end has come, and nobody spoke
        (talk("a", starts_h=-5, state=EventState.LIVE), "now"),  # it takes longer
        (talk("a", starts_h=3, state=EventState.LIVE), "now"),  # it began early
        (talk("a", starts_h=3, state=EventState.PAUSED), "now"),
        (talk("a", starts_h=None), "now"),
        (talk("a", starts_h=0.01), "next"),
        (talk("a", starts_h=0, state=EventState.DRAFT), None),
        (talk("a", starts_h=1, state=EventState.DRAFT, auto_open_minutes=10), "next"),
        (talk("a", starts_h=None, state=EventState.DRAFT, auto_open_minutes=10), None),
        (talk("a", starts_h=0, state=EventState.CLOSED), "earlier"),
        (talk("a", starts_h=0, state=EventState.ARCHIVED), None),
    ],
)
def test_where_a_talk_is_shown(event: Event, where: str | None) -> None:
    body = shown(event)
    [room] = body["rooms"] or [{"now": [], "next": []}]
    found = [name for name, talks in {**body, **room}.items() if name in PARTS and talks]
    assert found == ([where] if where else [])


PARTS = ("now", "next", "earlier")


def test_a_talk_without_an_end_is_on_for_some_hours() -> None:
    event = replace(talk("a"), ends_at_ms=None)
    for age_ms, rooms in ((WITHOUT_END_MS - 1, 1), (WITHOUT_END_MS, 0)):
        aged = replace(event, starts_at_ms=NOON_MS - age_ms)
        assert len(shown(aged)["rooms"]) == rooms


def test_an_event_that_cannot_be_joined_has_no_link() -> None:
    draft = talk("a", starts_h=1, state=EventState.DRAFT, auto_open_minutes=10)
    [room] = shown(draft, talk("b", starts_h=2))["rooms"]
    assert [(one["event"], one["state"]) for one in room["next"]] == [(None, "open"), ("b", "open")]


def test_only_the_nearest_are_shown() -> None:
    later = [talk(f"t{hour:02}", starts_h=hour) for hour in range(1, 20)]
    closed = [talk(f"c{hour:02}", starts_h=-hour, state=EventState.CLOSED) for hour in range(1, 20)]
    body = shown(*later, *closed)
    assert titles(body)["Hall 1"] == ([], [f"T{hour:02}" for hour in range(1, MOST_NEXT + 1)])
    assert [one["title"] for one in body["earlier"]] == [
        f"C{hour:02}" for hour in range(1, MOST_EARLIER + 1)
    ]
