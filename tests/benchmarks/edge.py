"""Measure the cost of a listener at the edge, next to peers and to the kernel's own cost.

    python -m tests.benchmarks.edge ws --listeners 2000
    python -m tests.benchmarks.edge all

Servers run on core 0; listeners, sources and Redis on core 1. CPU time is what the server's threads
spent on a core. Peers: apt-get install icecast2 nginx libnginx-mod-nchan libssl-dev gcc.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import uvloop

from tests.benchmarks import edge_bus, edge_fanout, edge_hostile, edge_limits
from tests.benchmarks.cpu import CLIENT_CORE, pin, raise_fd_limit
from tests.benchmarks.options import Options
from tests.benchmarks.tables import Table, write

SCENARIOS: dict[str, Callable[[Options], Coroutine[Any, Any, Table]]] = {
    "ws": edge_fanout.ws,
    "tls": edge_fanout.tls,
    "captions": edge_fanout.captions,
    "ws10k": edge_limits.ws10k,
    "delay": edge_limits.delay,
    "herd": edge_limits.mass_join,
    "hostile": edge_hostile.hostile,
    "memory": edge_limits.memory,
    "bus": edge_bus.bus,
}


def main(words: Sequence[str]) -> None:
    """Run one scenario, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", choices=[*SCENARIOS, "all"])
    parser.add_argument("--listeners", type=int, help="instead of the scenario's own number")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--window-s", type=float, help="instead of the scenario's own")
    parser.add_argument("--requests", type=int, help="of a flood, instead of the scenario's own")
    parser.add_argument("--only", default="", help="names of servers, with commas between")
    parser.add_argument("--frame-ms", type=int, choices=(20, 40, 60), default=60, help="of ws")
    parser.add_argument("--write", action="store_true", help="put it into docs/performance.md")
    given = parser.parse_args(words)
    chosen = list(SCENARIOS) if given.scenario == "all" else [given.scenario]
    raise_fd_limit()
    pin(CLIENT_CORE)
    for name in chosen:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as directory:
            Path(directory).chmod(0o755)  # peers run as users of their own
            options = Options(
                Path(directory),
                given.listeners,
                given.repetitions,
                given.window_s,
                given.only,
                given.frame_ms,
                given.requests,
            )
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                table = runner.run(SCENARIOS[name](options))
        print("\n" + table.markdown(), flush=True)
        if given.write:
            write(table)


if __name__ == "__main__":
    main(sys.argv[1:])
