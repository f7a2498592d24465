"""A server, a store or a device that we use has failed."""

from broadcaster.errors.base import BroadcasterError


class ServerRefused(BroadcasterError):
    """A server answered one of our clients with an error.

    Args:
        status: HTTP status of the answer.
        error: the server's error id, `refused` if it sent none.
        message: the server's sentence.
        hint: the server's hint.
    """

    retry_after_s: float | None = None
    """Seconds the server asked to wait, if it did."""

    def __init__(self, status: int, error: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.error = error


class BusUnavailable(BroadcasterError):
    """The bus cannot be reached; the caller may try again."""

    error = "bus_unavailable"


class VersionConflict(BroadcasterError):
    """A record was changed by another writer since it was read."""

    error = "version_conflict"


class CannotPlay(BroadcasterError):
    """A sound file or a sound card cannot be used."""

    error = "cannot_play"


class ServerUnreachable(BroadcasterError):
    """A server to publish to did not answer, or no sound can reach it."""

    error = "server_unreachable"


class BadEnvelope(BroadcasterError):
    """Bytes received as an audio envelope are not one."""

    error = "bad_envelope"


class ListenerLost(BroadcasterError):
    """A listener of a load test was refused or dropped; the report counts them by message."""

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
