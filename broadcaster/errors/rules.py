"""A request breaks a rule of events, channels or languages."""

from collections.abc import Iterable

from broadcaster.errors.base import DomainError


class UnknownLanguage(DomainError):
    """A text is neither the tag nor the name of a language we know.

    Args:
        text: what was given.
        suggestions: English names of the languages that were perhaps meant.
        ambiguous: it is the name of several languages.
    """

    def __init__(
        self, text: str, suggestions: Iterable[str] = (), *, ambiguous: bool = False
    ) -> None:
        names = list(suggestions)
        choice = " or ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
        what = "can be more than one language" if ambiguous else "is not a language we know"
        how = "Write its name in English, or in the language itself: Spanish, العربية."
        hint = f"Did you mean {choice}?" if choice else how
        super().__init__("unknown_language", f"“{text[:40]}” {what}", hint)


class UnknownEvent(DomainError):
    """No event has this id.

    Args:
        hint: where to find the right id.
        message: what is wrong.
    """

    def __init__(self, hint: str, message: str = "there is no such event") -> None:
        super().__init__("unknown_event", message, hint)


class EventExists(DomainError):
    """A new event was given an id that is in use."""

    def __init__(self, event_id: str) -> None:
        super().__init__(
            "event_exists",
            f"there is already an event {event_id}",
            "Choose another id, or open the existing event.",
        )


class BadEventId(DomainError):
    """A new event was given an id that cannot be part of a link."""

    def __init__(self) -> None:
        super().__init__(
            "bad_event_id",
            "an id has at most 48 lower-case letters, digits and hyphens",
            "Leave the id out to have one made from the title.",
        )


class InvalidInitialState(DomainError):
    """A new event was given a state that events reach later."""

    def __init__(self, state: str) -> None:
        super().__init__(
            "wrong_state",
            f"a new event cannot be {state}",
            "Create it as draft or open, then go live.",
        )


class InvalidTransition(DomainError):
    """The event's state does not allow a step.

    Args:
        state: the event's state.
        step: the action, or the state that it was to have.
        possible: the actions or states that are possible.
    """

    def __init__(self, state: str, step: str, possible: Iterable[str]) -> None:
        steps = ", ".join(sorted(possible)) or "nothing"
        super().__init__(
            "wrong_state",
            f"“{step}” is not possible while the event is {state}",
            f"Possible now: {steps}.",
        )


class BadSchedule(DomainError):
    """The planned end of an event is not after its planned start."""

    def __init__(self) -> None:
        super().__init__(
            "bad_schedule",
            "the event would end before it starts",
            "Send a later ends_at, or an earlier starts_at.",
        )


class EventChanged(DomainError):
    """An event was changed between reading it and writing it."""

    def __init__(self) -> None:
        super().__init__(
            "version_conflict",
            "somebody else changed the event after you read it",
            "Read the event again, then repeat the change.",
        )


class EventOver(DomainError):
    """The event is closed: nobody can speak into it or listen to it any more."""

    def __init__(self) -> None:
        super().__init__(
            "event_closed",
            "this event is over",
            "Its page still shows the captions. The organizer has the link of the current event.",
        )


class DownloadsOff(DomainError):
    """The organizer does not offer the captions as a file."""

    def __init__(self) -> None:
        super().__init__(
            "downloads_off",
            "the captions of this event cannot be downloaded",
            "Read them on the event's page. The organizer can allow downloads on the desk.",
        )


class UnknownChannel(DomainError):
    """An event has no channel of this id.

    Args:
        channels: ids of the channels it has.
    """

    def __init__(self, channels: Iterable[str]) -> None:
        super().__init__(
            "unknown_channel",
            "this event has no such channel",
            f"Its channels are: {', '.join(channels)}.",
        )
