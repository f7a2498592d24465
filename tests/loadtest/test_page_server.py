"""The load of a server on this machine, as /proc tells it."""

import os
import socket
from contextlib import ExitStack, closing

from broadcaster.loadtest.page.server import ServerWatch

WAITING = 5


def test_the_load_of_a_server() -> None:
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        address = server.getsockname()
        for _ in range(WAITING):
            stack.enter_context(closing(socket.create_connection(address)))
        watch = ServerWatch(address[1], local=True)
        watch.sample()
        watch.sample()
    load = watch.load
    assert load.processes == 1
    assert load.most_waiting == WAITING
    assert WAITING < load.open_files <= load.may_open
    first, second = load.cpu
    assert first.at_s < second.at_s
    assert 0 < first.used_s <= second.used_s <= sum(os.times()[:2]) + 1.0


def test_a_server_by_ipv6_is_found() -> None:
    with closing(socket.create_server(("::1", 0), family=socket.AF_INET6)) as server:
        assert ServerWatch(server.getsockname()[1], local=True).load.processes == 1


def test_a_server_elsewhere_is_not_watched() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        watch = ServerWatch(server.getsockname()[1], local=False)
        watch.sample()
    assert (watch.load.processes, watch.load.cpu) == (0, [])
