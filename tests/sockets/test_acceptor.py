"""The acceptor accepts, refuses and closes connections."""

import asyncio
import gc
import socket
import ssl
import weakref
from collections import Counter
from contextlib import suppress

import pytest

from broadcaster.sockets.acceptor import SERVER_FULL, AcceptorSettings, accepting
from tests.sockets.pairs import DEADLINE_S, Recorder


async def test_a_client_that_asks_nothing_is_disconnected() -> None:
    async with accepting(AcceptorSettings("127.0.0.1", 0, ask_within_s=0.0), Recorder) as acceptor:
        reader, writer = await asyncio.open_connection("127.0.0.1", acceptor.port)
        async with asyncio.timeout(DEADLINE_S):
            assert await reader.read() == b""
        writer.close()
        assert len(acceptor) == 0


async def test_a_client_that_never_shakes_hands_is_disconnected(
    certified: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    server, _ = certified
    async with accepting(
        AcceptorSettings("127.0.0.1", 0, server, ask_within_s=0.0), Recorder
    ) as acceptor:
        reader, writer = await asyncio.open_connection("127.0.0.1", acceptor.port)
        async with asyncio.timeout(DEADLINE_S):
            assert await reader.read() == b""
        writer.close()


async def test_a_client_that_speaks_no_tls(
    certified: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    server, client = certified
    async with accepting(AcceptorSettings("127.0.0.1", 0, server), Recorder) as acceptor:
        reader, writer = await asyncio.open_connection("127.0.0.1", acceptor.port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        async with asyncio.timeout(DEADLINE_S):
            with suppress(ConnectionResetError):
                await reader.read()
        writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", acceptor.port, ssl=client)
        writer.transport.abort()
        await asyncio.sleep(0.05)
        with pytest.raises(ssl.SSLError):
            await asyncio.open_connection(
                "127.0.0.1", acceptor.port, ssl=ssl.create_default_context()
            )
        async with asyncio.timeout(DEADLINE_S):
            while len(acceptor):
                await asyncio.sleep(0.001)


async def test_nothing_is_kept_of_closed_connections() -> None:
    made: list[weakref.ref[Recorder]] = []

    def recorder() -> Recorder:
        one = Recorder()
        made.append(weakref.ref(one))
        return one

    async with accepting(AcceptorSettings("127.0.0.1", 0), recorder) as acceptor:
        for _ in range(20):
            _, writer = await asyncio.open_connection("127.0.0.1", acceptor.port)
            writer.close()
        async with asyncio.timeout(DEADLINE_S):
            while len(made) < 20 or len(acceptor):
                await asyncio.sleep(0.001)
        gc.collect()
        assert not [one for one in made if one() is not None]


async def test_connections_over_the_limit_are_refused_with_a_reason() -> None:
    refused: Counter[str] = Counter()
    async with accepting(AcceptorSettings("127.0.0.1", 0, most=1), Recorder, refused) as acceptor:
        _, first = await asyncio.open_connection("127.0.0.1", acceptor.port)
        async with asyncio.timeout(DEADLINE_S):
            while not len(acceptor):
                await asyncio.sleep(0.001)
        reader, second = await asyncio.open_connection("127.0.0.1", acceptor.port)
        async with asyncio.timeout(DEADLINE_S):
            answer = await reader.read()
        head, _, body = answer.partition(b"\r\n\r\n")
        assert b"503" in head
        assert b"Retry-After: 60\r\n" in head
        assert b"in a minute" in body
        assert f"Content-Length: {len(body)}".encode() in head
        assert refused == {SERVER_FULL: 1}
        second.close()
        first.close()
        async with asyncio.timeout(DEADLINE_S):
            while len(acceptor):
                await asyncio.sleep(0.001)
        _, third = await asyncio.open_connection("127.0.0.1", acceptor.port)
        third.close()
        async with asyncio.timeout(DEADLINE_S):
            while len(acceptor):
                await asyncio.sleep(0.001)


async def test_a_taken_port_is_an_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            async with accepting(AcceptorSettings("127.0.0.1", taken.getsockname()[1]), Recorder):
                pass


async def test_a_client_resumes_its_tls_session_on_another_connection(
    certified: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    """Phones open several connections at once, and a handshake is most of what each costs."""
    server, client = certified

    def visit(port: int, session: ssl.SSLSession | None) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", port), DEADLINE_S)
        secure = client.wrap_socket(plain, server_hostname="localhost", session=session)
        secure.sendall(b"?")
        assert secure.recv(1) == b"!"  # tickets come before it
        return secure

    class Answering(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            assert self.transport is not None
            self.transport.write(b"!")

    async with accepting(AcceptorSettings("127.0.0.1", 0, server), Answering) as acceptor:
        first = await asyncio.to_thread(visit, acceptor.port, None)
        second = await asyncio.to_thread(visit, acceptor.port, first.session)
        assert (first.session_reused, second.session_reused) == (False, True)
        for one in (first, second):
            one.close()
