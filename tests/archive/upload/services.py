"""An S3 service on the disk, and a network in front of it that fails at random."""

import random
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

ACCESS, SECRET = "access-key", "secret-key-of-the-test"
BUCKET = "talks"
_SLOW_DOWN = b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>later</Message></Error>"
_PIECE_BYTES = 65_536
STARTS_WITHIN_S = 30


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


class Service:
    """`rclone serve s3`: it checks signatures and digests, and forgets begun uploads when killed.

    Args:
        folder: has a folder for each bucket.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.starts = 0
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        (folder / BUCKET).mkdir(parents=True)

    def start(self) -> None:
        """Start it unless it runs, and wait until it answers."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()

    def _start(self) -> None:
        self.starts += 1
        address = f"127.0.0.1:{self.port}"
        rclone = str(Path(sys.executable).with_name("rclone"))
        command = [rclone, "serve", "s3", "--addr", address, "--config", "/dev/null"]
        key = f"{ACCESS},{SECRET}"
        self._process = subprocess.Popen(
            [*command, "--auth-key", key, str(self.folder)], stderr=subprocess.DEVNULL
        )
        latest_s = time.monotonic() + STARTS_WITHIN_S
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            assert time.monotonic() < latest_s
            time.sleep(0.05)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def arrived(self) -> dict[str, bytes]:
        """All objects of the bucket."""
        bucket = self.folder / BUCKET
        # A killed rclone leaves begun uploads as files of its own.
        paths = (p for p in bucket.rglob("*") if p.is_file() and not p.name.startswith(".rclone_"))
        return {str(path.relative_to(bucket)): path.read_bytes() for path in paths}


class Network(ThreadingTCPServer):
    """Passes connections on, cuts them at random, and answers some with 503.

    Args:
        service: to which they lead.
        seed: of the chance.
        cut: how probable it is that a connection is cut after a piece of 64 KiB or less.
        refuse: how probable it is that it is answered with 503.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, service: Service, seed: int, cut: float, refuse: float) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.service = service
        self.cut, self.refuse = cut, refuse
        self.chance = random.Random(seed)
        self.uploaded_bytes = 0
        self.failures = 0
        self._planned: list[tuple[int, Callable[[], object]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def after(self, count: int, do: Callable[[], object]) -> None:
        """Do something in a thread when this many bytes more have gone to the service."""
        self._planned.append((self.uploaded_bytes + count, do))

    def passed(self, count: int) -> None:
        """Count what goes to the service."""
        self.uploaded_bytes += count
        for planned in [one for one in self._planned if one[0] < self.uploaded_bytes]:
            self._planned.remove(planned)
            planned[1]()


def _ignore(_count: int) -> None:
    """Called with the length of answers."""


class _Passing(BaseRequestHandler):
    server: Network

    def handle(self) -> None:
        with suppress(OSError):
            if self.server.chance.random() < self.server.refuse:
                self._refuse()
                return
            try:
                service = socket.create_connection(("127.0.0.1", self.server.service.port))
            except OSError:
                self.server.failures += 1
                self.server.service.start()
                return
            with service:
                back = threading.Thread(target=self._pass, args=(service, self.request, _ignore))
                back.start()
                self._pass(self.request, service, self.server.passed)
                back.join()

    def _refuse(self) -> None:
        self.server.failures += 1
        self.request.recv(_PIECE_BYTES)
        head = f"HTTP/1.1 503 Slow Down\r\nContent-Length: {len(_SLOW_DOWN)}\r\n"
        self.request.sendall(f"{head}Connection: close\r\n\r\n".encode() + _SLOW_DOWN)

    def _pass(self, source: Any, target: Any, count: Callable[[int], None]) -> None:
        with suppress(OSError):
            while piece := source.recv(_PIECE_BYTES):
                if self.server.chance.random() < self.server.cut:
                    self.server.failures += 1
                    break
                count(len(piece))
                target.sendall(piece)
        for one in (source, target):
            with suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                one.shutdown(socket.SHUT_RDWR)


@contextmanager
def network(
    service: Service, seed: int = 0, cut: float = 0, refuse: float = 0
) -> Iterator[Network]:
    with Network(service, seed, cut, refuse) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield made
        finally:
            made.shutdown()
            thread.join()
