"""The lines of FFmpeg and GStreamer in docs/av.md: `python -m tests.rack.documented` runs them.

It needs `apt-get install ffmpeg gstreamer1.0-tools gstreamer1.0-plugins-good srt-tools`. Every
block of code with such a line has one of `broadcaster`, too. Both run at once, with other hosts and
files. Into a server a recording is sent, and a listener's sound is compared with it. Out of a
server a channel sounds a tone, which must be in what the other program has written.
"""

import asyncio
import os
import platform
import re
import shlex
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from broadcaster.model.audio import CLOCK_HZ
from broadcaster.system.child_process import child
from tests.commands.publishers import stage
from tests.docs.documents import ROOT
from tests.rack.tone_stage import tone_stage
from tests.rack.tones import TONE_HZ, loudest_hz
from tests.support.browser import write_wav
from tests.support.deadline import deadline
from tests.support.listener import recording
from tests.support.sound import matches, samples
from tests.support.tasks import background_task
from tests.webrtc.support import voice

PROGRAMS = ("ffmpeg", "gst-launch-1.0")
LANGUAGE = "es"
SECONDS = 60
WINDOWS = 5
"""Seconds of the recording that must be found in the listener's sound."""
SURE = 0.8
"""Correlation of a window that is surely the recording."""
_BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_QUIET = {"stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.DEVNULL}
_RAW = (
    "audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=1 ! filesink location=heard.wav"
)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code.

    Attributes:
        lines: commands, joined where they go on.
        description: the last description of a stream (SDP) before it; empty without one.
    """

    lines: tuple[str, ...]
    description: str = ""

    @property
    def foreign(self) -> tuple[str, ...]:
        """The lines of other programs."""
        return tuple(line for line in self.lines if line.split(" ")[0] in PROGRAMS)

    @property
    def own(self) -> tuple[str, ...]:
        """The lines of `broadcaster`."""
        return tuple(line for line in self.lines if line.startswith("broadcaster "))


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a document that have a line of another program."""
    description = ""
    for body in _BLOCK.findall(text):
        if body.startswith("v=0\n"):
            description = body
            continue
        block = Block(tuple(re.sub(r"\\\n\s*", "", body).splitlines()), description)
        if block.foreign:
            yield block


def run_here(line: str, folder: Path, **addresses: str) -> list[str]:
    """A line as it is run here: with the hosts, the network card and the files of this machine."""
    for there, here in {
        "https://talks.example/whip/talk": addresses.get("whip", ""),
        "https://talks.example/e/keynote": addresses.get("link", ""),
        "rack-pc": "127.0.0.1",
        "multicast-iface=eth1": "multicast-iface=lo",
        "autoaudiosink": _RAW,
        "heard.wav": str(folder / "heard.wav"),
        "hall.wav": str(folder / "hall.wav"),
        "hall.sdp": str(folder / "hall.sdp"),
    }.items():
        line = line.replace(there, here)
    words = shlex.split(re.sub(r"\b10\.20\.0\.\d+", "127.0.0.1", line))
    if words[0] == "broadcaster":
        return [sys.executable, "-m", *words, "--progress", "json"]
    return [*words[:1], "-y", *words[1:]] if words[0] == "ffmpeg" else words


@asynccontextmanager
async def running(command: list[str], **environment: str) -> AsyncIterator[None]:
    """Run a program again and again, as long as the context is open."""

    async def run() -> None:
        while True:
            async with child(command, env={**os.environ, **environment}, **_QUIET) as process:
                await process.wait()
            await asyncio.sleep(0.5)

    async with background_task(run(), name=command[0]):
        yield


async def into(block: Block, folder: Path) -> tuple[bool, str]:
    """Send the recording as a block says; returns whether it was heard, and how."""
    write_wav(folder / "hall.wav", voice(SECONDS).astype(float), 48_000)
    said = samples(voice(SECONDS, CLOCK_HZ).tobytes())
    if "-sdp_file" not in "".join(block.foreign):
        (folder / "hall.sdp").write_text(block.description.replace("10.20.0.6", "127.0.0.1"))
    good: list[float] = []
    async with stage(folder / "data") as (whip, key, _), AsyncExitStack() as stack:
        for line in block.lines:
            command = run_here(line, folder, whip=whip)
            await stack.enter_async_context(running(command, BROADCASTER_STAGE_KEY=key))
        base = whip.partition("/whip/")[0]
        with suppress(TimeoutError):
            async with recording(base, "talk", "floor") as record, deadline():
                while len(good) < WINDOWS:
                    await asyncio.sleep(1)
                    found = await asyncio.to_thread(matches, record.recent_sound(), said)
                    good = [one.r for one in found if one.r > SURE]
    return len(good) >= WINDOWS, f"{len(good)} s heard, r = {np.median(good or [0]):.3f}"


async def out(block: Block, folder: Path) -> tuple[bool, str]:
    """Play a channel as a block says; returns whether the other program got it, and what."""
    heard = folder / "heard.wav"
    raw = "autoaudiosink" in "".join(block.foreign)
    found_hz = 0
    async with tone_stage() as edge, AsyncExitStack() as stack:
        for line in block.lines:
            command = run_here(line, folder, link=f"{edge.url}/e/talk")
            await stack.enter_async_context(running(command))
        with suppress(TimeoutError):
            async with deadline():
                while found_hz != TONE_HZ[LANGUAGE]:
                    await asyncio.sleep(1)
                    pcm = heard.read_bytes()[0 if raw else 4_096 :] if heard.exists() else b""
                    rate_hz = 48_000 if raw else rate_of(heard)
                    found_hz = loudest_hz(samples(pcm[: len(pcm) // 2 * 2])[-rate_hz:], rate_hz)
    return found_hz == TONE_HZ[LANGUAGE], f"sent {TONE_HZ[LANGUAGE]} Hz, heard {found_hz} Hz"


def rate_of(file: Path) -> int:
    """The sample rate of a WAV file that is being written."""
    head = file.read_bytes()[:28] if file.exists() else b""
    return int.from_bytes(head[24:28], "little") or 48_000


async def main() -> int:
    """Print each block and its result; the exit code is 1 if one does not work."""
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}")
    failed = 0
    for block in blocks((ROOT / "docs" / "av.md").read_text()):
        sends = any(line.startswith("broadcaster publish") for line in block.own)
        with tempfile.TemporaryDirectory() as name:
            works, told = await (into if sends else out)(block, Path(name))
        failed += not works
        print("\n".join(block.lines), f"  {'works' if works else 'FAILS'}: {told}", sep="\n")
        sys.stdout.flush()
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
