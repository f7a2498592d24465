"""Accepts connections: many at once, up to a limit, and none that stays without a request.

Time is the event loop's here, not an injected clock: these deadlines run against the kernel and
real clients, and tests shorten them with `AcceptorSettings.ask_within_s`.
"""

import asyncio
import errno
import logging
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from broadcaster.sockets.first_byte import FirstByte
from broadcaster.sockets.listening import BoundAddress, bind
from broadcaster.sockets.tls_transport import TlsTransport
from broadcaster.sockets.transport import SocketTransport

log = logging.getLogger("broadcaster.sockets")

Connection = SocketTransport | FirstByte
"""A connection that counts, from the moment it is accepted."""
ACCEPT_AT_ONCE = 64
"""Connections accepted before the event loop serves other tasks."""
UNREACHABLE_AFTER_S = 30
"""A peer that acknowledges nothing for this long is disconnected (RFC 5482)."""
RETRY_S = 0.5
"""Pause when the system has no file descriptor or memory left for another connection."""
SERVER_FULL = "server_full"
"""Error id of a connection that is refused because there are too many."""
_SWEEP_S = 1.0
_SHORT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 60\r\nConnection: close\r\n"
    b"Content-Type: application/json\r\nContent-Length: 110\r\n\r\n"
    b'{"error":"server_full","message":"this server has no room for more listeners",'
    b'"hint":"Try again in a minute."}'
)


@dataclass(frozen=True, slots=True)
class AcceptorSettings:
    """The address and the limits of an acceptor.

    Attributes:
        host: name or address to listen on.
        port: TCP port; 0 takes a free one.
        tls: certificate and versions; None serves plain connections.
        backlog: connections the kernel holds until they are accepted.
        most: open connections; further ones are refused.
        reuse_port: whether other processes listen on the same port.
        ask_within_s: a client that has sent no request we could answer by then is disconnected.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    backlog: int = 4096
    most: int = 100_000
    reuse_port: bool = False
    ask_within_s: float = 20.0


class Acceptor:
    """Makes a transport for every connection and gives it a protocol of its own.

    Args:
        settings: where to listen.
        protocol: makes the protocol of one connection.
        refused: counter incremented under `SERVER_FULL` for each refused connection.
        plain: makes the protocol of a client that speaks plain http although we serve TLS; without
            it such a client is disconnected.
    """

    def __init__(
        self,
        settings: AcceptorSettings,
        protocol: Callable[[], asyncio.Protocol],
        refused: Counter[str],
        *,
        plain: Callable[[], asyncio.Protocol] | None = None,
    ) -> None:
        self._settings = settings
        self._protocol = protocol
        self._plain = plain
        self._refused = refused
        self._loop = asyncio.get_running_loop()
        self._sockets: list[socket.socket] = []
        self._connections: set[Connection] = set()
        self._without_request: dict[Connection, float] = {}

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._sockets[0].getsockname()[1])

    @property
    def addresses(self) -> tuple[BoundAddress, ...]:
        """Where it listens, one for each socket."""
        return tuple(BoundAddress.of(sock) for sock in self._sockets)

    def __len__(self) -> int:
        return len(self._connections)

    async def open(self) -> None:
        """Listen.

        Raises:
            OSError: the address is in use or not ours.
        """
        options = []
        if self._settings.reuse_port:
            options.append((socket.SOL_SOCKET, socket.SO_REUSEPORT, 1))
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            patience_ms = UNREACHABLE_AFTER_S * 1000
            options.append((socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, patience_ms))
        host, port = self._settings.host, self._settings.port
        # Looking up a name takes time.
        self._sockets = await asyncio.to_thread(bind, host, port, *options)
        for sock in self._sockets:
            sock.settimeout(0)
            sock.listen(self._settings.backlog)
        for sock in self._sockets:
            self._loop.add_reader(sock.fileno(), self._accept, sock)

    async def run(self) -> None:
        """Disconnect clients that send no request, until cancelled."""
        while True:
            await asyncio.sleep(_SWEEP_S)
            before = self._loop.time() - self._settings.ask_within_s
            due = [
                transport for transport, since in self._without_request.items() if since < before
            ]
            for transport in due:
                del self._without_request[transport]
                if not transport.answered:
                    transport.abort()

    def close(self) -> None:
        """Stop listening; connections stay open, but those that have said nothing yet."""
        for sock in self._sockets:
            self._loop.remove_reader(sock.fileno())
            sock.close()
        for silent in [one for one in self._connections if isinstance(one, FirstByte)]:
            silent.abort()

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(ACCEPT_AT_ONCE):
            try:
                sock, _ = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in _SHORT:
                    raise
                log.warning("cannot accept connections for a moment: %s", error.strerror)
                self._loop.remove_reader(listening.fileno())
                self._loop.call_later(RETRY_S, self._listen_again, listening)
                return
            self._add(sock)

    def _listen_again(self, listening: socket.socket) -> None:
        if listening.fileno() >= 0:
            self._loop.add_reader(listening.fileno(), self._accept, listening)

    def _add(self, sock: socket.socket) -> None:
        sock.settimeout(0)
        if len(self._connections) >= self._settings.most:
            self._refuse(sock)
            return
        began_at, tls = self._loop.time(), self._settings.tls
        serve = partial(self._serve, began_at, self._protocol, tls)
        if tls is None or self._plain is None:
            serve(sock)
        else:
            redirect = partial(self._serve, began_at, self._plain, None)
            self._start(FirstByte(sock, serve, redirect, self._forget), began_at)

    def _serve(
        self,
        began_at: float,
        protocol: Callable[[], asyncio.Protocol],
        tls: ssl.SSLContext | None,
        sock: socket.socket,
    ) -> None:
        try:
            transport = (
                SocketTransport(sock, protocol(), self._forget)
                if tls is None
                else TlsTransport(sock, tls, protocol(), self._forget)
            )
        except OSError:  # it is gone already
            sock.close()
            return
        self._start(transport, began_at)

    def _start(self, connection: Connection, began_at: float) -> None:
        self._connections.add(connection)
        self._without_request[connection] = began_at
        connection.start()

    def _forget(self, transport: Connection) -> None:
        self._connections.discard(transport)
        self._without_request.pop(transport, None)

    def _refuse(self, sock: socket.socket) -> None:
        self._refused[SERVER_FULL] += 1
        try:
            if self._settings.tls is None:
                sock.send(_BUSY)
        except OSError:
            pass  # gone already
        finally:
            sock.close()


@asynccontextmanager
async def accepting(
    settings: AcceptorSettings,
    protocol: Callable[[], asyncio.Protocol],
    refused: Counter[str] | None = None,
    *,
    plain: Callable[[], asyncio.Protocol] | None = None,
) -> AsyncIterator[Acceptor]:
    """Run an acceptor inside the context; at the end it stops listening.

    Args:
        settings: where to listen.
        protocol: makes the protocol of one connection.
        refused: counter incremented under `SERVER_FULL` for each refused connection.
        plain: see `Acceptor`.

    Raises:
        OSError: the address is in use or not ours.
    """
    async with AsyncExitStack() as stack:
        refused = Counter() if refused is None else refused
        acceptor = Acceptor(settings, protocol, refused, plain=plain)
        stack.callback(acceptor.close)
        await acceptor.open()
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        stack.callback(tasks.create_task(acceptor.run(), name="acceptor").cancel)
        yield acceptor
