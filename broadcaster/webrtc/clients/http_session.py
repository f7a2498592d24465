"""The client's side of WHIP and WHEP: POST the offer, DELETE the session at the end."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus

import aiohttp
from aiortc import RTCPeerConnection, RTCSessionDescription
from yarl import URL

from broadcaster.errors import ServerRefused
from broadcaster.webrtc.ice import offering_loopback

CONNECT_S = 15.0


@asynccontextmanager
async def negotiated(
    http: aiohttp.ClientSession,
    url: str,
    connection: RTCPeerConnection,
    headers: Mapping[str, str],
    *,
    loopback: bool,
) -> AsyncIterator[None]:
    """Connect; the connection is closed with the context (RFC 9725 sections 4.2 and 4.3).

    Args:
        http: HTTP client.
        url: WHIP or WHEP endpoint.
        connection: with its transceivers.
        headers: of all requests.
        loopback: offer 127.0.0.1 as well, for a server on this machine.

    Raises:
        ServerRefused: the server's own status, error id and hint.
        TimeoutError: no connection within `CONNECT_S`.
        aiohttp.ClientError: the server cannot be reached.
    """
    connected = asyncio.Event()

    @connection.on("connectionstatechange")
    def _changed() -> None:
        if connection.connectionState == "connected":
            connected.set()

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
                session_url = answer.url.join(URL(answer.headers["Location"]))
                sdp = await answer.text()
            await connection.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
            await connected.wait()
        yield
    finally:
        try:
            if session_url is not None:
                async with http.delete(session_url, headers=headers):
                    pass
        finally:
            await connection.close()


async def _refused(answer: aiohttp.ClientResponse) -> ServerRefused:
    try:
        body = await answer.json()
        return ServerRefused(answer.status, body["error"], body["message"], body["hint"])
    except (ValueError, KeyError, TypeError, aiohttp.ClientError):
        return ServerRefused(answer.status, "refused", f"the server answered {answer.status}")
