"""Every error that can reach a person, as one tree.

BroadcasterError
├── DomainError               a request breaks a rule of events, languages or sessions
│   ├── UnknownLanguage       not the tag or name of a language
│   ├── UnknownEvent          no event has this id
│   ├── EventExists           another event has this id already
│   ├── UnknownChannel        an event has no such channel
│   ├── UnknownSession        a WebRTC session is over, or never existed
│   ├── TooManyJoining        too many WebRTC listeners join at once
│   ├── BadEventId            an event cannot have this id
│   ├── InvalidInitialState   an event cannot begin in this state
│   ├── InvalidTransition     an event cannot take this step from its state
│   ├── BadSchedule           an event would end before it starts
│   ├── EventChanged          the event was changed after it was read
│   ├── EventOver             the event is closed
│   ├── DownloadsOff          an event's captions cannot be downloaded
│   ├── FloorTaken            another publisher has the floor
│   ├── IceRestartUnsupported a WebRTC session cannot get new ICE credentials
│   ├── MalformedSdp          a session description that no WebRTC library makes
│   ├── NoOpusAudio           an offer without the Opus stream that was expected
│   ├── DtlsClientNeeded      a player that will not begin the DTLS handshake
│   ├── TooManyPeers          no room for another WebRTC listener
│   ├── NegotiationTimedOut   our side of a WebRTC session was not ready in time
│   └── ClosedWhileOpening    a WebRTC session was closed while it was set up
├── ServerRefused             a server answered one of our clients with an error
├── BusUnavailable            the bus cannot be reached right now; retried
├── VersionConflict           a record was changed by another writer
├── CannotPlay                a sound file or sound card gives no sound
├── ServerUnreachable         a server to publish to did not answer
├── BadEnvelope               bytes on the bus or a socket that are not an audio envelope
├── ListenerLost              a listener of a load test was refused or dropped
└── InterpreterFailed         the Realtime server refused or dropped a session

Each carries `error`, a stable identifier for programs, `message`, a sentence for people, and
`hint`, the next step. A `DomainError` knows nothing of HTTP: `web/errors.py` holds its status.
"""

from collections.abc import Iterable


class BroadcasterError(Exception):
    """Base of all errors raised on purpose."""

    error = "internal"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def advice(self) -> str:
        """Message and next step as one text for people."""
        return f"{self.message.rstrip('.')}. {self.hint}".strip()


class DomainError(BroadcasterError):
    """A request breaks a rule of events, languages or sessions, whatever protocol it came by.

    Args:
        error_id: stable identifier, snake case.
        message: what is wrong, a sentence.
        hint: what to do about it, a sentence.
    """

    def __init__(self, error_id: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.error = error_id


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


class FloorTaken(DomainError):
    """An event has one publisher at a time."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__("floor_taken", message, hint)


class IceRestartUnsupported(DomainError):
    """A client asked for new ICE credentials in a session that exists."""

    def __init__(self) -> None:
        super().__init__(
            "ice_restart_unsupported",
            "this server cannot restart ICE in a session",
            "Close the session and make a new one.",
        )


class MalformedSdp(DomainError):
    """A session description is not what a WebRTC library makes.

    Args:
        detail: what is wrong with it.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(
            "malformed_sdp",
            f"the session description is malformed: {detail}",
            "Send what the WebRTC library made, unchanged.",
        )


class NoOpusAudio(DomainError):
    """An offer has no Opus stream of the direction that is needed.

    Args:
        direction: `send` or `receive`, as the client sees it.
    """

    def __init__(self, direction: str) -> None:
        super().__init__(
            "no_opus_audio",
            f"the offer does not {direction} Opus audio",
            "Add one audio transceiver of that direction and choose Opus as its codec.",
        )


class DtlsClientNeeded(DomainError):
    """An offer leaves the DTLS hello to us, and an ICE-lite port sends none."""

    def __init__(self) -> None:
        super().__init__(
            "dtls_client_needed",
            "the offer insists on waiting for our DTLS hello",
            "Offer a=setup:actpass, as WebRTC asks for.",
        )


class TooManyPeers(DomainError):
    """A process serves as many WebRTC listeners as it may."""

    def __init__(self) -> None:
        super().__init__(
            "too_many_listeners",
            "this server has no room for another listener",
            "Listen over WebSocket, or try again in a minute.",
        )


class NegotiationTimedOut(DomainError):
    """Our side of a WebRTC session was not ready in time."""

    def __init__(self) -> None:
        super().__init__(
            "negotiation_timeout",
            "the server could not prepare its side in time",
            "Check that the configured STUN and TURN servers answer, then try again.",
        )


class ClosedWhileOpening(DomainError):
    """A WebRTC session was closed before its answer was ready."""

    def __init__(self) -> None:
        super().__init__(
            "session_closed",
            "the session was closed while it was being set up",
            "Connect again.",
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


class UnknownSession(DomainError):
    """The WebRTC session of an address is over, or never existed."""

    def __init__(self) -> None:
        super().__init__("unknown_session", "this session is over", "Make a new session to go on.")


class TooManyJoining(DomainError):
    """More WebRTC listeners join at this moment than the process can let in."""

    def __init__(self) -> None:
        super().__init__(
            "too_many_joining",
            "too many listeners are joining at this moment",
            "Wait as long as Retry-After says, then connect again.",
        )


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
