"""Clients that write their requests themselves: HTTP/1.0, `HEAD`, and a proxy that speaks 1.0."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.deadline import deadline
from tests.support.processes import started

_HEAD_END = b"\r\n\r\n"
_LONGEST_BYTES = 2**22
"""Of a part of a body that is waited for."""


@dataclass(frozen=True)
class Head:
    """Status line and headers of an answer."""

    version: str
    status: int
    headers: dict[str, str]


class RawClient:
    """One connection, on which requests are written as they are."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, method: str, path: str, version: str, **headers: str) -> Head:
        """Send a request and read the head of the answer; `_` in a header's name stands for `-`."""
        lines = [f"{method} {path} HTTP/{version}", "Host: talk"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self._writer.write("\r\n".join(lines).encode() + _HEAD_END)
        async with deadline():
            text = (await self._reader.readuntil(_HEAD_END)).decode()
        first, *rest = text.strip().split("\r\n")
        version, status, _ = first.split(" ", 2)
        pairs = (line.split(": ", 1) for line in rest)
        return Head(version, int(status), {name.lower(): value for name, value in pairs})

    async def until(self, wanted: bytes) -> bytes:
        """The body up to these bytes."""
        async with deadline():
            return await self._reader.readuntil(wanted)

    async def rest(self) -> bytes:
        """Everything that comes before the server closes the connection."""
        async with deadline():
            return await self._reader.read()


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[RawClient]:
    """A connection to a server; `unix:/path` is the address of a local socket."""
    if url.startswith("unix:"):
        path = url.removeprefix("unix:")
        reader, writer = await asyncio.open_unix_connection(path, limit=_LONGEST_BYTES)
    else:
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=_LONGEST_BYTES)
    try:
        yield RawClient(reader, writer)
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


_CONFIGURATION = """
daemon off; master_process off; pid {folder}/pid; error_log stderr warn;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen unix:{folder}/http;
    {lines}
    location / {{ proxy_pass {url}; }}
  }}
}}
"""
"""Everything else about the proxy is nginx's default."""
DEFAULTS = "proxy_http_version 1.0;"
"""It was the default until nginx 1.29.7."""


@asynccontextmanager
async def nginx_before(url: str, folder: Path, lines: str = DEFAULTS) -> AsyncIterator[str]:
    """Debian's nginx in front of a server, its files in a folder; yields its address.

    Args:
        url: of the server.
        folder: for its files.
        lines: of its configuration.
    """
    file = folder / "nginx.conf"
    file.write_text(_CONFIGURATION.format(folder=folder, url=url, lines=lines))
    async with started(["nginx", "-e", "stderr", "-c", str(file)]) as nginx, deadline():
        while not (folder / "http").exists():
            assert nginx.process.returncode is None, "".join(nginx.lines)
            await asyncio.sleep(0.02)
        yield f"unix:{folder}/http"
