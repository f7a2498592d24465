"""Serves the application until a signal ends it."""

import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from aiohttp import web

from broadcaster.rehearsal.faults.catalogue import Fault
from broadcaster.rehearsal.server import TRANSLATIONS_PATH, create_app
from broadcaster.rehearsal.sessions.session import RehearsalSettings

_ENGINES = ("espeakng_loader", "pocketsphinx")


def missing_engines() -> list[str]:
    """The packages of the extra `rehearsal` that are not installed."""
    return [name for name in _ENGINES if find_spec(name) is None]


async def serve(
    host: str,
    port: int,
    settings: RehearsalSettings,
    faults: Sequence[Fault] = (),
    *,
    quiet: bool = False,
) -> None:
    """Serve until SIGTERM, SIGINT or SIGHUP.

    Args:
        host: address to listen on.
        port: TCP port; 0 picks a free one, which is printed as a JSON object.
        settings: how the server behaves.
        faults: faults that are planned from the start.
        quiet: do not say at which address it is ready.

    Raises:
        OSError: the address is in use.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    app = create_app(settings, faults)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound_port = runner.addresses[0][1]
        if port == 0:
            sys.stdout.write(json.dumps({"port": bound_port}) + "\n")
            sys.stdout.flush()
        if not quiet:
            address = f"ws://{host}:{bound_port}{TRANSLATIONS_PATH}"
            sys.stderr.write(f"rehearsal server ready at {address}\n")
        await stop.wait()
    finally:
        await runner.cleanup()
