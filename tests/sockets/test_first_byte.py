"""TLS and plain http on one port."""

import asyncio
import ssl
from contextlib import suppress

import pytest

from broadcaster.sockets.acceptor import AcceptorSettings, accepting
from tests.sockets.pairs import DEADLINE_S, Recorder

Contexts = tuple[ssl.SSLContext, ssl.SSLContext]


class Answering(Recorder):
    """A protocol that answers the first bytes with `PLAIN` and hangs up."""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        assert self.transport is not None
        self.transport.write(b"PLAIN")
        self.transport.close()


async def told(port: int, sent: bytes, context: ssl.SSLContext | None = None) -> bytes:
    """Everything the server says to a client that sends this and half-closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    writer.write(sent)
    try:
        async with asyncio.timeout(DEADLINE_S):
            with suppress(ConnectionResetError):
                return await reader.read()
    finally:
        writer.close()
    return b""


@pytest.mark.parametrize("sent", [b"GET / HTTP/1.1\r\n\r\n", b"post", b"X"])
async def test_plain_http_goes_to_the_plain_protocol(certified: Contexts, sent: bytes) -> None:
    server, _ = certified
    made: list[Recorder] = []

    def unexpected() -> Recorder:
        raise AssertionError("a plain client is no TLS client")

    def plain() -> Answering:
        made.append(protocol := Answering())
        return protocol

    settings = AcceptorSettings("127.0.0.1", 0, server)
    async with accepting(settings, unexpected, plain=plain) as acceptor:
        assert await told(acceptor.port, sent) == b"PLAIN"
        [protocol] = made
        await protocol.lost.wait()
        assert protocol.received == sent, "the byte that was looked at is delivered"
        async with asyncio.timeout(DEADLINE_S):
            while len(acceptor):
                await asyncio.sleep(0.001)


async def test_tls_is_served_as_before(certified: Contexts) -> None:
    server, client = certified
    settings = AcceptorSettings("127.0.0.1", 0, server)
    async with accepting(settings, Answering, plain=Recorder) as acceptor:
        assert await told(acceptor.port, b"hello", client) == b"PLAIN"


@pytest.mark.parametrize("sent", [b"\x00\x01\x02", b"\x16\x03\x01garbage", b"\xff" * 100, b""])
async def test_other_bytes_get_no_answer(certified: Contexts, sent: bytes) -> None:
    server, _ = certified
    settings = AcceptorSettings("127.0.0.1", 0, server, ask_within_s=0.0)
    async with accepting(settings, Answering, plain=Answering) as acceptor:
        assert b"PLAIN" not in await told(acceptor.port, sent)
        async with asyncio.timeout(DEADLINE_S):
            while len(acceptor):
                await asyncio.sleep(0.001)


@pytest.mark.parametrize("sent", [b"", b"G", b"GET / HTTP/1.1\r\n", b"\x16"])
async def test_a_slow_client_is_disconnected(certified: Contexts, sent: bytes) -> None:
    server, _ = certified
    settings = AcceptorSettings("127.0.0.1", 0, server, ask_within_s=0.0)
    async with accepting(settings, Recorder, plain=Recorder) as acceptor:
        reader, writer = await asyncio.open_connection("127.0.0.1", acceptor.port)
        writer.write(sent)
        async with asyncio.timeout(DEADLINE_S):
            with suppress(ConnectionResetError):
                assert await reader.read() == b""
        writer.close()
        assert len(acceptor) == 0


async def test_silent_clients_count_and_go_with_the_server(certified: Contexts) -> None:
    server, _ = certified
    settings = AcceptorSettings("127.0.0.1", 0, server, most=2)
    async with accepting(settings, Recorder, plain=Recorder) as acceptor:
        connections = [await asyncio.open_connection("127.0.0.1", acceptor.port) for _ in range(3)]
        async with asyncio.timeout(DEADLINE_S):
            assert await connections[2][0].read() == b""
        assert len(acceptor) == 2
    for reader, writer in connections:
        async with asyncio.timeout(DEADLINE_S):
            assert await reader.read() == b""
        writer.close()
