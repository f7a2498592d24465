"""The errors of conferences, which are branches of the tree in `broadcaster.errors`."""

from broadcaster.errors import DomainError


class UnknownConference(DomainError):
    """No conference has this id."""

    def __init__(self) -> None:
        super().__init__(
            "unknown_conference",
            "there is no such conference",
            "Check the link. The organizer's list is at GET /api/conferences.",
        )


class ConferenceExists(DomainError):
    """A new conference was given an id that is in use."""

    def __init__(self, conference_id: str) -> None:
        super().__init__(
            "conference_exists",
            f"there is already a conference {conference_id}",
            "Choose another id, or open the existing conference.",
        )


class ConferenceHasEvents(DomainError):
    """A conference cannot be deleted while it has events.

    Args:
        count: how many it has.
    """

    def __init__(self, count: int) -> None:
        events = "1 event" if count == 1 else f"{count} events"
        super().__init__(
            "conference_has_events",
            f"the conference still has {events}",
            "Delete them with it by ?events=delete, or move them out of the conference first.",
        )


class ConferenceChanged(DomainError):
    """A conference was changed between reading it and writing it."""

    def __init__(self) -> None:
        super().__init__(
            "version_conflict",
            "somebody else changed the conference after you read it",
            "Read the conference again, then repeat the change.",
        )


class BadProgramme(DomainError):
    """A file with a programme cannot be imported.

    Args:
        message: what is wrong, with the line or entry.
        hint: what to do.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__("bad_programme", message, hint)


class ImportRunning(DomainError):
    """Another import is being made for the same conference."""

    def __init__(self) -> None:
        super().__init__(
            "import_running",
            "another programme is being imported into this conference",
            "Wait a moment, then look at the changes again.",
        )
