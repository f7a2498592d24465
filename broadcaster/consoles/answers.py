"""An event, its floor and its booth as a console shows them."""

from typing import Any

from broadcaster.model.event import Event
from broadcaster.model.status import BoothStatus, FloorStatus


def event_body(event: Event, language: str) -> dict[str, Any]:
    """An event for the console of one channel.

    The glossary has the terms with a translation into the language of the channel, and the names
    that every language keeps, which are their own translation.
    """
    relays = {channel.language: channel.relay_from for channel in event.channels}
    glossary = [
        {"term": term.text, "translation": term.translations.get(language, "")}
        for term in event.glossary
    ]
    glossary += [{"term": name, "translation": name} for name in event.do_not_translate]
    return {
        "title": event.title,
        "state": event.state,
        "live_at_ms": event.live_at_ms,
        "source_language": event.source_language,
        "source_captions": event.source_captions,
        "channels": list(event.channel_ids()),
        "relay_from": relays.get(language, ""),
        "glossary": glossary,
    }


def floor_body(status: FloorStatus) -> dict[str, Any]:
    """The speaker."""
    return {
        "publisher": status.publisher,
        "level_dbfs": status.level_dbfs,
        "silent_ms": status.silent_ms,
    }


def booth_body(status: BoothStatus) -> dict[str, Any]:
    """The AI of the channel, and what listeners hear there."""
    return {
        "state": status.state,
        "reason": status.reason,
        "on_air": status.on_air,
        "on_air_name": status.on_air_name,
        "on_air_reason": status.on_air_reason,
    }
