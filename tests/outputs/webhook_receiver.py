"""A server that receives webhooks, and fails when it is told to."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from yarl import URL

from tests.outputs.zoom_server import Fault
from tests.support.ports import free_port


class Receiver:
    """Checks each message as a receiver would; `broken` lists the rules that were broken."""

    def __init__(self, url: str, secret: str = "") -> None:
        self.url = url
        self.secret = secret
        self.got: list[tuple[str, dict[str, Any]]] = []
        """Each message that was taken, also again: its id and its body."""
        self.broken: list[str] = []
        self.faults: list[Fault] = []
        self.rejects: set[str] = set()
        """Texts that are answered with 422."""
        self.failures = 0
        """Requests that were not answered as they should be."""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen."""
        application = web.Application()
        application.router.add_post("/hook", self.take)
        self._runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        url = URL(self.url)
        await web.TCPSite(self._runner, url.host, url.port, reuse_address=True).start()

    async def stop(self) -> None:
        """Break all connections off, and listen no more."""
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def once(self) -> list[dict[str, Any]]:
        """The messages without repeats, in the order of their first arrival."""
        return list(dict(reversed(self.got)).values())[::-1] if self.got else []

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        fault = self.faults.pop(0) if self.faults else Fault.NONE
        self._check(request, body)
        self.failures += fault is not Fault.NONE
        if fault.isdigit():
            return web.Response(status=int(fault))
        if any(one in body.decode() for one in self.rejects):
            return web.Response(status=422)
        if fault is not Fault.LOST_REQUEST:
            self.got.append((request.headers["webhook-id"], json.loads(body)))
        if fault is not Fault.NONE:
            assert request.transport is not None
            request.transport.close()
        return web.Response(status=204)

    def _check(self, request: web.Request, body: bytes) -> None:
        message_id = request.headers["webhook-id"]
        timestamp = request.headers["webhook-timestamp"]
        if abs(int(timestamp) - time.time()) > 300:
            self.broken.append("timestamp")
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        signed = f"{message_id}.{timestamp}.".encode() + body
        digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        if request.headers["webhook-signature"] != f"v1,{digest}":
            self.broken.append("signature")


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    one = Receiver(f"http://127.0.0.1:{free_port()}/hook")
    await one.start()
    try:
        yield one
    finally:
        await one.stop()
