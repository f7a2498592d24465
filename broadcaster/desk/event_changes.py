"""Events as the organizer's wishes make them: changed, copied, or with a booth to start again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from broadcaster.access.identity import Identity
from broadcaster.auth import new_key
from broadcaster.desk.bodies import Duplicate
from broadcaster.errors import BadSchedule, UnknownChannel
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.join import Passcode
from broadcaster.model.language import FLOOR

_COPY = " (copy)"
_LONGEST_TITLE = 120


def changed(
    before: Event, values: Mapping[str, Any], state: EventState | None, now_ms: int
) -> Event:
    """An event with other values.

    A passcode that is sent again keeps its tokens, and a channel its booth.

    Args:
        before: the event.
        values: of its fields that change, but for its state.
        state: the state that it gets; None for the one that it has.
        now_ms: Unix time.

    Raises:
        BadSchedule: it would end before it starts.
        InvalidTransition: it cannot get into this state.
    """
    new = dict(values)
    passcode = new.get("passcode")
    if passcode is not None and before.passcode and passcode.text == before.passcode.text:
        new["passcode"] = before.passcode
    if "channels" in new:
        restarts = {channel.language: channel.restarts for channel in before.channels}
        new["channels"] = tuple(_with_restarts(one, restarts) for one in new["channels"])
    event = replace(before, **new)
    check_schedule(event)
    if state is not None and state is not event.state:
        event = event.moved_to(state, now_ms)
    if event.is_over and event.retention_days and event.closed_at_ms is None:
        event = replace(event, closed_at_ms=now_ms)  # an earlier version closed it
    return event


def copied(before: Event, wanted: Duplicate, by: Identity) -> Event:
    """A draft with the languages and options of an event; its links are still the event's own.

    Args:
        before: the event.
        wanted: the title of the copy.
        by: whoever copies it. The copy is in the conference only if they may put events there.
    """
    passcode = before.passcode
    return replace(
        before,
        title=wanted.title or before.title[: _LONGEST_TITLE - len(_COPY)] + _COPY,
        state=EventState.DRAFT,
        channels=tuple(replace(channel, restarts=0) for channel in before.channels),
        live_at_ms=None,
        passcode=Passcode(passcode.text, new_key()) if passcode else None,
        starts_at_ms=None,
        ends_at_ms=None,
        pause_notice=None,
        closed_at_ms=None,
        floor_restarts=0,
        imported=None,
        owner=by.owner,
        conference=before.conference if by.covers_conference(before.conference) else "",
    )


def with_restart(before: Event, channel: str) -> Event:
    """An event whose channel a new booth is to take over.

    Args:
        before: the event.
        channel: the language, or the floor's captions.

    Raises:
        UnknownChannel: the event has no such channel.
    """
    if channel not in before.channel_ids():
        raise UnknownChannel(before.channel_ids())
    if channel == FLOOR:
        return replace(before, floor_restarts=before.floor_restarts + 1)
    channels = (
        replace(one, restarts=one.restarts + (one.language == channel)) for one in before.channels
    )
    return replace(before, channels=tuple(channels))


def check_schedule(event: Event) -> None:
    """Check the planned times of an event.

    Raises:
        BadSchedule: it would end before it starts.
    """
    starts, ends = event.starts_at_ms, event.ends_at_ms
    if starts is not None and ends is not None and ends <= starts:
        raise BadSchedule


def _with_restarts(channel: Channel, restarts: Mapping[str, int]) -> Channel:
    return replace(channel, restarts=restarts.get(channel.language, 0))
