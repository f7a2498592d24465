"""Lines of text over TCP, for caption encoders, CART software and serial converters.

This is how captioners send to an encoder by telnet or by RS-232: plain text, one line after the
other, each ended by CR LF. AI-Media's guide “Easy Caption Authoring for EEG Encoders”
(https://customersupport.ai-media.tv/hc/en-us/articles/29782012969236) says that an encoder takes
lines ended by a carriage return, and cuts those of more than 32 characters.

Nobody answers on such a connection. A text has arrived when the other side's system has confirmed
all of its bytes (Linux: TIOCOUTQ, see tcp(7)) and the connection was not reset then. Otherwise all
of it is sent again, by a new connection.
"""

import asyncio
import fcntl
import socket
import struct
import termios
from contextlib import suppress

from broadcaster.model.outputs.address import TELNET_PORT, split_address
from broadcaster.model.outputs.output import OutputKind
from broadcaster.outputs.wires.lines import encoded_lines
from broadcaster.outputs.wires.wire import Parcel, WireFailed, WireTarget

CONNECT_TIMEOUT_S = 10.0
CONFIRM_TIMEOUT_S = 10.0
_LOOK_EVERY_S = 0.02
_KEEP_ALIVE_S = 15
_OPEN_STATES = (1, 8)
"""ESTABLISHED and CLOSE_WAIT of Linux's tcp_states.h."""


class TcpWire:
    """Sends to one encoder, and stays connected between two texts.

    Args:
        target: its options are `columns`, the longest line in characters, 0 for as long as they
            are, and `charset`, a Python codec.
    """

    def __init__(self, target: WireTarget) -> None:
        parts = split_address(OutputKind.TCP, target.address)
        self._host = parts.hostname or ""
        self._port = parts.port or TELNET_PORT
        self._columns = int(target.options.get("columns", 0))
        self._charset = str(target.options.get("charset", "utf-8"))
        self._connection: _Connection | None = None

    async def send_text(self, parcel: Parcel) -> None:
        """See `Wire.send_text`."""
        if self._connection is None or self._connection.ended:
            await self.close()
            self._connection = await _Connection.open(self._host, self._port)
        try:
            await self._connection.write_confirmed(
                encoded_lines(parcel.text, self._columns, self._charset)
            )
        except WireFailed:
            await self.close()
            raise

    async def last_number(self) -> int | None:
        """See `Wire.last_number`: an encoder counts nothing."""
        return None

    async def close(self) -> None:
        """See `Wire.close`."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


class _Connection:
    """A TCP connection that knows what the other side has confirmed."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._reading = asyncio.create_task(_read_to_end(reader), name="output: tcp answers")

    @classmethod
    async def open(cls, host: str, port: int) -> "_Connection":
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                reader, writer = await asyncio.open_connection(host, port)
        except TimeoutError:
            raise WireFailed("timed_out", {"seconds": int(CONNECT_TIMEOUT_S)}) from None
        except OSError:
            raise WireFailed("unreachable") from None
        sock: socket.socket = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _KEEP_ALIVE_S)
        return cls(reader, writer)

    @property
    def ended(self) -> bool:
        """Whether the other side has ended it."""
        return self._reading.done() or self._writer.is_closing()

    async def write_confirmed(self, data: bytes) -> None:
        """Write, and return when all of it has arrived.

        Raises:
            WireFailed: `connection_lost`, or `timed_out`.
        """
        self._writer.write(data)
        try:
            async with asyncio.timeout(CONFIRM_TIMEOUT_S):
                while True:
                    if self._is_confirmed():
                        return
                    await asyncio.sleep(_LOOK_EVERY_S)
        except TimeoutError:
            raise WireFailed("timed_out", {"seconds": int(CONFIRM_TIMEOUT_S)}) from None
        except OSError:
            raise WireFailed("connection_lost") from None

    def _is_confirmed(self) -> bool:
        """Whether nothing is on its way.

        Raises:
            OSError: the connection was reset.
        """
        transport = self._writer.transport
        sock: socket.socket = transport.get_extra_info("socket")
        if sock.fileno() < 0:
            raise ConnectionResetError
        unsent: int = transport.get_write_buffer_size()
        unconfirmed: int
        [unconfirmed] = struct.unpack("i", fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, b"\0" * 4))
        # After a reset nothing is on its way either, so this is asked afterwards.
        [state] = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)
        if state not in _OPEN_STATES:
            raise ConnectionResetError
        return unsent + unconfirmed == 0

    async def close(self) -> None:
        self._reading.cancel()
        self._writer.transport.abort()  # all that matters was confirmed
        with suppress(OSError):
            await self._writer.wait_closed()
        await asyncio.gather(self._reading, return_exceptions=True)


async def _read_to_end(reader: asyncio.StreamReader) -> None:
    """Drop what the other side sends, such as telnet's negotiation."""
    with suppress(OSError):
        while await reader.read(4_096):
            pass
