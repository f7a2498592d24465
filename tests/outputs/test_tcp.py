"""Lines over TCP: whole lines, in order, none lost or doubled when the connection ends."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from broadcaster.model.outputs.progress import OutputState
from broadcaster.outputs.wires.lines import encoded_lines
from tests.outputs.stage import Talk
from tests.support.deadline import deadline


class Encoder:
    """A caption encoder: it shows each line at once, and ends connections after some of them."""

    def __init__(self) -> None:
        self.port = 0
        self.lines: list[bytes] = []
        self.connections = 0
        self.until_end: list[int] = []
        """After how many lines each connection to come ends."""
        self.open: set[asyncio.Transport] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Reading(self), "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for transport in list(self.open):
            transport.close()
        await self._server.wait_closed()


class _Reading(asyncio.Protocol):
    """One connection to the encoder."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._left = encoder.until_end.pop(0) if encoder.until_end else -1
        self._begun = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._encoder.open.add(transport)
        self._encoder.connections += 1
        transport.write(b"\xff\xfb\x01Welcome\r\n")  # telnet's negotiation; nobody answers

    def data_received(self, data: bytes) -> None:
        *lines, self._begun = (self._begun + data).split(b"\n")
        self._encoder.lines += [line + b"\n" for line in lines]
        self._left -= len(lines)
        if self._left == 0:
            self._transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        self._encoder.open.discard(self._transport)


@asynccontextmanager
async def encoder() -> AsyncIterator[Encoder]:
    one = Encoder()
    await one.start()
    try:
        yield one
    finally:
        await one.stop()


async def test_lines_end_with_cr_lf(talk: Talk) -> None:
    async with encoder() as device, talk.outputs():
        output = await talk.add("tcp", f"tcp://127.0.0.1:{device.port}")
        await talk.say("Good morning,\neverybody.", "Thanks.")
        await talk.until_sent(output, 2)
        async with deadline():
            while len(device.lines) < 3:
                await asyncio.sleep(0.01)
        assert device.lines == [b"Good morning,\r\n", b"everybody.\r\n", b"Thanks.\r\n"]
        assert device.connections == 1


@pytest.mark.parametrize("seed", range(3))
async def test_an_encoder_that_ends_connections_misses_nothing(talk: Talk, seed: int) -> None:
    chance = random.Random(seed)
    async with encoder() as device:
        output = await talk.add("tcp", f"tcp://127.0.0.1:{device.port}")
        device.until_end = [chance.randint(1, 4) for _ in range(20)]
        for number in range(4):
            async with talk.outputs():
                await talk.say(*(f"Line {number}.{part}" for part in range(8)))
                await talk.until_sent(output, len(talk.said))
            if number == 1:  # the encoder is switched off and on
                await device.stop()
                async with talk.outputs():
                    await talk.say("While it was off.")
                    await talk.until(output, OutputState.RETRYING, "unreachable")
                    await device.start()
                    await talk.until_sent(output, len(talk.said))
        async with deadline():
            while len(device.lines) < len(talk.said):
                await asyncio.sleep(0.01)
        assert [line.decode().rstrip("\r\n") for line in device.lines] == talk.said


@pytest.mark.parametrize(
    ("text", "columns", "charset", "expected"),
    [
        ("Ein Satz", 0, "utf-8", b"Ein Satz\r\n"),
        ("one two three\nfour", 8, "utf-8", b"one two\r\nthree\r\nfour\r\n"),
        ("“Äh” – “naïve…”", 0, "ascii", b'"Ah" - "naive..."\r\n'),
        ("Ähm", 0, "latin-1", b"\xc4hm\r\n"),
        ("日本", 0, "ascii", b"??\r\n"),
        ("a\x01\x1b[2Jb\r", 0, "utf-8", b"a  [2Jb\r\n"),
    ],
)
def test_text_becomes_lines_of_bytes(
    text: str, columns: int, charset: str, expected: bytes
) -> None:
    assert encoded_lines(text, columns, charset) == expected
