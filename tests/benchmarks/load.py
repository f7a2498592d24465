"""Many listeners of one address: the program native/load.c."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from tests.benchmarks.native import program

CONNECT_S = 120.0
ANSWER_S = 60.0
READY = b"ready\n"


class Spread(NamedTuple):
    """Milliseconds."""

    p50: float
    p99: float
    most: float


@dataclass(frozen=True, slots=True)
class Heard:
    """The measurements of one load's listeners in one window.

    Attributes:
        listening: connected at the end.
        failed: never answered, or refused.
        disconnected: while it was measured.
        silent: connected, and heard nothing.
        arrived: messages in the window, however late.
        messages: of these, what was published in the window; all that follows is about them.
        lost: messages a listener missed, by sequence.
        repeated: messages a listener got twice, or out of order.
        skip_notices: how often the server told a listener that it had skipped.
        long_gaps: pauses over 100 ms, over all listeners.
        answered_ms: from connecting to the server's answer.
        longest_gap_ms: the longest pause of each listener.
        spread_ms: from the first listener to the last that gets a message.
        source_gap_ms: between two messages, when they were published.
        frames: messages published in the window, but for the last second.
        incomplete_frames: of these, what not everybody got.
        delay_ms: from publishing to arrival.
        cipher: protocol and cipher of the last connection.
        client_cpu_s: CPU time of the load itself, since it started.
    """

    listening: int
    failed: int
    disconnected: int
    silent: int
    window_s: float
    arrived: int
    messages: int
    received_bytes: int
    lost: int
    repeated: int
    skip_notices: int
    long_gaps: int
    listeners_with_long_gaps: int
    answered_ms: Spread
    longest_gap_ms: Spread
    spread_ms: Spread
    source_gap_ms: Spread
    frames: int
    incomplete_frames: int
    delay_ms: Spread
    cipher: str
    client_cpu_s: float

    @classmethod
    def from_json(cls, text: bytes) -> "Heard":
        """Parse the line that load.c prints."""
        raw = json.loads(text)
        values: dict[str, Any] = {one.name: raw[one.name] for one in fields(cls)}
        for name, value in values.items():
            if isinstance(value, list):
                values[name] = Spread(*value)
        return cls(**values)


class Load:
    """A running load."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def connected(self, within_s: float = CONNECT_S) -> None:
        """Wait until every connection was answered, or has failed.

        Raises:
            TimeoutError: some are still waiting; what was heard can be reported all the same.
        """
        line = await self._line(within_s)
        assert line == READY, line

    def start(self) -> None:
        """Forget what was heard, and measure."""
        self._tell(b"start\n")

    async def report(self) -> Heard:
        """Return the measurements since `start`."""
        self._tell(b"report\n")
        while (line := await self._line(ANSWER_S)) == READY:
            pass
        return Heard.from_json(line)

    def _tell(self, line: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line)

    async def _line(self, within_s: float) -> bytes:
        assert self._process.stdout is not None
        async with asyncio.timeout(within_s):
            return await self._process.stdout.readline()


@asynccontextmanager
async def load(
    port: int,
    path: str,
    listeners: int,
    *,
    kind: str = "ws",
    per_second: float = 500.0,
    tls: bool = False,
) -> AsyncIterator[Load]:
    """Listeners at 127.0.0.1, connecting at a rate; they leave with the context.

    Args:
        port: of the server.
        path: of the stream.
        listeners: how many.
        kind: `ws`, or `stream` for anything that is a plain HTTP response.
        per_second: connections opened per second.
        tls: whether to speak TLS; certificates are not checked.
    """
    words = [str(port), path, kind, str(listeners), str(per_second), *(["tls"] if tls else [])]
    process = await asyncio.create_subprocess_exec(
        program("load"),
        *words,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Load(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
