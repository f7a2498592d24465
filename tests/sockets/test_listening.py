"""The sockets that a host stands for."""

import asyncio
import errno
import socket
from typing import Any

import pytest

from broadcaster.sockets import listening
from broadcaster.sockets.acceptor import AcceptorSettings, accepting
from broadcaster.sockets.listening import BoundAddress, bound
from tests.sockets.pairs import Recorder


@pytest.mark.parametrize(
    ("host", "addresses"),
    [
        ("::", ["::", "0.0.0.0"]),
        ("0.0.0.0", ["0.0.0.0"]),
        ("127.0.0.1", ["127.0.0.1"]),
        ("::1", ["::1"]),
    ],
)
async def test_a_host_is_served_by_these_sockets(host: str, addresses: list[str]) -> None:
    async with accepting(AcceptorSettings(host, 0), Recorder) as acceptor:
        assert [address.host for address in acceptor.addresses] == addresses
        assert {address.port for address in acceptor.addresses} == {acceptor.port}
        for address in acceptor.addresses:
            loopback = "::1" if address.family is socket.AF_INET6 else "127.0.0.1"
            _, writer = await asyncio.open_connection(loopback, acceptor.port)
            writer.close()
            await writer.wait_closed()


def test_a_port_that_is_taken_in_one_family_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"), bound("::", taken.getsockname()[1]):
            pass


def test_a_machine_without_ipv6_serves_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    real = listening._bound_socket

    def without(family: int, *rest: Any) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        return real(family, *rest)

    monkeypatch.setattr(listening, "_bound_socket", without)
    with bound("::", 0) as sockets:
        assert [BoundAddress.of(sock).host for sock in sockets] == ["0.0.0.0"]
    with pytest.raises(OSError, match="not supported"), bound("::1", 0):
        pass
