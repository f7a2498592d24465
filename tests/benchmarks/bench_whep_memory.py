"""Memory of WebRTC listeners over time.

python -m tests.benchmarks.bench_whep_memory [--peers 400] [--minutes 10] [--write]
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence

from tests.benchmarks.bench_whep import Program, memory_kb
from tests.benchmarks.tables import Table, write

SAMPLES = 10


async def sampled(peers: int, minutes: float) -> Table:
    """Let peers listen, and look at the server's memory."""
    server_module, peers_module = (f"tests.benchmarks.whep_{name}" for name in ("servers", "peers"))
    async with Program.started(0, sys.executable, "-m", server_module, "ours") as server:
        port, before_kb = await server.line(), memory_kb(server.pid)
        crowd_command = (sys.executable, "-m", peers_module, "--peers", str(peers), "--port", port)
        async with Program.started(1, *crowd_command) as crowd:
            await crowd.line()
            server.say("talk")
            crowd.say(f"window {minutes * 60}")
            samples_kb = []
            for _ in range(SAMPLES):
                await asyncio.sleep(minutes * 60 / SAMPLES)
                samples_kb.append(memory_kb(server.pid))
            found = json.loads(await crowd.line())
    assert found["refused"] == found["silent"] == 0, found
    over = " → ".join(f"{samples_kb[place] / 1000:.1f}" for place in (0, SAMPLES // 2 - 1, -1))
    row = (f"{peers}", f"{(samples_kb[0] - before_kb) / peers:.0f}", over)
    columns = (
        *("listeners", "kB per listener"),
        f"RSS of it in MB after {minutes / SAMPLES:g}, {minutes / 2:g} and {minutes:g} min",
    )
    command = "python -m tests.benchmarks.bench_whep_memory"
    return Table("whep_memory", "Memory of a WebRTC listener", command, columns, (row,))


def main(words: Sequence[str]) -> None:
    """Measure, print, and write the table on demand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=int, default=400)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--write", action="store_true", help="put it into docs/performance.md")
    given = parser.parse_args(words)
    table = asyncio.run(sampled(given.peers, given.minutes))
    print(table.markdown())
    if given.write:
        write(table)


if __name__ == "__main__":
    main(sys.argv[1:])
