"""WHEP's cost next to Janus' and to aiortc's own senders, with real DTLS peers, on one load.

    python -m tests.benchmarks.bench_whep [--peers 400] [--seconds 15] [--rounds 3] [--write]

The server runs on core 0, the peers on core 1; frames of 190 bytes every 60 ms. CPU is the time all
threads of the server's process were on a core, whatever they did (RTP, RTCP, ICE consent, timers).
Janus (Debian's `janus`, streaming plugin, event_loops=1) needs an address that is not loopback.
"""

import argparse
import asyncio
import contextlib
import json
import os
import secrets
import socket
import statistics
import struct
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path

from tests.benchmarks.daemons import until_open
from tests.benchmarks.tables import Table, write

FRAME_S, RELAY_FRAME_S = 0.06, 0.02
RELAY_PEERS = 30
"""One core encodes for about twice as many."""
NAMES = {
    "ours": "ours",
    "janus": "Janus, streaming plugin, one event loop",
    "stock": "aiortc, track of ready packets",
    "relay": "aiortc, MediaRelay of decoded frames, 20 ms packets",
}
HERD_S = 8.0
JANUS_PORT, JANUS_RTP_PORT = 18_088, 15_004


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a server per listener."""

    name: str
    peers: int
    packet_us: float
    delivered: float
    idle_us_per_s: float
    busy_us_per_s: float
    join_ms: float
    memory_kb: float
    longest_gap_ms: float

    def row(self) -> tuple[str, ...]:
        """Return the cells of the table's row."""
        return (
            *(NAMES[self.name], f"{self.peers}", f"{self.packet_us:.1f}"),
            *(f"{self.busy_us_per_s:.0f}", f"{self.idle_us_per_s:.0f}", f"{self.memory_kb:.0f}"),
            *(f"{self.join_ms:.1f}", f"{self.delivered:.1%}", f"{self.longest_gap_ms:.0f}"),
        )


def median(rounds: Sequence[Cost]) -> Cost:
    """Return the medians of all figures."""
    figures = [field.name for field in fields(Cost) if field.type is float]
    found = {name: statistics.median(getattr(cost, name) for cost in rounds) for name in figures}
    return replace(rounds[0], **found)


def cpu_us(pid: int) -> float:
    """Time on a core of all threads of a process."""
    total = 0
    for stat in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):
            total += int(stat.read_text().split()[0])
    return total / 1000


def memory_kb(pid: int) -> float:
    """Resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return float(next(line.split()[1] for line in status.splitlines() if "VmRSS" in line))


class Program:
    """A process pinned to one core that is talked to line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.pid = process.pid

    @classmethod
    @asynccontextmanager
    async def started(cls, core: int, *command: str) -> AsyncIterator["Program"]:
        process = await asyncio.create_subprocess_exec(
            "taskset",
            "-c",
            str(core),
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "LD_BIND_NOW": "1"},
        )
        try:
            yield cls(process)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def line(self) -> str:
        assert self.process.stdout
        text = (await self.process.stdout.readline()).decode().strip()
        if not text:
            raise RuntimeError("a program of the benchmark ended")
        return text

    def say(self, text: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{text}\n".encode())


async def measured(
    name: str, server: int, talk: Callable[[str], None], peers: int, seconds: float, *join: str
) -> Cost:
    """Let peers join, be idle, then listen."""
    memory, before = memory_kb(server), cpu_us(server)
    module = (sys.executable, "-m", "tests.benchmarks.whep_peers", "--peers", str(peers), *join)
    async with Program.started(1, *module) as crowd:
        json.loads(await crowd.line())
        joined = cpu_us(server)

        async def window() -> tuple[float, dict[str, float]]:
            at = cpu_us(server)
            crowd.say(f"window {seconds}")
            found: dict[str, float] = json.loads(await crowd.line())
            return (cpu_us(server) - at) / peers, found

        await asyncio.sleep(2)
        idle_us, _ = await window()
        talk("start")
        await asyncio.sleep(3)
        busy_us, found = await window()
        grown = memory_kb(server) - memory
        talk("stop")
        assert found["refused"] == found["silent"] == 0, found
        frame_s = RELAY_FRAME_S if name == "relay" else FRAME_S
        return Cost(
            name,
            peers,
            busy_us * peers / found["packets"],
            found["packets"] * frame_s / (peers * seconds),
            idle_us / seconds,
            busy_us / seconds,
            (joined - before) / peers / 1000,
            grown / peers,
            found["longest_gap_ms"],
        )


async def python_server(name: str, peers: int, seconds: float) -> Cost:
    """One of `whep_servers`."""
    command = (sys.executable, "-m", "tests.benchmarks.whep_servers", name)
    async with Program.started(0, *command) as server:
        port = await server.line()

        return await measured(name, server.pid, server.say, peers, seconds, "--port", port)


async def mass_join(peers: int) -> str:
    """Half of the peers listen while the other half joins, as fast as they are let in."""
    command = (sys.executable, "-m", "tests.benchmarks.whep_servers", "ours")
    module = (sys.executable, "-m", "tests.benchmarks.whep_peers", "--peers", str(peers // 2))
    async with Program.started(0, *command) as server:
        port = await server.line()
        server.say("start")
        async with Program.started(1, *module, "--port", port) as seated:
            await seated.line()
            await asyncio.sleep(2)
            seated.say(f"window {HERD_S}")
            before = json.loads(await seated.line())
            async with Program.started(1, *module, "--port", port) as newcomers:
                seated.say(f"window {HERD_S}")
                joined = json.loads(await newcomers.line())
                during = json.loads(await seated.line())
        return (
            f"{peers // 2} more joined within {joined['joined_s']:.1f} s: the longest gap of "
            f"{peers // 2} who listened was {during['longest_gap_ms']:.0f} ms, "
            f"{before['longest_gap_ms']:.0f} ms before."
        )


async def janus_server(peers: int, seconds: float) -> Cost:
    """Janus with one mountpoint, fed with RTP."""
    with tempfile.TemporaryDirectory() as folder:
        write_janus_settings(Path(folder))
        async with Program.started(0, "janus", "-F", folder) as server:
            await until_open("janus", server.process, JANUS_PORT)
            speaking = asyncio.Event()
            feeder = asyncio.create_task(feed(speaking))
            drain = asyncio.create_task(drained(server))

            def talk(word: str) -> None:
                (speaking.set if word == "start" else speaking.clear)()

            try:
                port = str(JANUS_PORT)
                return await measured(
                    "janus", server.pid, talk, peers, seconds, "--port", port, "--janus"
                )
            finally:
                feeder.cancel()
                drain.cancel()


async def drained(program: Program) -> None:
    assert program.process.stdout
    while await program.process.stdout.read(65536):
        pass


async def feed(speaking: asyncio.Event) -> None:
    """RTP as an encoder would send it."""
    loop = asyncio.get_running_loop()
    payload, number, due = secrets.token_bytes(190), 0, loop.time()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0)
        while True:
            await speaking.wait()
            due = max(due + FRAME_S, loop.time())
            await asyncio.sleep(due - loop.time())
            header = struct.pack("!BBHII", 0x80, 111, number & 0xFFFF, number * 2880, 7)
            sock.sendto(header + payload, ("127.0.0.1", JANUS_RTP_PORT))
            number += 1


def write_janus_settings(folder: Path) -> None:
    (folder / "janus.jcfg").write_text(
        f"""general: {{ configs_folder = "{folder}" debug_level = 2 event_loops = 1
  session_timeout = 600 }}
nat: {{ ice_lite = true full_trickle = false ice_ignore_list = "vmnet" }}
plugins: {{ disable = "libjanus_audiobridge.so,libjanus_echotest.so,libjanus_recordplay.so,\
libjanus_sip.so,libjanus_nosip.so,libjanus_textroom.so,libjanus_videocall.so,\
libjanus_videoroom.so,libjanus_voicemail.so" }}
transports: {{ disable = "libjanus_websockets.so,libjanus_pfunix.so,libjanus_mqtt.so,\
libjanus_nanomsg.so,libjanus_rabbitmq.so" }}
"""
    )
    (folder / "janus.transport.http.jcfg").write_text(
        f"""general: {{ base_path = "/janus" http = true port = {JANUS_PORT} https = false
  ip = "127.0.0.1" mhd_connection_limit = 1020 }}
admin: {{ admin_http = false admin_https = false }}
"""
    )
    (folder / "janus.plugin.streaming.jcfg").write_text(
        f"""talk: {{ type = "rtp" id = 1 description = "talk"
  media = ( {{ type = "audio" mid = "a" label = "a" port = {JANUS_RTP_PORT} pt = 111
    codec = "opus" }} ) }}
"""
    )


async def compared(peers: int, seconds: float, rounds: int) -> Table:
    """All servers, one after the other, again and again."""
    costs: dict[str, list[Cost]] = {name: [] for name in NAMES}
    for _ in range(rounds):
        for name, its in costs.items():
            if name == "janus":
                its.append(await janus_server(peers, seconds))
            else:
                some = min(peers, RELAY_PEERS) if name == "relay" else peers
                its.append(await python_server(name, some, seconds))
            print(f"{name}: {its[-1].packet_us:.2f} µs per packet", file=sys.stderr)
    joining = await mass_join(peers)
    ours = median(costs["ours"])
    rows = tuple((*median(its).row(), *ratios(costs["ours"], its)) for its in costs.values())
    columns = (
        *("server", "listeners", "µs per packet", "µs per listener-second"),
        *("idle µs per second", "kB", "join ms", "delivered", "longest gap ms"),
        *("× ours", "ours ÷ it, per packet"),
    )
    note = (
        "Real DTLS peers in a process of their own on the other core; figures and ratios are "
        f"medians of {rounds} rounds. × ours: per listener-second. 2,000 listeners take "
        f"{ours.busy_us_per_s * 2000 / 1e6:.2f} of a core. {joining}"
    )
    command = f"python -m tests.benchmarks.bench_whep --peers {peers} --seconds {seconds:g}"
    return Table("whep", "WebRTC (WHEP), 60 ms frames", command, columns, rows, note)


def ratios(ours: Sequence[Cost], its: Sequence[Cost]) -> tuple[str, str]:
    """Medians over the rounds: its cost of a listener to ours, our cost of a packet to its."""
    pairs = list(zip(ours, its, strict=True))
    seconds = statistics.median(it.busy_us_per_s / our.busy_us_per_s for our, it in pairs)
    packets = statistics.median(our.packet_us / it.packet_us for our, it in pairs)
    return f"{seconds:.1f}", f"{packets:.3f}"


def main(words: Sequence[str]) -> None:
    """Compare, print, and write the table on demand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put it into docs/performance.md")
    given = parser.parse_args(words)
    table = asyncio.run(compared(given.peers, given.seconds, given.rounds))
    print(table.markdown())
    if given.write:
        write(table)


if __name__ == "__main__":
    main(sys.argv[1:])
