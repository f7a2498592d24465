"""Serves the application until a signal ends it."""

import asyncio
import json
import signal
import sys
from collections.abc import Sequence

from aiohttp import web

from broadcaster.rehearsal.faults.catalogue import Fault
from broadcaster.rehearsal.server import TRANSLATIONS_PATH, create_app
from broadcaster.rehearsal.sessions.session import RehearsalSettings


async def serve(
    host: str, port: int, settings: RehearsalSettings, faults: Sequence[Fault] = ()
) -> None:
    """Serve until SIGTERM, SIGINT or SIGHUP.

    Args:
        host: address to listen on.
        port: TCP port; 0 picks a free one, which is printed as a JSON object.
        settings: how the server behaves.
        faults: faults that are planned from the start.

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
        address = f"ws://{host}:{bound_port}{TRANSLATIONS_PATH}"
        sys.stderr.write(f"rehearsal server ready at {address}\n")
        await stop.wait()
    finally:
        await runner.cleanup()
