"""Every error that can reach a person, as one tree.

BroadcasterError
├── Refused            a request we answer with an HTTP status and an error id
├── BusUnavailable     the bus cannot be reached right now; retried
├── VersionConflict    somebody changed the record first
├── BadEnvelope        bytes on the bus or a socket that are not an audio envelope
├── ListenerLost       a listener of a load test was refused or dropped
└── InterpreterFailed  the Realtime server refused or dropped a session

Each carries `error`, a stable identifier for programs, `message`, a sentence for people, and
`hint`, the next step.
"""


class BroadcasterError(Exception):
    """Base of all errors raised on purpose."""

    error = "internal"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def advice(self) -> str:
        """Message and next step as one text for people."""
        return f"{self.message.rstrip('.')}. {self.hint}".strip()


class Refused(BroadcasterError):
    """A request is answered with `status` and `{error, message, hint}`.

    Args:
        status: HTTP status, 4xx or 5xx.
        error: stable identifier, snake case.
        message: what is wrong, a sentence.
        hint: what to do about it, a sentence.
        headers: extra response headers, for example `Retry-After`.
    """

    def __init__(
        self,
        status: int,
        error: str,
        message: str,
        *,
        hint: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.error = error
        self.headers = headers or {}

    def body(self) -> dict[str, str]:
        """The JSON body of the answer."""
        return {"error": self.error, "message": self.message, "hint": self.hint}


class BusUnavailable(BroadcasterError):
    """The bus cannot be reached; the caller may try again."""

    error = "bus_unavailable"


class VersionConflict(BroadcasterError):
    """A record was changed by somebody else since it was read."""

    error = "version_conflict"


class BadEnvelope(BroadcasterError):
    """Bytes that should be an audio envelope are not."""

    error = "bad_envelope"


class ListenerLost(BroadcasterError):
    """A listener of a load test did not get in, or did not stay; the message is what is counted."""

    error = "listener_lost"


class InterpreterFailed(BroadcasterError):
    """A Realtime session could not be opened, or ended before it was closed.

    Args:
        error: stable identifier, the server's own code where it gave one.
        message: a sentence the organizer can act on; never contains a key or spoken words.
        retryable: whether trying again can help.
        retry_after_s: seconds the server asked to wait, if it did.
    """

    def __init__(
        self,
        error: str,
        message: str,
        *,
        retryable: bool,
        retry_after_s: float | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.error = error
        self.retryable = retryable
        self.retry_after_s = retry_after_s
