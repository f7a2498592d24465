"""Turns a change of an event's record into entries of its log."""

from dataclasses import fields

from broadcaster.desk.journal.entries import Values
from broadcaster.model.event import Channel, Event
from broadcaster.model.language import FLOOR

Happening = tuple[str, Values]
"""The kind of a happening and its details."""

_NOT_EDITED = frozenset(
    {"id", "state", "channels", "stage_key", "live_at_ms", "code", "closed_at_ms", "floor_restarts"}
)
"""Fields that have an entry of their own, or that only follow from another change."""


def happenings(before: Event, after: Event) -> list[Happening]:
    """The actions that led from one state of an event to the other, in the order of the log."""
    found: list[Happening] = []
    edited = tuple(
        one.name.removesuffix("_ms")
        for one in fields(Event)
        if one.name not in _NOT_EDITED and getattr(before, one.name) != getattr(after, one.name)
    )
    if edited:
        found.append(("event_edited", {"fields": edited}))
    if before.stage_key != after.stage_key:
        found.append(("stage_key_replaced", {}))
    found += _about_channels(before.channels, after.channels)
    if after.floor_restarts > before.floor_restarts:
        found.append(("booth_restarted", {"channel": FLOOR}))
    if before.state is not after.state:
        found.append(("state_changed", {"before": before.state, "after": after.state}))
    return found


def _about_channels(before: tuple[Channel, ...], after: tuple[Channel, ...]) -> list[Happening]:
    old = {channel.language: channel for channel in before}
    new = {channel.language: channel for channel in after}
    found: list[Happening] = [
        ("channel_removed", {"channel": language}) for language in old.keys() - new.keys()
    ]
    for language, channel in new.items():
        known = old.get(language)
        if known is None:
            values: Values = {"channel": language, "interpreter": channel.interpreter}
            found.append(("channel_added", values))
            continue
        if channel.interpreter is not known.interpreter:
            values = {
                "channel": language,
                "before": known.interpreter,
                "after": channel.interpreter,
            }
            found.append(("interpreter_switched", values))
        if channel.voice != known.voice:
            found.append(("voice_changed", {"channel": language}))
        if channel.providers != known.providers:
            values = {"channel": language, "services": channel.providers}
            found.append(("services_changed", values))
        if channel.always != known.always:
            found.append(("always_on_changed", {"channel": language, "always": channel.always}))
        if channel.restarts > known.restarts:
            found.append(("booth_restarted", {"channel": language}))
    return found
