"""Sends many datagrams with one system call: `sendmmsg` on Linux, a loop elsewhere."""

import ctypes
import errno
import socket
import sys
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

NAME_BYTES = 28
"""Room for a `sockaddr_in6`."""
Names = NDArray[np.uint8]
"""Socket addresses as the kernel takes them, `(n, NAME_BYTES)`."""
Packets = NDArray[np.uint8]
"""Datagrams side by side, `(n, stride)`."""

_IOVEC = np.dtype([("base", "u8"), ("size", "u8")])
_MMSGHDR = np.dtype(
    {
        "names": ["name", "name_size", "iov", "iov_count"],
        "formats": ["u8", "u4", "u8", "u8"],
        "offsets": [0, 8, 16, 24],
        "itemsize": 64,
    }
)
"""`struct mmsghdr` of 64-bit Linux: a `msghdr` of 56 bytes, then the bytes sent."""
_SKIP_TO_LATER = frozenset({errno.EAGAIN, errno.ENOBUFS})


def name_of(address: tuple[str, int]) -> bytes:
    """An address of `socket.recvfrom` as a `sockaddr_in6`, IPv4 mapped into it (RFC 4291)."""
    host, port = address
    packed = socket.inet_pton(socket.AF_INET6, host if ":" in host else f"::ffff:{host}")
    family = int(socket.AF_INET6).to_bytes(2, sys.byteorder)
    return family + port.to_bytes(2, "big") + bytes(4) + packed + bytes(4)


class DatagramBatch:
    """Room for `rows` datagrams of up to `stride` bytes, sent together.

    Attributes:
        packets: the datagrams, filled by the caller.
        names: destination of each.
    """

    def __init__(self, rows: int, stride: int, *, bulk: bool | None = None) -> None:
        """Args: `bulk` forces one of the two ways of sending; None takes the better one."""
        self.packets: Packets = np.zeros((rows, stride), np.uint8)
        self.names: Names = np.zeros((rows, NAME_BYTES), np.uint8)
        self._iovecs = np.zeros(rows, _IOVEC)
        self._iovecs["base"] = self.packets.ctypes.data + np.arange(rows) * stride
        self._headers = np.zeros(rows, _MMSGHDR)
        self._headers["name"] = self.names.ctypes.data + np.arange(rows) * NAME_BYTES
        self._headers["name_size"] = NAME_BYTES
        self._headers["iov"] = self._iovecs.ctypes.data + np.arange(rows) * _IOVEC.itemsize
        self._headers["iov_count"] = 1
        self._address, self._sizes = self._headers.ctypes.data, self._iovecs["size"]
        self._sendmmsg = _find_sendmmsg() if bulk is not False else None

    def send(self, sock: socket.socket, sizes: NDArray[np.int32], start: int = 0) -> int:
        """Send the datagrams from `start` on; one that cannot reach its peer is left out.

        Args:
            sock: non-blocking, IPv6, unconnected.
            sizes: of all datagrams, in bytes.
            start: index of the first to send.

        Returns:
            Index of the first that was not sent; less than `len(sizes)` when the socket's buffer
            is full.
        """
        self._sizes[: len(sizes)] = sizes
        while start < len(sizes):
            if self._sendmmsg is None:
                failure = self._send_one(sock, int(sizes[start]), start)
                sent = 1
            else:
                address = self._address + start * _MMSGHDR.itemsize
                sent = self._sendmmsg(sock.fileno(), address, len(sizes) - start, 0)
                failure = ctypes.get_errno() if sent < 0 else 0
            if failure in _SKIP_TO_LATER:
                return start
            start += max(sent, 1)
        return start

    def _send_one(self, sock: socket.socket, size: int, row: int) -> int:
        name = self.names[row].tobytes()
        host = socket.inet_ntop(socket.AF_INET6, name[8:24])
        port = int.from_bytes(name[2:4], "big")
        try:
            sock.sendto(self.packets[row, :size].tobytes(), (host, port))
        except OSError as refused:
            return refused.errno or 0
        return 0


def open_udp(port: int, buffer_bytes: int) -> socket.socket:
    """A non-blocking UDP socket for IPv6 and IPv4 on all addresses.

    Args:
        port: 0 for a free one.
        buffer_bytes: requested in both directions; the system may give less.

    Raises:
        OSError: the port is taken, or the machine has no IPv6 at all.
    """
    sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    try:
        sock.settimeout(0)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            with suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, option, buffer_bytes)
        sock.bind(("::", port))
    except BaseException:
        sock.close()
        raise
    return sock


def _find_sendmmsg() -> "ctypes._NamedFuncPointer | None":
    if sys.platform != "linux" or sys.maxsize <= 1 << 32:
        return None
    function = ctypes.CDLL(None, use_errno=True).sendmmsg
    function.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int]
    return function
