"""Peers that are daemons from Debian: their configurations, and how they are started."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.benchmarks.cpu import SERVER_CORE

START_S = 20.0
SECRET = "benchmark"


@asynccontextmanager
async def daemon(name: str, words: Sequence[str], port: int) -> AsyncIterator[int]:
    """Run one on the server's core until the context ends; yields its process id.

    Raises:
        SystemExit: it is not installed, or ends at once.
    """
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    if found is None:
        raise SystemExit(f"This benchmark needs {name}: apt-get install {name}")
    process = await asyncio.create_subprocess_exec(
        found,
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=sys.stderr,
        preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),
    )
    try:
        await until_open(name, process, port)
        yield process.pid
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def until_open(name: str, process: asyncio.subprocess.Process, port: int) -> None:
    """Wait until a server listens.

    Raises:
        SystemExit: it ends instead.
        TimeoutError: it does not within `START_S`.
    """
    async with asyncio.timeout(START_S):
        while True:
            if process.returncode is not None:
                raise SystemExit(f"{name} does not start")
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return


def configured(directory: Path, name: str, text: str, port: int, **more: str) -> Path:
    """A folder for a daemon that may run as another user, with its configuration.

    Args:
        directory: to be made.
        name: of the file.
        text: with places for the other arguments and for `secret`.
        port: it listens on.
        more: for the text.
    """
    directory.mkdir()
    directory.chmod(0o777)
    config = directory / name
    config.write_text(text.format(port=port, secret=SECRET, directory=directory, **more))
    return config


ICECAST = """<icecast>
  <limits>
    <clients>20000</clients><sources>2</sources><queue-size>524288</queue-size>
    <client-timeout>30</client-timeout><header-timeout>15</header-timeout>
    <source-timeout>600</source-timeout>
    <burst-on-connect>0</burst-on-connect><burst-size>0</burst-size>
  </limits>
  <authentication>
    <source-password>{secret}</source-password><relay-password>{secret}</relay-password>
    <admin-user>admin</admin-user><admin-password>{secret}</admin-password>
  </authentication>
  <hostname>127.0.0.1</hostname><location>here</location><admin>root@here</admin>
  <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <fileserve>1</fileserve>
  <paths>
    <basedir>{directory}</basedir><logdir>{directory}</logdir>
    <webroot>{directory}</webroot><adminroot>{directory}</adminroot>
  </paths>
  <logging>
    <accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>1</loglevel>
  </logging>
  <security>
    <chroot>0</chroot>
    <changeowner><user>nobody</user><group>nogroup</group></changeowner>
  </security>
</icecast>
"""
_NGINX = """daemon off;
worker_processes 1;
worker_rlimit_nofile 65536;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ worker_connections 20000; }}
http {{
  access_log off;
"""
NCHAN = (
    "load_module /usr/lib/nginx/modules/ngx_nchan_module.so;\n"
    + _NGINX
    + """
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location = /pub {{
      nchan_publisher;
      nchan_channel_id captions;
      nchan_message_buffer_length 50;
    }}
    location = /sub {{
      nchan_subscriber eventsource;
      nchan_channel_id captions;
      nchan_subscriber_first_message newest;
    }}
  }}
}}
"""
)
NGINX_TLS = (
    _NGINX
    + """
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_certificate {certificate};
  ssl_certificate_key {key};
  server {{
    listen 127.0.0.1:{port} ssl backlog=4096;
    location / {{
      proxy_pass http://127.0.0.1:{server};
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection upgrade;
      proxy_read_timeout 1h;
    }}
  }}
}}
"""
)
