"""Turns errors into HTTP answers: a status, perhaps a header, and `{error, message, hint}`.

The layers below raise `DomainError`s that know no HTTP; `STATUS` is the only place that maps them.
"""

import logging
import re
from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

from broadcaster.errors import (
    BadEventId,
    BadSchedule,
    BroadcasterError,
    BusUnavailable,
    ClosedWhileOpening,
    DomainError,
    DownloadsOff,
    DtlsClientNeeded,
    EventChanged,
    EventExists,
    EventOver,
    FloorTaken,
    IceRestartUnsupported,
    InvalidInitialState,
    InvalidTransition,
    MalformedSdp,
    NegotiationTimedOut,
    NoOpusAudio,
    TooManyJoining,
    TooManyPeers,
    UnknownChannel,
    UnknownEvent,
    UnknownLanguage,
    UnknownSession,
)
from broadcaster.log import trace_of
from broadcaster.model.announcements.announcement import TooManyAnnouncements, UnknownAnnouncement
from broadcaster.model.announcements.translation import TranslationFailed
from broadcaster.model.check.heard import NothingHeard
from broadcaster.model.check.trial import TrialRunning
from broadcaster.model.conference.conference_errors import (
    BadProgramme,
    ConferenceChanged,
    ConferenceExists,
    ConferenceHasEvents,
    ImportRunning,
    UnknownConference,
)
from broadcaster.model.inputs.pulled_errors import BadInputAddress, UnknownInput
from broadcaster.model.outputs.output_errors import (
    BadOutputAddress,
    OutputSilent,
    TooManyOutputs,
    UnknownOutput,
)
from broadcaster.model.recording.recording_errors import RecordingsUnreachable, UnknownRecording
from broadcaster.model.relay.relays import BadRelay
from broadcaster.model.review.review_errors import (
    CaptionChanged,
    CaptionUnfinished,
    UnknownCaption,
)
from broadcaster.model.transcripts.clocks import NoOriginalCaptions, WrongClock

log = logging.getLogger("broadcaster.web.errors")

STATUS: dict[type[DomainError], int] = {
    MalformedSdp: 400,
    WrongClock: 400,
    DownloadsOff: 403,
    UnknownAnnouncement: 404,
    UnknownCaption: 404,
    UnknownChannel: 404,
    UnknownConference: 404,
    UnknownEvent: 404,
    UnknownInput: 404,
    UnknownOutput: 404,
    UnknownRecording: 404,
    UnknownSession: 404,
    CaptionChanged: 409,
    CaptionUnfinished: 409,
    ClosedWhileOpening: 409,
    ConferenceExists: 409,
    ConferenceHasEvents: 409,
    EventExists: 409,
    EventOver: 409,
    NoOriginalCaptions: 409,
    NothingHeard: 409,
    RecordingsUnreachable: 409,
    TooManyAnnouncements: 409,
    TranslationFailed: 409,
    TrialRunning: 409,
    FloorTaken: 409,
    ImportRunning: 409,
    TooManyOutputs: 409,
    InvalidTransition: 409,
    ConferenceChanged: 412,
    EventChanged: 412,
    BadEventId: 422,
    BadInputAddress: 422,
    BadOutputAddress: 422,
    BadProgramme: 422,
    BadRelay: 422,
    BadSchedule: 422,
    DtlsClientNeeded: 422,
    IceRestartUnsupported: 422,
    InvalidInitialState: 422,
    NoOpusAudio: 422,
    UnknownLanguage: 422,
    TooManyJoining: 503,
    TooManyPeers: 503,
    NegotiationTimedOut: 504,
    OutputSilent: 504,
}
"""Every `DomainError`, sorted by status."""
HEADERS: dict[type[DomainError], Mapping[str, str]] = {
    TooManyJoining: {"Retry-After": "5"},
    TooManyPeers: {"Retry-After": "60"},
}
"""Headers that go with the status."""

_HOST = re.compile(r"([A-Za-z0-9._~-]*|\[[0-9A-Fa-f:.]+\])(:[0-9]{0,5})?")
_LONGEST_HOST = 260
BAD_HOST = (
    400,
    "bad_host",
    "the Host header is not the address of a server",
    "Send the host and port of this server's address.",
)
"""The answer to a request whose `has_valid_host` is false."""
REFUSED = web.AppKey("refused", Counter[str])
"""The application's counter of refused requests, by error id."""


class Refused(BroadcasterError):
    """An error of HTTP itself: a request is answered with `status` and `{error, message, hint}`.

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


UNREADABLE = (web.RequestPayloadError, HttpProcessingError)
"""Errors that aiohttp raises for a body that is not what its headers say."""
REFUSALS = (DomainError, BusUnavailable, Refused)
"""Errors that `refusal` turns into an answer."""


def refusal(error: DomainError | BusUnavailable | Refused) -> Refused:
    """The HTTP answer that an error becomes."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, BusUnavailable):
        return Refused(
            503, error.error, error.message, hint=error.hint, headers={"Retry-After": "3"}
        )
    return Refused(
        STATUS[type(error)],
        error.error,
        error.message,
        hint=error.hint,
        headers=dict(HEADERS.get(type(error), {})),
    )


@web.middleware
async def explain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error with `{error, message, hint}`, and count the refusals."""
    try:
        _check_host(request)
        return await handler(request)
    except REFUSALS as error:
        refused = refusal(error)
        request.app[REFUSED][refused.error] += 1
        return web.json_response(refused.body(), status=refused.status, headers=refused.headers)
    except ConnectionResetError:
        return web.Response(status=400)  # nobody reads it: the client has disconnected
    except UNREADABLE:
        return explained(
            400,
            "bad_body",
            "the body is not what its headers say",
            "Check Content-Length, Content-Encoding and Transfer-Encoding.",
        )
    except web.HTTPException as plain:
        return explain(plain)
    except Exception as failure:  # noqa: BLE001 - the log says where
        trace = trace_of(failure)
        log.error("%s failed:\n%s", request.match_info.route.resource, trace)  # noqa: TRY400 - without its message
        return explained(
            500,
            "internal",
            "something went wrong on the server",
            "Try again; its log has the details.",
        )


def explain(plain: web.HTTPException) -> web.Response:
    """An error that aiohttp raised, in our form.

    Raises:
        web.HTTPException: it is a redirect.
    """
    match plain:
        case web.HTTPExpectationFailed():
            return explained(
                417,
                "unknown_expectation",
                "this server does not do what the Expect header asks for",
                "Leave the header out, or send Expect: 100-continue.",
            )
        case web.HTTPRequestEntityTooLarge():
            return explained(413, "body_too_large", "the body is too large", "Send at most 64 KiB.")
        case web.HTTPNotFound():
            return explained(
                404, "not_found", "there is nothing at this address", "Check the link."
            )
        case web.HTTPMethodNotAllowed(allowed_methods=allowed):
            methods = ", ".join(sorted(allowed))
            answer = explained(
                405,
                "wrong_method",
                "this address does not take this method",
                f"Allowed: {methods}.",
            )
            answer.headers["Allow"] = methods
            return answer
    if plain.status < HTTPStatus.BAD_REQUEST:
        raise plain
    return explained(plain.status, "bad_request", plain.reason.lower(), "Correct the request.")


def _check_host(request: web.BaseRequest) -> None:
    if not has_valid_host(request):
        status, error, message, hint = BAD_HOST
        raise Refused(status, error, message, hint=hint)


def has_valid_host(request: web.BaseRequest) -> bool:
    """Whether the Host header can be part of a link or of another header."""
    return len(request.host) <= _LONGEST_HOST and bool(_HOST.fullmatch(request.host))


def explained(status: int, error: str, message: str, hint: str) -> web.Response:
    """An answer in the form that all errors have."""
    return web.json_response({"error": error, "message": message, "hint": hint}, status=status)
