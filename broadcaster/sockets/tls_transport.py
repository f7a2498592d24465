"""An accepted connection over TLS, encrypted straight into its socket.

asyncio and uvloop encrypt into a buffer of their own and copy from there, which costs a third more
time and up to ten times the memory per connection. OpenSSL writes to the socket itself here.

A handshake costs some tenths of a millisecond, as much as sound for fifty listeners. So the
handshakes of a crowd take turns, and sound goes out between them.
"""

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from broadcaster.sockets.transport import READ_BYTES, SocketTransport
from broadcaster.sockets.turns import Turns

RECORD_BYTES = 16 * 1024
"""Most plain text in one TLS record (RFC 8446 §5.1)."""


class TlsTransport(SocketTransport):
    """A connection that begins with a TLS handshake. The protocol learns of it afterwards.

    Args:
        sock: the connected, non-blocking socket.
        context: certificate and versions.
        protocol: reads the plain text.
        on_lost: called once when the connection is gone, also when the handshake failed.
        ends: see `SocketTransport`.
        handshakes: shared by all connections of a port.
    """

    __slots__ = ("_attempted", "_context", "_handshake_done", "_handshakes")

    def __init__(
        self,
        sock: socket.socket,
        context: ssl.SSLContext,
        protocol: asyncio.Protocol,
        on_lost: Callable[[SocketTransport], None],
        ends: Turns,
        handshakes: Turns,
    ) -> None:
        wrapped = context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        super().__init__(wrapped, protocol, on_lost, ends)
        self._context = context
        self._handshakes = handshakes
        self._attempted = 0
        self._handshake_done = False

    def start(self) -> None:
        """Begin the handshake; usually the client has sent its first part already."""
        self._queue_handshake()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """`sslcontext`, `ssl_object`, and those of `SocketTransport`."""
        match name:
            case "sslcontext":
                return self._context
            case "ssl_object":
                return self._sock
        return super().get_extra_info(name, default)

    @property
    def direct(self) -> Callable[[bytes], int]:
        """See `SocketTransport`; skips `SSLSocket.send`, whose two Python calls cost a tenth."""
        return cast("Callable[[bytes], int]", self._tls._sslobj.write)  # type: ignore[attr-defined]  # noqa: SLF001

    def sent(self, data: bytes, result: int) -> None:
        """See `SocketTransport`."""
        if result == -errno.EAGAIN:
            self._attempted = len(data)
        super().sent(data, result)

    @property
    def _tls(self) -> ssl.SSLSocket:
        return cast("ssl.SSLSocket", self._sock)

    def _await_handshake(self) -> None:
        """Wait for the client's next part of the handshake."""
        if not self._reading and not self._closing:
            self._reading = True
            self._loop.add_reader(self._fd, self._queue_handshake)

    def _queue_handshake(self) -> None:
        if not self._handshakes.run(self._shake_hands):
            self._stop_reading()

    def _shake_hands(self) -> None:
        if self._closing:
            return
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._await_handshake()
            return
        except ssl.SSLWantWriteError:
            # The few kilobytes of a certificate always fit a fresh socket's buffer.
            self._loop.call_soon(self._shake_hands)
            return
        except OSError as error:
            self._lose(error)
            return
        self._handshake_done = True
        self._reading = False  # from now on it is the protocol that is read for
        super().start()

    def _receive(self) -> bytes:
        data = self._tls.recv(READ_BYTES)
        while data and (waiting := self._tls.pending()):
            data += self._tls.recv(waiting)
        return data

    def _send(self, data: bytes | bytearray | memoryview) -> int:
        """See `SocketTransport`.

        OpenSSL has already encrypted what it could not send: it must be given the same bytes again,
        with or without more after them (SSL_write(3)). None of them count as sent until then.
        """
        size = max(self._attempted, min(len(data), RECORD_BYTES))
        try:
            sent = self._tls.send(memoryview(data)[:size])
        except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
            self._attempted = size
            return 0
        self._attempted = 0
        return sent

    def _announce_close(self) -> None:
        if self._handshake_done:
            # Sends close_notify and does not wait for the client's.
            with suppress(OSError, ValueError):
                self._tls.unwrap()

    def _end(self, error: OSError | None) -> None:
        if self._handshake_done:
            super()._end(error)
        else:
            self._release()
