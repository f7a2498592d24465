"""The broadcaster as one process, and as floor, booths, edge and desk apart over Redis."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.deadline import deadline
from tests.support.ports import free_port
from tests.support.processes import Process, broadcaster, started
from tests.support.redis_server import RedisServer

_NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log stderr error;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  proxy_buffering off; proxy_http_version 1.1;
  proxy_set_header Host $http_host;
  proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
  server {{
    listen 127.0.0.1:{port};
    location ~ ^/(whip|booth|stage)(/|$) {{ proxy_pass {floor}; }}
    location ~ ^/(api|desk)(/|$) {{ proxy_pass {desk}; }}
    location / {{ proxy_pass {edge}; }}
  }}
}}
"""
"""One address for all roles, as a reverse proxy of a larger site makes it."""


@dataclass(frozen=True, slots=True)
class Site:
    """A running site.

    Attributes:
        url: the one address of everything.
        booths: the process that runs the booths.
    """

    url: str
    booths: Process


SiteOf = Callable[[Path, str], AbstractAsyncContextManager[Site]]


@asynccontextmanager
async def one_process(folder: Path, realtime_url: str) -> AsyncIterator[Site]:
    """Everything in one process."""
    async with broadcaster(folder / "all", realtime_url=realtime_url) as (url, process):
        yield Site(url, process)


@asynccontextmanager
async def apart(folder: Path, realtime_url: str) -> AsyncIterator[Site]:
    """A process for each role, Redis, and a proxy."""
    redis = RedisServer(folder)
    await asyncio.to_thread(redis.start)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(asyncio.to_thread, redis.stop)
        url, process = {}, {}
        for role in ("floor", "booths", "edge", "desk"):
            url[role], process[role] = await stack.enter_async_context(
                broadcaster(folder / role, role, realtime_url=realtime_url, redis_url=redis.url)
            )
        yield Site(await stack.enter_async_context(_proxy(folder, url)), process["booths"])


@asynccontextmanager
async def _proxy(folder: Path, url: dict[str, str]) -> AsyncIterator[str]:
    nginx = shutil.which("nginx")
    assert nginx, "apt-get install nginx-light"
    port, config = free_port(), folder / "nginx.conf"
    text = _NGINX.format(folder=folder, port=port, **{role: url[role] for role in url})
    await asyncio.to_thread(config.write_text, text)
    async with started([nginx, "-p", str(folder), "-c", str(config)]):
        await _listens(port)
        yield f"http://127.0.0.1:{port}"


async def _listens(port: int) -> None:
    async with deadline():
        while True:
            with suppress(ConnectionRefusedError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)
