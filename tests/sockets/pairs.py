"""Real connections on loopback: our end as a transport, the other end as a socket."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from broadcaster.sockets.acceptor import AcceptorSettings, accepting
from broadcaster.sockets.transport import SocketTransport
from broadcaster.system.certificates import server_context

DEADLINE_S = 20.0
Dial = Callable[[], "asyncio.Future[Pair]"]


class Recorder(asyncio.Protocol):
    """Records the events of a connection."""

    def __init__(self) -> None:
        self.transport: SocketTransport | None = None
        self.received = bytearray()
        self.made = asyncio.Event()
        self.lost = asyncio.Event()
        self.error: Exception | None = None
        self.paused = 0
        self.resumed = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, SocketTransport)
        self.transport = transport
        self.made.set()

    def data_received(self, data: bytes) -> None:
        self.received += data

    def connection_lost(self, error: Exception | None) -> None:
        self.error = error
        self.lost.set()

    def pause_writing(self) -> None:
        self.paused += 1

    def resume_writing(self) -> None:
        self.resumed += 1


class Client:
    """The other end, which reads only when asked."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def read(self, size: int) -> bytes:
        async with asyncio.timeout(DEADLINE_S):
            return await self.reader.readexactly(size)

    async def read_all(self) -> bytes:
        async with asyncio.timeout(DEADLINE_S):
            return await self.reader.read()


class Pair:
    """One connection."""

    def __init__(self, ours: Recorder, theirs: Client) -> None:
        self.ours = ours
        self.theirs = theirs

    @property
    def transport(self) -> SocketTransport:
        assert self.ours.transport is not None
        return self.ours.transport


def contexts(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context and a client's that trusts it."""
    server = server_context(None, None, folder)
    client = ssl.create_default_context(cafile=folder / "tls" / "certificate.pem")
    return server, client


@asynccontextmanager
async def connections(
    count: int, tls: tuple[ssl.SSLContext, ssl.SSLContext] | None = None
) -> AsyncIterator[list[Pair]]:
    """`count` connections, with small buffers on both sides."""
    arrived: asyncio.Queue[Recorder] = asyncio.Queue()

    def protocol() -> Recorder:
        recorder = Recorder()
        arrived.put_nowait(recorder)
        return recorder

    settings = AcceptorSettings("127.0.0.1", 0, tls and tls[0])
    async with accepting(settings, protocol) as acceptor:
        pairs = []
        for _ in range(count):
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.settimeout(0)
            await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", acceptor.port))
            reader, writer = await asyncio.open_connection(
                sock=sock,
                limit=1024,
                ssl=tls and tls[1],
                server_hostname="127.0.0.1" if tls else None,
            )
            ours = await arrived.get()
            await ours.made.wait()
            ours.transport.get_extra_info("socket").setsockopt(  # type: ignore[union-attr]
                socket.SOL_SOCKET, socket.SO_SNDBUF, 4096
            )
            pairs.append(Pair(ours, Client(reader, writer)))
        try:
            yield pairs
        finally:
            for pair in pairs:
                pair.transport.abort()
                pair.theirs.writer.transport.abort()
            async with asyncio.timeout(DEADLINE_S):
                for pair in pairs:
                    await pair.ours.lost.wait()
            await asyncio.sleep(0.01)
