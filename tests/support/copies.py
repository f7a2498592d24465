"""Starts Python programs as copies of a process that has imported them: `template.py`."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

ROOT = Path(__file__).parents[2]
IMPORTED = {
    "broadcaster": (
        "broadcaster.commands.publishing.command",
        "broadcaster.commands.serve",
        "broadcaster.commands.workers",
    ),
    "broadcaster.rehearsal": (),
}
"""Programs that are copied, and what they import only once they know their command."""
_END_S = 20.0


class Copy:
    """A running copy, with what the tests use of `asyncio.subprocess.Process`."""

    def __init__(
        self, pid: int, stdout: asyncio.StreamReader, answers: asyncio.StreamReader
    ) -> None:
        self.pid = pid
        self.stdout = stdout
        self.returncode: int | None = None
        self.ended = asyncio.create_task(self._end(answers), name=f"end of {pid}")

    async def wait(self) -> int:
        """Wait until it has ended; returns its exit code."""
        return await asyncio.shield(self.ended)

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    async def _end(self, answers: asyncio.StreamReader) -> int:
        self.returncode = int(await answers.readline())
        return self.returncode


class Template:
    """A process whose copies run one program."""

    def __init__(self, program: str) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "tests.support.template", str(theirs.fileno())]
            self._process = subprocess.Popen(
                [*command, program, *IMPORTED[program]],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    async def copy(self, words: Sequence[str], environment: Mapping[str, str]) -> Copy:
        """Run the program with these words; both its outputs go to `stdout`."""
        reading, writing = os.pipe()
        with os.fdopen(writing, "wb"):
            ours = self._order(words, environment, writing, writing)
        answers, writer = await asyncio.open_connection(sock=ours)
        stdout = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stdout), os.fdopen(reading, "rb")
        )
        pid = int(await answers.readline())
        copy = Copy(pid, stdout, answers)
        copy.ended.add_done_callback(lambda _: writer.close())
        return copy

    def run(
        self, words: Sequence[str], environment: Mapping[str, str], timeout_s: float
    ) -> subprocess.CompletedProcess[str]:
        """Run the program to its end, as `subprocess.run` does.

        Raises:
            TimeoutError: it took longer than `timeout_s`, and was killed.
        """
        with (
            TemporaryFile("w+", encoding="utf-8") as output,
            TemporaryFile("w+", encoding="utf-8") as errors,
        ):
            ours = self._order(words, environment, output.fileno(), errors.fileno())
            with ours, ours.makefile() as answers:
                pid = int(answers.readline())
                ours.settimeout(timeout_s)
                try:
                    code = int(answers.readline())
                except TimeoutError:
                    os.kill(pid, signal.SIGKILL)
                    raise
            for file in (output, errors):
                file.seek(0)
            return subprocess.CompletedProcess(words, code, output.read(), errors.read())

    def _order(
        self, words: Sequence[str], environment: Mapping[str, str], output: int, errors: int
    ) -> socket.socket:
        """Order a copy; returns the socket on which the process answers its id, then its code."""
        ours, theirs = socket.socketpair()
        order = {"words": words, "environment": dict(environment), "folder": str(Path.cwd())}
        with theirs:
            files = [theirs.fileno(), output, errors]
            socket.send_fds(self._control, [json.dumps(order).encode()], files)
        return ours

    def close(self) -> None:
        """End the process; its copies have ended."""
        self._control.close()
        self._process.wait(_END_S)


class Templates:
    """The templates of the tests of this process, each made when its program is first run."""

    def __init__(self) -> None:
        self._templates: dict[str, Template] = {}
        self._offered = False

    @contextmanager
    def offered(self) -> Iterator[None]:
        """Programs are copied inside this context; its end ends the templates."""
        self._offered = True
        try:
            yield
        finally:
            self._offered = False
            for template in self._templates.values():
                template.close()
            self._templates.clear()

    def get(self, command: Sequence[str]) -> tuple[Template, list[str]] | None:
        """The template of a command and the program's words, or None if it has to be started."""
        match [*command]:
            case [sys.executable, "-m", program, *words] if self._offered and program in IMPORTED:
                if program not in self._templates:
                    self._templates[program] = Template(program)
                return self._templates[program], words
        return None


TEMPLATES = Templates()
