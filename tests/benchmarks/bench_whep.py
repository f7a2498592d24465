"""WHEP's cost next to Janus' and to aiortc's own sender, with real DTLS peers, on one load.

    python -m tests.benchmarks.bench_whep [peers [seconds]]

The server runs on core 0, the peers on core 1; frames of 190 bytes every 60 ms. CPU is the time all
threads of the server's process were on a core, whatever they did (RTP, RTCP, ICE consent, timers).
Janus (Debian's `janus`, streaming plugin, event_loops=1) needs an address that is not loopback.
"""

import asyncio
import contextlib
import json
import os
import secrets
import socket
import struct
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

FRAME_S = 0.06
HERD_S = 8.0
JANUS_PORT, JANUS_RTP_PORT = 18_088, 15_004


@dataclass(frozen=True, slots=True)
class Cost:
    """What a server cost per listener."""

    name: str
    peers: int
    packet_us: float
    delivered: float
    idle_us_per_s: float
    busy_us_per_s: float
    join_ms: float
    memory_kb: float
    longest_gap_ms: float

    def __str__(self) -> str:
        return (
            f"{self.name:12} {self.peers:5} peers: {self.packet_us:6.2f} us/packet "
            f"{self.busy_us_per_s:7.1f} us/listener-s"
            f" (x 2000 = {self.busy_us_per_s / 500:5.3f} core)"
            f"  idle {self.idle_us_per_s:6.1f} us/s  join {self.join_ms:5.2f} ms"
            f"  {self.memory_kb:6.1f} kB  delivered {self.delivered:.1%}"
            f"  longest gap {self.longest_gap_ms:.0f} ms"
        )


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
        talk("talk")
        await asyncio.sleep(3)
        busy_us, found = await window()
        grown = memory_kb(server) - memory
        talk("hush")
        assert found["refused"] == found["silent"] == 0, found
        return Cost(
            name,
            peers,
            busy_us * peers / found["packets"],
            found["packets"] / (peers * seconds / FRAME_S),
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


async def herd(peers: int) -> None:
    """Half of the peers listen while the other half joins, as fast as they are let in."""
    command = (sys.executable, "-m", "tests.benchmarks.whep_servers", "ours")
    module = (sys.executable, "-m", "tests.benchmarks.whep_peers", "--peers", str(peers // 2))
    async with Program.started(0, *command) as server:
        port = await server.line()
        server.say("talk")
        async with Program.started(1, *module, "--port", port) as seated:
            await seated.line()
            await asyncio.sleep(2)
            seated.say(f"window {HERD_S}")
            before = json.loads(await seated.line())
            async with Program.started(1, *module, "--port", port) as newcomers:
                seated.say(f"window {HERD_S}")
                joined = json.loads(await newcomers.line())
                during = json.loads(await seated.line())
        print(
            f"herd: {peers // 2} listen, {peers // 2} join in {joined['joined_s']:.1f} s;"
            f" longest gap {before['longest_gap_ms']:.0f} ms before,"
            f" {during['longest_gap_ms']:.0f} ms meanwhile"
        )


async def janus_server(peers: int, seconds: float) -> Cost:
    """Janus with one mountpoint, fed with RTP."""
    with tempfile.TemporaryDirectory() as folder:
        write_janus_settings(Path(folder))
        async with Program.started(0, "janus", "-F", folder) as server:
            await until_open(JANUS_PORT)
            speaking = asyncio.Event()
            feeder = asyncio.create_task(feed(speaking))
            drain = asyncio.create_task(drained(server))

            def talk(word: str) -> None:
                (speaking.set if word == "talk" else speaking.clear)()

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


async def until_open(port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return


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


async def main(peers: int, seconds: float) -> None:
    ours = await python_server("ours", peers, seconds)
    print(ours, flush=True)
    await herd(peers)
    others = [await janus_server(peers, seconds), await python_server("stock", peers, seconds)]
    for other in others:
        print(other)
        print(f"  ours / {other.name}: {ours.packet_us / other.packet_us:.3f} per packet")


if __name__ == "__main__":
    asyncio.run(
        main(
            int(sys.argv[1]) if len(sys.argv) > 1 else 400,
            float(sys.argv[2]) if len(sys.argv) > 2 else 15.0,
        )
    )
