"""The organizer's own sentence about AI."""

from broadcaster.model.event import Event

_NOTICE = "Interpretation and captions are made by AI and may contain mistakes."


def own_ai_notice(event: Event, language: str) -> str | None:
    """The organizer's sentence about AI in a language; None for the program's, empty for none.

    Args:
        event: that has it.
        language: `floor` or a tag.
    """
    if event.ai_notice is None:
        return None
    return event.ai_notice_translations.get(language, event.ai_notice)


def file_notice(event: Event, language: str) -> str:
    """The sentence about AI in a file: the organizer's, or ours; empty if the organizer wants none.

    Args:
        event: that has the file.
        language: `floor` or a tag.
    """
    own = own_ai_notice(event, language)
    return _NOTICE if own is None else own
