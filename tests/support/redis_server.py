"""A real redis-server of a test's own."""

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from tests.support.ports import free_port

_START_DEADLINE_S = 20.0


class RedisServer:
    """A redis-server process on a free loopback port; what it stores survives `kill`.

    All methods block; in an async test call them with `asyncio.to_thread`.

    Args:
        directory: where it keeps its data and log.
        password: what clients must present, if anything.
    """

    def __init__(self, directory: Path, *, password: str = "") -> None:
        self._directory = directory
        self._password = password
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    @property
    def url(self) -> str:
        """The URL to which clients connect."""
        secret = f":{self._password}@" if self._password else ""
        return f"redis://{secret}127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        """The process that runs."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it answers."""
        program = shutil.which("redis-server")
        if program is None:
            raise RuntimeError(
                "redis-server is not on PATH; install it with: apt-get install redis-server"
            )
        command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        command += ["--appendonly", "yes", "--dir", str(self._directory)]
        command += ["--logfile", str(self._directory / "redis.log")]
        if self._password:
            command += ["--requirepass", self._password]
        self._process = subprocess.Popen(command)
        deadline = time.monotonic() + _START_DEADLINE_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"redis-server does not start, see {self._directory}/redis.log")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it in an orderly way, if it runs."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a crash would."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Crash it and start it again with its data."""
        self.kill()
        self.start()

    def freeze(self) -> None:
        """Let it stop answering while its connections stay open."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen server go on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def command(self, *words: str) -> bytes:
        """Send one command and return the start of the raw reply."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            if self._password:
                connection.sendall(f"AUTH {self._password}\r\n".encode())
                connection.recv(4096)
            connection.sendall(" ".join(words).encode() + b"\r\n")
            return connection.recv(65536)

    def _answers(self) -> bool:
        try:
            return self.command("PING").startswith(b"+PONG")
        except OSError:
            return False

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self.thaw()
        self._process.send_signal(how)
        self._process.wait(timeout=20)
        self._process = None
