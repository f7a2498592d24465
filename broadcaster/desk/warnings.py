"""Warnings to the organizer about an event, before it goes live."""

from collections.abc import Collection
from dataclasses import dataclass

from broadcaster.model.event import Channel, Event, Interpreter
from broadcaster.model.language import base_language, describe


@dataclass(frozen=True, slots=True)
class EventWarning:
    """Something that works, but perhaps not as the organizer means it.

    Attributes:
        id: stable identifier.
        languages: tags of the channels it is about.
        message: a sentence for people.
        hint: what can be done.
    """

    id: str
    languages: tuple[str, ...]
    message: str
    hint: str


STAGE_KEY_UNREADABLE = EventWarning(
    "stage_key_unreadable",
    (),
    "The speaker's link cannot be shown: its key was encrypted with a store key that is missing. "
    "The link that the speaker has goes on to work.",
    "Restore the store key and start again, or replace the stage key: "
    'PATCH {"new_stage_key": true}.',
)


def warnings_about(event: Event, continuous: Collection[str]) -> list[EventWarning]:
    """The warnings about an event; looking up names reads files.

    Args:
        event: the event.
        continuous: ISO 639-1 codes that the continuous interpreter takes by itself.
    """
    alike: dict[str, list[str]] = {}
    for channel in event.channels:
        if _is_continuous(channel, continuous):
            alike.setdefault(base_language(channel.language), []).append(channel.language)
    return [_same_interpretation(base, tags) for base, tags in alike.items() if len(tags) > 1]


def _is_continuous(channel: Channel, continuous: Collection[str]) -> bool:
    if channel.interpreter is Interpreter.AUTO:
        return base_language(channel.language) in continuous
    return channel.interpreter is Interpreter.TRANSLATE


def _same_interpretation(base: str, tags: list[str]) -> EventWarning:
    names = [describe(tag).english_name for tag in tags]
    listed = f"{', '.join(names[:-1])} and {names[-1]}"
    return EventWarning(
        "same_interpretation",
        tuple(tags),
        f"{listed} get the same interpretation: the continuous interpreter knows only "
        f"{describe(base).english_name}.",
        "Keep one of them, or let all but one be interpreted phrase by phrase.",
    )
