"""What the server's events have in common at all endpoints."""

import itertools
from typing import Any

from broadcaster.rehearsal.wire.validation import Invalid, Json


class Events:
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
        """The first event of a session, which is what the endpoint says it is."""
        return self.event("session.created", session=self._named(session))

    def updated(self, session: Json) -> Json:
        """The whole session after an update."""
        return self.event("session.updated", session=self._named(session))

    def error(self, error: Invalid, kind: str = "invalid_request_error") -> Json:
        """What was wrong with a client event, or why the session ends."""
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
