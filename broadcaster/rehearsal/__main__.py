"""`python -m broadcaster.rehearsal`: the rehearsal server as a process."""

import argparse
import asyncio
import json
import logging
import sys
from pathlib import Path

from broadcaster.rehearsal.faults.catalogue import MOMENTS, Fault
from broadcaster.rehearsal.serving import missing_engines, serve
from broadcaster.rehearsal.sessions.session import RehearsalSettings
from broadcaster.rehearsal.wire.validation import Invalid


def main() -> None:
    """Serve until SIGTERM, SIGINT or SIGHUP."""
    usual = RehearsalSettings()
    parser = argparse.ArgumentParser(
        prog="python -m broadcaster.rehearsal",
        description="A local server that speaks the Realtime protocol: translations, "
        "conversations and transcriptions.",
        epilog=f"Faults: {', '.join(MOMENTS)}.",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090, help="0 picks a free one")
    parser.add_argument("--quiet", action="store_true", help="write warnings alone to stderr")
    parser.add_argument("--expires-s", type=float, default=usual.expires_s)
    parser.add_argument("--close-delay-s", type=float, default=usual.close_delay_s)
    parser.add_argument("--response-speed", type=float, default=usual.response_speed)
    parser.add_argument(
        "--fault",
        dest="faults",
        action="append",
        default=[],
        metavar="NAME[@SECONDS][:LANGUAGE]",
        help="trigger it in one session, once, after SECONDS of its sound (repeatable)",
    )
    parser.add_argument(
        "--faults",
        dest="faults_file",
        type=Path,
        metavar="FILE",
        help="a JSON list of faults, as for POST /rehearsal/faults",
    )
    options = parser.parse_args()
    if missing := missing_engines():
        parser.error(
            f"the speech engines are missing ({', '.join(missing)}); "
            "install the package with its extra: conference-broadcaster[rehearsal]"
        )
    try:
        faults = [Fault.from_text(text) for text in options.faults]
        if options.faults_file is not None:
            listed = json.loads(options.faults_file.read_text(encoding="utf-8"))
            faults += Fault.list_from_json(listed)
    except (Invalid, OSError, ValueError) as wrong:
        parser.error(f"the faults cannot be used: {wrong}")
    level = logging.WARNING if options.quiet else logging.INFO
    logging.basicConfig(level=level, format="%(levelname)s %(message)s", stream=sys.stderr)
    settings = RehearsalSettings(options.expires_s, options.close_delay_s, options.response_speed)
    asyncio.run(serve(options.host, options.port, settings, faults, quiet=options.quiet))


if __name__ == "__main__":
    main()
