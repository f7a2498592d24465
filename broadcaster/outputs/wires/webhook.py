"""Messages to other software, signed as Standard Webhooks 1.0.0 says.

The specification is https://github.com/standard-webhooks/standard-webhooks, in the file
spec/standard-webhooks.md. `webhook-id` is the same whenever a message is sent again,
`webhook-timestamp` is the Unix time of the attempt in seconds, and `webhook-signature` is `v1,` and
the Base64 of the HMAC-SHA256 of `{id}.{timestamp}.{body}`. The key is the Base64 behind `whsec_` in
the secret. Any answer of 2xx says that the message has arrived.
"""

import base64
import binascii
import hashlib
import hmac

import aiohttp
from yarl import URL

from broadcaster.model.outputs.output import SECRET_PREFIX
from broadcaster.model.ports import Clock
from broadcaster.outputs.wires.http_posts import ask
from broadcaster.outputs.wires.wire import Parcel, WireFailed, WireTarget

_REJECTED = frozenset({400, 406, 413, 415, 422})
"""The receiver cannot do anything with this message, and may with the next one."""


class WebhookWire:
    """Sends to one receiver.

    Args:
        http: the client.
        clock: the time.
        target: its password is the secret.
    """

    def __init__(self, http: aiohttp.ClientSession, clock: Clock, target: WireTarget) -> None:
        self._http = http
        self._clock = clock
        self._url = URL(target.address, encoded=True)
        self._secret = target.password

    async def send_text(self, parcel: Parcel) -> None:
        """See `Wire.send_text`."""
        body = parcel.text.encode()
        timestamp = str(self._clock.now_ms() // 1_000)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": parcel.message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature(self._secret, parcel.message_id, timestamp, body),
        }
        try:
            await ask(self._http, "POST", self._url, data=body, headers=headers)
        except WireFailed as failed:
            if failed.values.get("status") in _REJECTED:
                raise WireFailed("answered", failed.values, rejected=True) from None
            raise

    async def last_number(self) -> int | None:
        """See `Wire.last_number`: a receiver knows messages by their ids."""
        return None

    async def close(self) -> None:
        """See `Wire.close`; the client is shared."""


def signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """The value of `webhook-signature`.

    Args:
        secret: `whsec_` and Base64.
        message_id: value of `webhook-id`.
        timestamp: value of `webhook-timestamp`.
        body: of the request.
    """
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        key = secret.encode()
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
