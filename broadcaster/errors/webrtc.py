"""A WebRTC session cannot be had, or not in this way."""

from broadcaster.errors.base import DomainError


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
