"""TCP ports for servers that cannot choose their own."""

import random
import socket
from contextlib import ExitStack

_FIRST, _LAST = 20_000, 32_000
"""Below the ports that Linux gives to outgoing connections: a test that runs at the same time, or
the test itself, would get a port between the look at it and its use."""


def free_port() -> int:
    """A TCP port of the loopback that nobody uses now."""
    return free_ports(1)


def free_ports(count: int) -> int:
    """The first of `count` free ports in a row."""
    choice = random.SystemRandom()
    while True:
        first = choice.randrange(_FIRST, _LAST - count)
        with ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    stack.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
            return first
