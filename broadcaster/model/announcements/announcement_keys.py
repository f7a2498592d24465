"""Names on the bus of announcements, and of their translation and speech."""

ANNOUNCEMENT_RECORDS = "announcements."
"""Prefix of the records of the announcements of all events."""
ANNOUNCEMENTS_SEEN = "seen.announcements"
"""Topic on which edge processes report how many phones got announcements."""
TRANSLATION_ORDERS = "translations.orders"
"""Topic of orders to translate an announcement."""
SPEECH_RECORDS = "speech."
"""Prefix of the records of what was spoken of all events' announcements."""


def announcements_record(event: str) -> str:
    """Record of an event's announcements."""
    return f"{ANNOUNCEMENT_RECORDS}{event}"


def translation_record(event: str) -> str:
    """Record of the id of the newest order that a process has taken for an event."""
    return f"translation.{event}"


def translation_answers(order: str) -> str:
    """Topic of what the process that carries out an order answers."""
    return f"translations.answers.{order}"


def speech_records(event: str) -> str:
    """Prefix of the records of what was spoken of one event's announcements."""
    return f"{SPEECH_RECORDS}{event}."


def speech_record(event: str, channel: str) -> str:
    """Record of which announcements a channel has spoken, see `ChannelSpeech`."""
    return f"{speech_records(event)}{channel}"
