"""Runs a command of the document with the hosts, the network card and the files of this machine."""

import asyncio
import os
import re
import shlex
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from broadcaster.system.child_process import child
from tests.docs.documents import ROOT
from tests.support.tasks import background_task

_QUIET = {"stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.DEVNULL}
_TO_FILE = "audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=1 ! wavenc"
_HERE = {
    "rack-pc": "127.0.0.1",
    "radio.example": "127.0.0.1",
    "encoder.example": "127.0.0.1",
    "https://cdn.example": "http://127.0.0.1:8080",
    "multicast-iface=eth1": "multicast-iface=lo",
    "/etc/icecast2/": "",
    "apt-get install": "apt-get install --simulate",
    ".venv/bin/python": sys.executable,
    "pip install": "pip install --dry-run",
    "publish SOURCE": "publish hall.wav",
}


def here(line: str, file: str, addresses: Mapping[str, str]) -> list[str]:
    """A command as it is run here.

    Args:
        line: as the document has it.
        file: where the sound goes that it receives.
        addresses: of this run, by those of the document.
    """
    sink = f"{_TO_FILE} ! filesink location={file}"
    more = {"heard.wav": file, "autoaudiosink": sink}
    for there, one in {**addresses, **_HERE, **more}.items():
        line = line.replace(there, one)
    words = shlex.split(re.sub(r"\b10\.20\.0\.\d+", "127.0.0.1", line))
    if words[0] == "broadcaster":
        words = [sys.executable, "-m", *words]
        return words if any("--list-" in word for word in words) else [*words, "--progress", "json"]
    return [*words[:1], "-y", *words[1:]] if words[0] == "ffmpeg" else words


@asynccontextmanager
async def kept_running(
    command: list[str], folder: Path, environment: Mapping[str, str]
) -> AsyncIterator[None]:
    """Run a program again and again in a folder, as long as the context is open."""

    async def run() -> None:
        variables = {**os.environ, **environment}
        while True:
            async with child(command, env=variables, cwd=folder, **_QUIET) as process:
                await process.wait()
            await asyncio.sleep(0.5)

    async with background_task(run(), name=command[0]):
        yield


async def printed(command: list[str], environment: Mapping[str, str]) -> str:
    """The output of a program that ends by itself with 0; empty if it does not."""
    variables = {**os.environ, **environment}
    to = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.DEVNULL}
    async with child(command, env=variables, cwd=ROOT, **to) as process:
        output, _ = await process.communicate()
        return output.decode() if process.returncode == 0 else ""
