"""nginx and Caddy as docs/operations.md configures them, in front of a server of a test."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from broadcaster.system import certificates
from tests.support.deadline import deadline
from tests.support.ports import free_port
from tests.support.processes import started

DOCUMENT = Path(__file__).parents[3] / "docs" / "operations.md"
HOST = "talks.example"
"""The host in the document."""
_SERVER = "127.0.0.1:8080"
"""The server in the document."""
_NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log stderr warn;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  {of_http}
  server {{
    listen 127.0.0.1:{port} ssl http2;
    server_name {host};
    ssl_certificate {folder}/tls/certificate.pem;
    ssl_certificate_key {folder}/tls/key.pem;
    {of_server}
  }}
}}
"""
_CADDY = """
{{
  admin off
  local_certs
  skip_install_trust
  auto_https disable_redirects
  https_port {port}
  storage file_system {folder}/storage
}}
{lines}
"""
"""A test has no domain, so Caddy issues its certificate itself."""


@dataclass(frozen=True, slots=True)
class Proxied:
    """A proxy in front of a server.

    Attributes:
        url: https address of the proxy; only `client` finds its host.
        port: of 127.0.0.1.
    """

    url: str
    port: int

    def client(self, address: str = "127.0.0.1", **headers: str) -> aiohttp.ClientSession:
        """A client at an address of the loopback; `_` in a header's name stands for `-`."""
        connector = aiohttp.TCPConnector(
            ssl=False, resolver=_Loopback(), local_addr=(address, 0), family=socket.AF_INET
        )
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return aiohttp.ClientSession(self.url, connector=connector, headers=named)


class _Loopback(AbstractResolver):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        pass


def documented(language: str) -> str:
    """The lines of the document for a program, by the name of their block of code."""
    [lines] = re.findall(
        rf"^```{language}\n(.*?)^```", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL
    )
    assert lines.count(_SERVER) == 1
    return str(lines)


@asynccontextmanager
async def nginx(server_url: str, folder: Path) -> AsyncIterator[Proxied]:
    """nginx in front of a server.

    Args:
        server_url: `http://` and its address.
        folder: for the proxy's files.
    """
    port = free_port()
    lines = documented("nginx").replace(_SERVER, server_url.removeprefix("http://"))
    of_http, location, rest = lines.partition("location ")
    configuration = _NGINX.format(
        folder=folder, port=port, host=HOST, of_http=of_http, of_server=location + rest
    )
    file = folder / "nginx.conf"
    await asyncio.to_thread(file.write_text, configuration)
    await asyncio.to_thread(certificates.server_context, None, None, folder)
    async with _running(["nginx", "-e", "stderr", "-c", str(file)], port) as proxied:
        yield proxied


@asynccontextmanager
async def caddy(server_url: str, folder: Path) -> AsyncIterator[Proxied]:
    """Caddy in front of a server, with the same arguments."""
    port = free_port()
    lines = documented("caddyfile").replace(_SERVER, server_url.removeprefix("http://"))
    file = folder / "Caddyfile"
    configuration = _CADDY.format(folder=folder, port=port, lines=lines)
    await asyncio.to_thread(file.write_text, configuration)
    home = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(file)]
    async with _running(command, port, home) as proxied:
        yield proxied


ProxyBefore = Callable[[str, Path], AbstractAsyncContextManager[Proxied]]
PROXIES: dict[str, ProxyBefore] = {"nginx": nginx, "caddy": caddy}


@asynccontextmanager
async def _running(
    command: list[str], port: int, environment: dict[str, str] | None = None
) -> AsyncIterator[Proxied]:
    """A proxy, once it answers over https."""
    proxied = Proxied(f"https://{HOST}:{port}", port)
    async with started(command, environment) as process:
        async with deadline(), proxied.client() as http:
            while True:
                assert process.process.returncode is None, "".join(process.lines)
                try:
                    async with http.get("/healthz") as answer:
                        assert answer.status == 200, "".join(process.lines)
                    break
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.05)
        yield proxied
