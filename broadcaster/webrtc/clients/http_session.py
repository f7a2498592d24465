"""The client's side of WHIP and WHEP: POST the offer, DELETE the session at the end."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus

import aiohttp
from aiortc import RTCPeerConnection, RTCSessionDescription
from yarl import URL

from broadcaster.errors import ServerRefused
from broadcaster.webrtc.ice import offering_loopback

log = logging.getLogger(__name__)

CONNECT_S = 15.0
HANG_UP_S = 3.0
"""For the DELETE at the end; a server that cannot be reached ends the session by itself."""

ASK_S = 1.0
"""For the answer whether a session is still there."""

UNEXPLAINED = "refused"
"""The error id of an answer that is not in this server's form: from a proxy, or another server."""
UNUSABLE = "unusable_answer"
"""The error id of an answer that says yes, but is not a session description."""
_NO_SESSION = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


@asynccontextmanager
async def negotiated(
    http: aiohttp.ClientSession,
    url: str,
    connection: RTCPeerConnection,
    headers: Mapping[str, str],
    *,
    loopback: bool,
) -> AsyncIterator[URL | None]:
    """Connect; the connection is closed with the context (RFC 9725 sections 4.2 and 4.3).

    Args:
        http: HTTP client.
        url: WHIP or WHEP endpoint.
        connection: with its transceivers.
        headers: of all requests.
        loopback: offer 127.0.0.1 as well, for a server on this machine.

    Yields:
        The address of the session, if the server gave one.

    Raises:
        ServerRefused: the server's own status, error id and hint.
        TimeoutError: no connection within `CONNECT_S`.
        aiohttp.ClientError: the server cannot be reached.
    """
    connected: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    @connection.on("connectionstatechange")
    def _changed() -> None:
        if connection.connectionState != "connecting" and not connected.done():
            connected.set_result(connection.connectionState == "connected")

    session_url: URL | None = None
    try:
        with offering_loopback(enabled=loopback):
            await connection.setLocalDescription(await connection.createOffer())
        async with asyncio.timeout(CONNECT_S):
            offer = connection.localDescription.sdp.encode()
            asked = {**headers, "Content-Type": "application/sdp"}
            async with http.post(url, data=offer, headers=asked) as answer:
                if answer.status != HTTPStatus.CREATED:
                    raise await _refused(answer)
                if location := answer.headers.get("Location"):
                    session_url = answer.url.join(URL(location))
                sdp = await answer.text()
            await _take_answer(connection, sdp)
            if not await connected:
                raise TimeoutError
        yield session_url
    finally:
        try:
            if session_url is not None:
                await _hang_up(http, session_url, headers)
        finally:
            await connection.close()


async def is_gone(
    http: aiohttp.ClientSession, session_url: URL, headers: Mapping[str, str]
) -> bool:
    """Whether there is surely no such session any more: no server, or one that does not know it.

    It is asked with a trickle fragment without candidates, which changes nothing.
    """
    asked = {**headers, "Content-Type": "application/trickle-ice-sdpfrag"}
    try:
        async with asyncio.timeout(ASK_S), http.patch(session_url, headers=asked) as answer:
            return answer.status in _NO_SESSION
    except aiohttp.ClientConnectorError as error:
        return isinstance(error.os_error, ConnectionRefusedError)
    except (aiohttp.ClientError, OSError):
        return False


async def _take_answer(connection: RTCPeerConnection, sdp: str) -> None:
    try:
        await connection.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
    except (ValueError, LookupError, AssertionError, AttributeError, TypeError) as wrong:
        raise ServerRefused(
            HTTPStatus.CREATED,
            UNUSABLE,
            "the server's answer is not a WebRTC session description",
            "Check the address: https://…/whip/EVENT.",
        ) from wrong


async def _hang_up(
    http: aiohttp.ClientSession, session_url: URL, headers: Mapping[str, str]
) -> None:
    try:
        async with asyncio.timeout(HANG_UP_S), http.delete(session_url, headers=headers):
            pass
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        log.info("the session could not be ended at the server: %r", error)


async def _refused(answer: aiohttp.ClientResponse) -> ServerRefused:
    asked = answer.headers.get("Retry-After", "")
    try:
        body = await answer.json()
        error, message, hint = (str(body.get(name, "")) for name in ("error", "message", "hint"))
    except (ValueError, AttributeError, aiohttp.ClientError):
        error = message = hint = ""
    refused = ServerRefused(
        answer.status,
        error or UNEXPLAINED,
        message or f"the server answered {answer.status} {answer.reason or ''}".rstrip(),
        hint,
    )
    if asked.isascii() and asked.isdecimal():
        refused.retry_after_s = float(asked)
    return refused
