"""Binds sockets to all that a host stands for: `::` is every address, of IPv4 as well."""

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

EVERY_ADDRESS = ("::", "0.0.0.0")  # noqa: S104
"""The addresses that `::` stands for, with a socket for each family."""
_NOT_HERE = frozenset({errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL})
_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class BoundAddress:
    """Where a socket listens.

    Attributes:
        family: IPv4 or IPv6.
        host: address; `0.0.0.0` or `::` for every one of this machine.
        port: TCP port.
    """

    family: socket.AddressFamily
    host: str
    port: int

    @classmethod
    def of(cls, sock: socket.socket) -> "BoundAddress":
        """The address of a socket that was bound."""
        host, port = sock.getsockname()[:2]
        return cls(socket.AddressFamily(sock.family), str(host), int(port))


@contextmanager
def bound(host: str, port: int, *options: tuple[int, int, int]) -> Iterator[list[socket.socket]]:
    """Sockets bound to every address of a host, all on one port, closed with the context.

    Looking up a host's name may take seconds: in the event loop use a thread.

    Args:
        host: name or address.
        port: TCP port; 0 takes a free one.
        options: `setsockopt` arguments, set before the sockets are bound.

    Raises:
        OSError: the address is in use, or not one of this machine.
    """
    with ExitStack() as stack:
        yield [stack.enter_context(sock) for sock in bind(host, port, *options)]


def bind(host: str, port: int, *options: tuple[int, int, int]) -> list[socket.socket]:
    """Bind sockets as `bound` does, for the caller to close.

    Raises:
        OSError: the address is in use, or not one of this machine.
    """
    attempts = (
        1 if port else _ATTEMPTS
    )  # a port that is free for one family may be taken for another
    while True:
        attempts -= 1
        try:
            return _bind(host, port, options)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or not attempts:
                raise


def _bind(host: str, port: int, options: tuple[tuple[int, int, int], ...]) -> list[socket.socket]:
    found = [
        (entry[0], entry[4])
        for one in (EVERY_ADDRESS if host == "::" else (host,))
        for entry in socket.getaddrinfo(one, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    ]
    sockets: list[socket.socket] = []
    missing: OSError | None = None
    try:
        for family, address in dict.fromkeys(found):
            try:
                sock = _bound_socket(family, (address[0], port, *address[2:]), options)
            except OSError as error:
                if error.errno not in _NOT_HERE:
                    raise
                missing = error  # a machine without IPv6 still serves IPv4
            else:
                sockets.append(sock)
                port = port or int(sock.getsockname()[1])
    except BaseException:
        for sock in sockets:
            sock.close()
        raise
    if missing is not None and not sockets:
        raise missing
    return sockets


def _bound_socket(
    family: int, address: tuple[int | str, ...], options: tuple[tuple[int, int, int], ...]
) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        for option in ((socket.SOL_SOCKET, socket.SO_REUSEADDR, 1), *options):
            sock.setsockopt(*option)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(address)
    except BaseException:
        sock.close()
        raise
    return sock
