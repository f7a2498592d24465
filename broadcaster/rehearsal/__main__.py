"""`python -m broadcaster.rehearsal`: the rehearsal server as a process."""

import argparse
import asyncio
import importlib.util
import json
import logging
import signal
import sys

from aiohttp import web

from broadcaster.rehearsal.server import TRANSLATIONS_PATH, create_app
from broadcaster.rehearsal.session import Settings

_ENGINES = ("espeakng_loader", "pocketsphinx")


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    usual = Settings()
    parser = argparse.ArgumentParser(
        prog="python -m broadcaster.rehearsal",
        description="A local server that speaks the Realtime translation protocol.",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090, help="0 takes a free one")
    parser.add_argument("--expires-s", type=float, default=usual.expires_s)
    parser.add_argument("--close-delay-s", type=float, default=usual.close_delay_s)
    options = parser.parse_args()
    missing = [name for name in _ENGINES if importlib.util.find_spec(name) is None]
    if missing:
        parser.error(
            f"the speech engines are missing ({', '.join(missing)}); "
            "install the package with its extra: conference-broadcaster[rehearsal]"
        )
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    settings = Settings(options.expires_s, options.close_delay_s)
    asyncio.run(_serve(options.host, options.port, settings))


async def _serve(host: str, port: int, settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    runner = web.AppRunner(create_app(settings), access_log=None, shutdown_timeout=5.0)
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


if __name__ == "__main__":
    main()
