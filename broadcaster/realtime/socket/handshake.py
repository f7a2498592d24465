"""Opens the WebSocket, and finds out why it cannot be opened."""

import asyncio
import ssl
from contextlib import AsyncExitStack, closing, suppress
from datetime import UTC, datetime
from http import HTTPStatus

import aiohttp
from yarl import URL

from broadcaster.errors import InterpreterFailed
from broadcaster.realtime import failures
from broadcaster.realtime.endpoint import Endpoint, Timeouts

HEARTBEAT_S = 15.0
"""Between pings; half of it is the time a pong may take."""
MAX_MESSAGE_BYTES = 32 * 1024 * 1024
"""An audio delta may hold a whole utterance: this is eight minutes of sound in base64."""
_MAX_REFUSAL_BYTES = 8 * 1024


async def handshake(
    stack: AsyncExitStack,
    http: aiohttp.ClientSession,
    endpoint: Endpoint,
    url: URL,
    limits: Timeouts,
) -> aiohttp.ClientWebSocketResponse:
    """Open a WebSocket over the caller's connector.

    Args:
        stack: closes what is opened here.
        http: whose connector and `trust_env` are used.
        endpoint: the server.
        url: which of its WebSockets.
        limits: only `goodbye_s` is looked at; the caller bounds the whole handshake.

    Raises:
        InterpreterFailed: the server cannot be reached, or refuses.
    """

    async def authorize(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        # Set here, the key does not follow a redirect, and it replaces a .netrc entry.
        request.headers.update(endpoint.headers())
        response = await handler(request)
        if response.status == HTTPStatus.SWITCHING_PROTOCOLS:
            return response
        # `ws_connect` would drop the body, which alone tells an empty account from a busy server.
        with closing(response):
            body = await _read_some(response)
        raise failures.from_handshake(
            response.status,
            response.headers,
            body,
            now=datetime.now(UTC),
            has_key=bool(endpoint.api_key),
        )

    client = await stack.enter_async_context(
        aiohttp.ClientSession(
            connector=http.connector,
            connector_owner=False,
            trust_env=http.trust_env and not endpoint.is_local,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            middlewares=(authorize,),
        )
    )
    try:
        ws = await client.ws_connect(
            url,
            protocols=endpoint.subprotocols(),
            heartbeat=HEARTBEAT_S,
            max_msg_size=MAX_MESSAGE_BYTES,
            compress=0,
            timeout=aiohttp.ClientWSTimeout(ws_close=limits.goodbye_s),
        )
    except (aiohttp.ClientError, OSError) as error:
        failure = connect_failure(error, endpoint.host)
    else:
        stack.push_async_callback(_hang_up, ws, limits.goodbye_s)
        return ws
    # Raised out here to have no context: some of aiohttp's exceptions hold the request's headers.
    raise failure


def connect_failure(error: Exception, host: str) -> InterpreterFailed:
    """Explain an exception while connecting. Its own text is not repeated.

    Args:
        error: what was raised.
        host: where the connection went, for the message.
    """
    match error:
        case TimeoutError():
            code, message = "connect_timeout", f"{host} did not answer in time."
        case aiohttp.ClientConnectorDNSError():
            code, message = "host_not_found", f"The host name {host} is not known."
        case aiohttp.ClientSSLError() | ssl.SSLError():
            code, message = "tls_failed", f"No secure connection to {host} can be made."
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            code, message = "proxy_failed", f"The network's proxy does not connect to {host}."
        case aiohttp.ClientConnectorError(os_error=ConnectionRefusedError()):
            code, message = "connection_refused", f"{host} refuses connections."
        case _:
            code, message = "connect_failed", f"The connection to {host} failed."
    hint = "Check the network, the server's URL and any firewall or proxy."
    return InterpreterFailed(code, message, retryable=True, hint=hint)


async def _read_some(response: aiohttp.ClientResponse) -> bytes:
    """The first bytes of a refusal's body, as many as arrive before it ends or breaks."""
    body = bytearray()
    with suppress(aiohttp.ClientError):
        while len(body) < _MAX_REFUSAL_BYTES and (
            chunk := await response.content.read(_MAX_REFUSAL_BYTES)
        ):
            body += chunk
    return bytes(body)


async def _hang_up(ws: aiohttp.ClientWebSocketResponse, goodbye_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(goodbye_s):
            await ws.close()
