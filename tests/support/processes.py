"""The broadcaster and the rehearsal server as the processes people start."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from subprocess import CompletedProcess

from tests.support.copies import TEMPLATES, Copy
from tests.support.deadline import deadline, deadline_s

TOKEN = "organizer-token-of-the-tests"
NO_AUTHORITIES = {"SSL_CERT_FILE": os.devnull, "SSL_CERT_DIR": os.devnull}
"""Nobody outside is asked. To read this machine's authorities takes a tenth of a start."""


def runs(pid: int) -> bool:
    """Whether a process is there and has not ended; one that nobody has waited for yet has."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


def children(pid: int) -> set[int]:
    """The processes that a process has started and that are still there."""
    found: set[int] = set()
    threads: list[Path] = []
    with suppress(FileNotFoundError, ProcessLookupError):
        threads = list(Path(f"/proc/{pid}/task").iterdir())
    for thread in threads:
        # A thread may have ended since it was listed. The others are still asked.
        with suppress(FileNotFoundError, ProcessLookupError):
            found.update(map(int, (thread / "children").read_text().split()))
    return found


def descendants(pid: int) -> set[int]:
    """The processes that a process has started, and those they have."""
    direct = children(pid)
    return direct.union(*map(descendants, direct))


class Process:
    """A child process whose output is read line by line and kept."""

    def __init__(self, process: asyncio.subprocess.Process | Copy) -> None:
        self.process = process
        self.lines: list[str] = []
        self._seen = asyncio.Condition()
        self._reading = asyncio.create_task(self._read(), name=f"output of {process.pid}")

    async def line(self, pattern: str) -> re.Match[str]:
        """The first line that contains `pattern`, waited for."""
        async with deadline(), self._seen:
            while True:
                for line in self.lines:
                    if match := re.search(pattern, line):
                        return match
                assert not self._reading.done(), "".join(self.lines)
                await self._seen.wait()

    async def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        if self.process.returncode is None:
            self.process.terminate()
        try:
            async with deadline():
                await self._reading
                await self.process.wait()
        finally:
            if self.process.returncode is None:
                self.process.kill()
                await self.process.wait()

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            async with self._seen:
                self.lines.append(line.decode())
                self._seen.notify_all()
        async with self._seen:
            self._seen.notify_all()


@asynccontextmanager
async def started(
    command: Sequence[str], environment: Mapping[str, str] | None = None
) -> AsyncIterator[Process]:
    """A process with both outputs in `lines`; it is ended with the context."""
    clean = {key: value for key, value in os.environ.items() if "BROADCASTER" not in key}
    clean.pop("OPENAI_API_KEY", None)
    variables = {**clean, **NO_AUTHORITIES, "PYTHONUNBUFFERED": "1", **(environment or {})}
    process = Process(await _start(command, variables))
    try:
        yield process
    finally:
        await process.stop()


def ran(command: Sequence[str], environment: Mapping[str, str]) -> CompletedProcess[str]:
    """Run a command to its end with these variables and no others."""
    copied = TEMPLATES.get(command)
    if copied is not None:
        template, words = copied
        return template.run(words, environment, deadline_s())
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=deadline_s(), check=False
    )


async def _start(
    command: Sequence[str], environment: Mapping[str, str]
) -> asyncio.subprocess.Process | Copy:
    copied = TEMPLATES.get(command)
    if copied is not None:
        template, words = copied
        return await template.copy(words, environment)
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment,
    )


@asynccontextmanager
async def rehearsal_server(*options: str) -> AsyncIterator[str]:
    """The rehearsal server with these options; yields its base URL."""
    command = [sys.executable, "-m", "broadcaster.rehearsal", "--port", "0", *options]
    async with started(command) as process:
        ready = await process.line(r'^\{"port"')
        yield f"http://127.0.0.1:{json.loads(ready.string)['port']}/v1"


@asynccontextmanager
async def broadcaster(
    data_dir: Path, *roles: str, **settings: str
) -> AsyncIterator[tuple[str, Process]]:
    """`broadcaster serve` with these roles; yields its address and the process."""
    environment = {
        "BROADCASTER_DATA_DIR": str(data_dir),
        "BROADCASTER_ADMIN_TOKEN": TOKEN,
        "BROADCASTER_PORT": "0",
        "BROADCASTER_API_KEY": "rehearsal",
        **{f"BROADCASTER_{name.upper()}": value for name, value in settings.items()},
    }
    command = [sys.executable, "-m", "broadcaster", "serve"]
    for role in roles:
        command += ["--role", role]
    async with started(command, environment) as process:
        ready = await process.line(r"serving (https?://\S+)")
        yield ready[1], process
