"""The sentence about AI in the files of a recording."""

from broadcaster.model.event import Event

AI_NOTICE = "AI wrote these captions, and interpreted the languages."
"""In the files of an event whose organizer has no own sentence about AI."""


def notice(event: Event, channel: str) -> str:
    """The sentence in the files of a channel; empty if the organizer wants none."""
    if event.ai_notice is None:
        return AI_NOTICE
    return event.ai_notice_translations.get(channel, event.ai_notice)
