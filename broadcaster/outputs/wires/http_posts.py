"""Requests to services that take captions by HTTP. No redirect is followed."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus

import aiohttp
from yarl import URL

from broadcaster.outputs.wires.wire import WireFailed

REQUEST_TIMEOUT_S = 10.0
_LARGEST_ANSWER_BYTES = 4_096
_REFUSALS = frozenset({401, 403, 404, 410})
"""The token in the address is wrong or has ended, or the meeting has."""
PLAIN_TEXT = {"Content-Type": "text/plain; charset=utf-8"}


def with_query(address: str, **more: str | int) -> URL:
    """An address with more parameters; what is in it stays as it is, as it may be signed."""
    added = str(URL.build(query={name: str(value) for name, value in more.items()}))
    return URL(f"{address}{'&' if '?' in address else '?'}{added.lstrip('?')}", encoded=True)


async def ask(
    http: aiohttp.ClientSession,
    method: str,
    url: URL,
    *,
    data: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    not_started: int | None = None,
) -> str:
    """Send a request. Without other headers a body is plain text.

    Args:
        http: the client.
        method: of HTTP.
        url: the address.
        data: the body.
        headers: of the request.
        not_started: the status that says that the meeting has not started.

    Returns:
        The beginning of the answer's body.

    Raises:
        WireFailed: `unreachable`, `timed_out`, `answered`, `not_started` or, for a status that says
            that the address is not valid, `refused`.
    """
    if headers is None and data is not None:
        headers = PLAIN_TEXT
    try:
        async with (
            asyncio.timeout(REQUEST_TIMEOUT_S),
            http.request(method, url, data=data, headers=headers, allow_redirects=False) as answer,
        ):
            body = await answer.content.read(_LARGEST_ANSWER_BYTES)
    except TimeoutError:
        raise WireFailed("timed_out", {"seconds": int(REQUEST_TIMEOUT_S)}) from None
    except (aiohttp.ClientError, OSError):
        raise WireFailed("unreachable") from None
    status = answer.status
    if status == not_started:
        raise WireFailed("not_started")
    if status in _REFUSALS:
        raise WireFailed("refused", {"status": status}, refused=True)
    if not HTTPStatus(200) <= status < HTTPStatus(300):
        raise WireFailed("answered", {"status": status})
    return body.decode(errors="replace")
