"""The HTTP side of WHIP (RFC 9725) and WHEP, for publishers and players.

Every check raises `Refused` with a stable id and the header that says what would have been right.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import ETag, web

from broadcaster.web.errors import REFUSALS, Refused, refusal

SDP_TYPE = "application/sdp"
FRAGMENT_TYPE = "application/trickle-ice-sdpfrag"
MAX_BODY_BYTES = 64 * 1024
BODY_TIMEOUT_S = 10.0
ACCEPTS_OFFERS = {"Accept-Post": SDP_TYPE}
ACCEPTS_FRAGMENTS = {"Accept-Patch": FRAGMENT_TYPE}

_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, ETag, Link, Accept-Patch, AI-Disclosure",
}
_ZERO_WEIGHTS = frozenset({"q=0", "q=0.", "q=0.0", "q=0.00", "q=0.000"})

Handler = Callable[[web.Request], Awaitable[web.Response]]


def cross_origin(handler: Handler) -> Handler:
    """Let pages of any origin read the handler's answers, refusals included."""

    @functools.wraps(handler)
    async def wrapped(request: web.Request) -> web.Response:
        try:
            response = await handler(request)
        except REFUSALS as error:
            refused = refusal(error)
            refused.headers.update(_CORS)
            raise refused from error.__cause__
        response.headers.update(_CORS)
        return response

    return wrapped


def resource_routes(
    path: str, handlers: Mapping[str, Handler], accepts: Mapping[str, str]
) -> list[web.RouteDef]:
    """The routes of one address: its methods, the CORS preflight, and 405 for other methods.

    With a slash at its end, as some clients write it, an address is the same.

    Args:
        path: with aiohttp's placeholders, without a slash at its end.
        handlers: by method; without one for OPTIONS it is answered by `preflight`.
        accepts: header that names the media type it takes, `Accept-Post` or `Accept-Patch`.
    """
    methods = ", ".join(dict.fromkeys(("OPTIONS", *handlers)))

    async def describe(_: web.Request) -> web.Response:
        return preflight(methods, accepts)

    table = {"OPTIONS": describe, **handlers, "*": refuse_method(methods)}
    return [
        web.route(method, written, cross_origin(handler))
        for written in (path, f"{path}/")
        for method, handler in table.items()
    ]


def preflight(methods: str, accepts: Mapping[str, str]) -> web.Response:
    """The answer to a browser's CORS preflight (Fetch standard)."""
    headers = {
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "Content-Type, Authorization, If-Match, ETag",
        "Access-Control-Max-Age": "86400",
    }
    return web.Response(status=204, headers={**headers, **accepts})


def created(answer: str, location: str, etag: str) -> web.Response:
    """201 with the answer and the address of the session (RFC 9725 section 4.2).

    Args:
        answer: SDP.
        location: path of the session.
        etag: names its ICE session, without quotes.
    """
    headers = {"Location": location, "ETag": f'"{etag}"', **ACCEPTS_FRAGMENTS}
    headers["Cache-Control"] = "no-store"  # whoever has the address may end the session
    return web.Response(status=201, body=answer.encode(), content_type=SDP_TYPE, headers=headers)


def refuse_method(allowed: str) -> Handler:
    """A handler that answers 405 `method_not_allowed`.

    Args:
        allowed: what is possible instead, as in an `Allow` header.
    """

    async def refuse(request: web.Request) -> web.Response:
        raise Refused(
            405,
            "method_not_allowed",
            f"{request.method} is not possible here",
            hint=f"Possible methods: {allowed}.",
            headers={"Allow": allowed},
        )

    return refuse


def check_content_type(request: web.Request, expected: str, header: str) -> None:
    """Check the media type of the body.

    Args:
        request: to be checked.
        expected: the only media type taken.
        header: names the header that announces it, `Accept-Post` or `Accept-Patch`.

    Raises:
        Refused: 415 `wrong_content_type`.
    """
    if request.content_type != expected:
        raise Refused(
            415,
            "wrong_content_type",
            f"the body must be {expected}",
            hint=f"Send the header Content-Type: {expected}.",
            headers={header: expected},
        )


def check_accept(request: web.Request) -> None:
    """Check that the client accepts an SDP answer (RFC 9110 section 12.5.1).

    Raises:
        Refused: 406 `not_acceptable`.
    """
    for part in ",".join(request.headers.getall("Accept", ["*/*"])).split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        wanted = _ZERO_WEIGHTS.isdisjoint(parameters)
        if wanted and media_range in {"*/*", "application/*", SDP_TYPE}:
            return
    raise Refused(
        406,
        "not_acceptable",
        f"the answer is always {SDP_TYPE}",
        hint=f"Send the header Accept: {SDP_TYPE}.",
    )


def check_etag(request: web.Request, etag: str) -> None:
    """Compare `If-Match`, if the client sends it; several clients do not, or send `*`.

    Raises:
        Refused: 412 `session_changed`.
    """
    if "If-Match" not in request.headers:
        return
    if {ETag("*"), ETag(etag)}.isdisjoint(request.if_match or ()):
        raise Refused(
            412,
            "session_changed",
            "the session is not the one this request was made for",
            hint="Send the ETag of the session's 201 answer.",
            headers={"ETag": f'"{etag}"'},
        )


async def read_text(request: web.Request) -> str:
    """The body.

    Raises:
        Refused: 413 `body_too_large`, 408 `body_too_slow`.
    """
    too_large = Refused(
        413,
        "body_too_large",
        f"the body is larger than {MAX_BODY_BYTES // 1024} KiB",
        hint="Send one audio track only.",
    )
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    raise too_large
    except TimeoutError:
        raise Refused(
            408, "body_too_slow", "the body did not arrive in time", hint="Try again."
        ) from None
    return body.decode("utf-8", errors="replace")
