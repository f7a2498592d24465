"""A text source in OBS Studio, set by the WebSocket server in it.

The protocol is obs-websocket 5, JSON in text frames
(https://github.com/obsproject/obs-websocket/blob/release/5.0.0/docs/generated/protocol.md). OBS
says Hello (0), we Identify (1), with an answer to its challenge if it wants a password, and it says
Identified (2). Then a Request (6) `SetInputSettings` sets the text of a source; its RequestResponse
(7) says whether that worked. OBS closes with code 4009 after a wrong password, and answers 600 for
a source that it has not.
"""

import asyncio
import base64
import hashlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import aiohttp

from broadcaster.outputs.wires.wire import Parcel, WireFailed, WireTarget

HELLO, IDENTIFY, IDENTIFIED, REQUEST, RESPONSE = 0, 1, 2, 6, 7
RPC_VERSION = 1
NO_EVENTS = 0
AUTHENTICATION_FAILED = 4009
NO_SUCH_SOURCE = 600
ANSWER_TIMEOUT_S = 10.0
_LARGEST_MESSAGE_BYTES = 65_536


class ObsWire:
    """Sets the text of one source, and stays connected.

    Args:
        http: the client.
        target: its password is OBS's; its option `input` is the name of the text source.
    """

    def __init__(self, http: aiohttp.ClientSession, target: WireTarget) -> None:
        self._http = http
        self._address = target.address
        self._password = target.password
        self._source = str(target.options.get("input", ""))
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def send_text(self, parcel: Parcel) -> None:
        """See `Wire.send_text`."""
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                if self._socket is None or self._socket.closed:
                    self._socket = await self._open()
                await self._set_text(self._socket, parcel)
        except TimeoutError:
            await self.close()
            raise WireFailed("timed_out", {"seconds": int(ANSWER_TIMEOUT_S)}) from None
        except (aiohttp.ClientError, OSError):
            await self.close()
            raise WireFailed("unreachable") from None
        except (KeyError, TypeError, ValueError):
            await self.close()
            raise WireFailed("bad_answer") from None
        except WireFailed:
            await self.close()
            raise

    async def last_number(self) -> int | None:
        """See `Wire.last_number`: a source shows the newest text alone."""
        return None

    async def close(self) -> None:
        """See `Wire.close`."""
        opened, self._socket = self._socket, None
        if opened is not None:
            with suppress(aiohttp.ClientError, OSError):
                await opened.close()

    async def _open(self) -> aiohttp.ClientWebSocketResponse:
        opened = await self._http.ws_connect(
            self._address,
            protocols=("obswebsocket.json",),
            max_msg_size=_LARGEST_MESSAGE_BYTES,
            timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
        )
        self._socket = opened  # closed after a failure
        hello = await _receive(opened, HELLO)
        identify: dict[str, Any] = {"rpcVersion": RPC_VERSION, "eventSubscriptions": NO_EVENTS}
        if "authentication" in hello:
            identify["authentication"] = authentication(self._password, hello["authentication"])
        await opened.send_json({"op": IDENTIFY, "d": identify})
        await _receive(opened, IDENTIFIED)
        return opened

    async def _set_text(self, opened: aiohttp.ClientWebSocketResponse, parcel: Parcel) -> None:
        request_id = str(parcel.number)
        request = {
            "requestType": "SetInputSettings",
            "requestId": request_id,
            "requestData": {
                "inputName": self._source,
                "inputSettings": {"text": parcel.text},
                "overlay": True,
            },
        }
        await opened.send_json({"op": REQUEST, "d": request})
        response = await _receive(opened, RESPONSE)
        while response["requestId"] != request_id:  # to a request that timed out
            response = await _receive(opened, RESPONSE)
        status = response["requestStatus"]
        if status["result"]:
            return
        if status["code"] == NO_SUCH_SOURCE:
            raise WireFailed("no_such_input", {"input": self._source})
        raise WireFailed("answered", {"status": int(status["code"])})


def authentication(password: str, asked: Mapping[str, Any]) -> str:
    """The answer to a challenge: Base64(SHA-256(Base64(SHA-256(password + salt)) + challenge))."""
    secret = _digest(password + str(asked["salt"]))
    return _digest(secret + str(asked["challenge"]))


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


async def _receive(opened: aiohttp.ClientWebSocketResponse, op: int) -> dict[str, Any]:
    """The data of the next message of a kind; others are left out.

    Raises:
        WireFailed: `wrong_password` or `connection_lost`.
    """
    while True:
        message = await opened.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            if opened.close_code == AUTHENTICATION_FAILED:
                raise WireFailed("wrong_password", refused=True)
            raise WireFailed("connection_lost")
        body = message.json()
        if body["op"] == op:
            data: dict[str, Any] = body["d"]
            return data
