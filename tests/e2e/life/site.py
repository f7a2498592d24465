"""An organizer's installation: Redis, a provider, a proxy with a certificate, and their faults."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr

from tests.support.certificates import HOST, server_context
from tests.support.ports import free_port
from tests.support.processes import rehearsal_server
from tests.support.redis_server import RedisServer
from tests.support.server import Server, running_server


class TlsProxy:
    """Ends TLS in front of the server, as a site's proxy does. Its certificate can be replaced.

    Args:
        folder: for certificates.
        server_port: of the server behind it, on loopback.
    """

    def __init__(self, folder: Path, server_port: int) -> None:
        self._folder = folder
        self._server_port = server_port
        self._listener: asyncio.Server | None = None
        self.port = free_port()

    @property
    def url(self) -> str:
        """The address that phones open."""
        return f"https://{HOST}:{self.port}"

    async def start(self, days: int) -> None:
        """Listen with a new certificate that is valid for `days` more days."""
        context: ssl.SSLContext = await asyncio.to_thread(server_context, self._folder, days)
        self._listener = await asyncio.start_server(self._serve, HOST, self.port, ssl=context)

    async def stop(self) -> None:
        """Stop listening; open connections go on."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:
            writer.close()
            return
        async with asyncio.TaskGroup() as both:
            both.create_task(_copied(reader, inner[1]), name="proxy: to the server")
            both.create_task(_copied(inner[0], writer), name="proxy: to the client")


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, ssl.SSLError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    with suppress(OSError, ssl.SSLError):
        writer.close()


@dataclass
class Installation:
    """All that an organizer's server runs on.

    Attributes:
        folder: the server's data folder.
        redis: its store and bus.
        proxy: the public address.
        provider: base URL of the rehearsal server.
        port: of the server itself.
    """

    folder: Path
    redis: RedisServer
    proxy: TlsProxy
    provider: str
    port: int

    @asynccontextmanager
    async def served(self, **settings: Any) -> AsyncIterator[Server]:
        """The server, with all roles."""
        given = {
            "port": self.port,
            "redis_url": self.redis.url,
            "realtime_url": self.provider,
            "api_key": SecretStr("rehearsal"),
            "public_url": self.proxy.url,
            **settings,
        }
        async with running_server(self.folder, **given) as server:
            yield server

    async def plan_fault(self, **fault: Any) -> None:
        """Let sessions at the provider fail from now on."""
        async with (
            aiohttp.ClientSession() as http,
            http.post(self._faults, json={"times": None, **fault}) as answer,
        ):
            assert answer.status == 201, await answer.text()

    async def end_faults(self) -> None:
        """The provider works again."""
        async with aiohttp.ClientSession() as http, http.delete(self._faults):
            pass

    @property
    def _faults(self) -> str:
        return self.provider.removesuffix("/v1") + "/rehearsal/faults"


@asynccontextmanager
async def installation(folder: Path) -> AsyncIterator[Installation]:
    """Redis and the provider run; server and proxy are started later."""
    for name in ("redis", "data"):
        (folder / name).mkdir()
    redis, port = RedisServer(folder / "redis"), free_port()
    proxy = TlsProxy(folder, port)
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(redis.start)
        stack.callback(redis.stop)
        stack.push_async_callback(proxy.stop)
        provider = await stack.enter_async_context(rehearsal_server())
        yield Installation(folder / "data", redis, proxy, provider, port)
