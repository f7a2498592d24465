"""Server events: those of all endpoints, and those of endpoints with an input buffer."""

import itertools
from typing import Any

from broadcaster.rehearsal.wire.validation import Invalid, Json


class ServerEvents:
    """Builds the server events of one session.

    Args:
        session_id: unique name of the session.
        expires_at: Unix time in seconds.
    """

    def __init__(self, session_id: str, expires_at: int) -> None:
        self.session_id, self.expires_at = session_id, expires_at
        self._numbers = itertools.count(1)

    def event(self, kind: str, **fields: Any) -> Json:
        """An event with an id of its own."""
        number = next(self._numbers)
        return {"type": kind, "event_id": f"event_{self.session_id}_{number}", **fields}

    def created(self, session: Json) -> Json:
        """The first event of a session, with its configuration."""
        return self.event("session.created", session=self._named(session))

    def updated(self, session: Json) -> Json:
        """The whole configuration after an update."""
        return self.event("session.updated", session=self._named(session))

    def error(self, error: Invalid, kind: str = "invalid_request_error") -> Json:
        """The error in a client event, or the reason why the session ends."""
        return self.event(
            "error",
            error={
                "type": kind,
                "code": error.code,
                "message": error.message,
                "param": error.param,
                "event_id": error.event_id,
            },
        )

    def _named(self, session: Json) -> Json:
        return {"id": self.session_id, "expires_at": self.expires_at, **session}


class BufferEvents(ServerEvents):
    """Server events of conversations and transcriptions, whose clients commit an input buffer."""

    def committed(self, item_id: str, previous_item_id: str | None) -> Json:
        """The buffer became an item."""
        kind = "input_audio_buffer.committed"
        return self.event(kind, item_id=item_id, previous_item_id=previous_item_id)

    def cleared(self) -> Json:
        """The buffer was emptied."""
        return self.event("input_audio_buffer.cleared")

    def item_events(self, item: Json, previous_item_id: str | None) -> list[Json]:
        """The two events that announce a finished item."""
        kinds = ("conversation.item.added", "conversation.item.done")
        return [self.event(kind, item=item, previous_item_id=previous_item_id) for kind in kinds]


def empty_commit(held_ms: float) -> Invalid:
    """The error about a commit of less than 100 ms of sound."""
    return Invalid(
        "input_audio_buffer_commit_empty",
        "Error committing input audio buffer: expected at least 100ms of audio, but it "
        f"only has {held_ms:.2f}ms.",
    )
