"""GStreamer receives an AES67 stream, bit by bit: `python -m tests.rack.gstreamer_receiver`.

It needs `apt-get install gstreamer1.0-tools gstreamer1.0-plugins-good`. A random pattern is sent as
L24, `rtpL24depay` gets it, and the bytes are compared. A second receiver notes when each packet
came, by the kernel's clock.
"""

import argparse
import asyncio
import platform
import secrets
import socket
import struct
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

import numpy as np

from broadcaster.av.sending.stream import PACKET_SAMPLES, SentStream, local_clock
from broadcaster.commands.playing.command import SWITCH_S
from broadcaster.rack.multicast import BLOCK_BYTES, MulticastSender

ADDRESS, PORT = "239.69.20.9", 5004
LOOPBACK = IPv4Address("127.0.0.1")
CAPS = (
    "application/x-rtp,media=audio,clock-rate=48000,encoding-name=L24,channels=1,"
    "encoding-params=1,payload=98"
)
_SO_TIMESTAMPNS = 35


class Times:
    """When packets came, and which."""

    def __init__(self) -> None:
        self.at_s: list[float] = []
        self.timestamps: list[int] = []

    async def note(self) -> None:
        """Receive until cancelled."""
        loop = asyncio.get_running_loop()
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            sock.bind((ADDRESS, PORT))
            member = IPv4Address(ADDRESS).packed + LOOPBACK.packed
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
            sock.settimeout(0)
            ready = asyncio.Event()
            loop.add_reader(sock, ready.set)
            try:
                while True:
                    await ready.wait()
                    ready.clear()
                    self._take(sock)
            finally:
                loop.remove_reader(sock)

    def _take(self, sock: socket.socket) -> None:
        while True:
            try:
                data, more, _, _ = sock.recvmsg(2_000, 64)
            except BlockingIOError:
                return
            seconds, nanoseconds = struct.unpack("qq", more[0][2][:16])
            self.at_s.append(seconds + nanoseconds / 1e9)
            self.timestamps.append(int.from_bytes(data[4:8], "big"))


async def main(seconds: float) -> int:
    """Print what came; the exit code is 1 if a bit is wrong."""
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {seconds:.0f} s")
    sys.setswitchinterval(SWITCH_S)
    pattern = secrets.token_bytes(500 * BLOCK_BYTES)
    made = 0

    def pull() -> bytes:
        nonlocal made
        at = made * BLOCK_BYTES % len(pattern)
        made += 1
        return pattern[at : at + BLOCK_BYTES]

    now = int(time.time())
    stream = SentStream(
        "pattern", LOOPBACK, IPv4Address(ADDRESS), PORT, now, now, local_clock(0x020000000001)
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "received"
        command = ["gst-launch-1.0", "-q", "udpsrc", f"address={ADDRESS}", f"port={PORT}"]
        command += ["multicast-iface=lo", f"caps={CAPS}", "!", "rtpL24depay", "!"]
        command += ["filesink", f"location={file}", "buffer-mode=unbuffered"]
        receiver = await asyncio.create_subprocess_exec(*command)
        times = Times()
        noting = asyncio.create_task(times.note(), name="times")
        sending = asyncio.create_task(MulticastSender([(stream, pull)]).run(), name="sender")
        await asyncio.sleep(seconds)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await asyncio.sleep(0.5)
        noting.cancel()
        receiver.terminate()
        await receiver.wait()
        got = file.read_bytes()
    gaps_ms = np.diff(np.array(times.at_s)) * 1000
    lost = int((np.diff(np.array(times.timestamps)) // PACKET_SAMPLES - 1).sum())
    same = len(got) > BLOCK_BYTES and is_part(got, pattern)
    print(f"GStreamer received {len(got) // 3} samples, {'bit-exact' if same else 'NOT bit-exact'}")
    print(
        f"{len(times.at_s)} packets, {lost} missing; ms between two of them: "
        f"median {np.median(gaps_ms):.3f}, 1 % under {np.percentile(gaps_ms, 1):.3f}, "
        f"1 % over {np.percentile(gaps_ms, 99):.3f}, largest {gaps_ms.max():.3f}"
    )
    return int(not same)


def is_part(got: bytes, pattern: bytes) -> bool:
    """Whether bytes are part of a pattern that repeats."""
    at = (pattern + pattern).find(got[:300])
    whole = pattern * (len(got) // len(pattern) + 2)
    return at >= 0 and whole[at : at + len(got)] == got


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    sys.exit(asyncio.run(main(parser.parse_args().seconds)))
