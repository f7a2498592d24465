"""No address holds all connections, and a place is given back when its connection is gone."""

import asyncio
import json
import ssl
from collections import Counter

import pytest

from broadcaster.sockets.acceptor import TOO_MANY_CONNECTIONS, AcceptorSettings, accepting
from broadcaster.sockets.places import PeerPlaces, Places
from tests.sockets.pairs import Recorder
from tests.support.deadline import deadline

HERE = AcceptorSettings("127.0.0.1", 0)


async def read_all(port: int) -> bytes:
    """The answer to a client that asks nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with deadline():
            return await reader.read()
    finally:
        writer.close()


def test_a_network_takes_as_many_places_as_it_may_and_gives_them_back() -> None:
    full: list[str] = []
    places = Places(2, full.append)
    first, second = places.take("192.0.2.1"), places.take("192.0.2.1")
    assert first is not None
    assert second is not None
    assert places.take("192.0.2.1") is None
    assert places.take("192.0.2.2") is not None
    assert full == ["192.0.2.1"]
    first.release()
    first.release()
    assert places.take("192.0.2.1") is not None
    assert places.take("192.0.2.1") is None


def test_nothing_is_kept_of_a_network_that_holds_no_place() -> None:
    places = Places(1)
    for number in range(100):
        place = places.take(f"192.0.2.{number}")
        assert place is not None
        assert places.take(f"192.0.2.{number}") is None
        place.release()
    assert (len(places), places.networks()) == (0, 0)


async def test_one_address_is_refused_in_our_form_and_others_are_not() -> None:
    refused, places = Counter[str](), Places(2)
    peers = PeerPlaces(places, lambda address: address)
    async with accepting(HERE, Recorder, refused, peers=peers) as acceptor:
        kept = [await asyncio.open_connection("127.0.0.1", acceptor.port) for _ in range(2)]
        head, _, body = (await read_all(acceptor.port)).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 429 ")
        assert b"\r\nRetry-After: 30\r\n" in head
        assert f"\r\nContent-Length: {len(body)}".encode() in head
        assert json.loads(body)["error"] == TOO_MANY_CONNECTIONS
        assert refused == {TOO_MANY_CONNECTIONS: 1}
        async with deadline():  # a client at another address
            _, other = await asyncio.open_connection(
                "127.0.0.1", acceptor.port, local_addr=("127.0.0.2", 0)
            )
            while len(acceptor) < 3:
                await asyncio.sleep(0.001)
        for _, writer in (*kept, (None, other)):
            writer.close()
        async with deadline():
            while len(places):
                await asyncio.sleep(0.001)


async def test_peers_that_are_not_counted_are_not_limited() -> None:
    peers = PeerPlaces(Places(1), lambda _: None)
    async with accepting(HERE, Recorder, peers=peers) as acceptor:
        kept = [await asyncio.open_connection("127.0.0.1", acceptor.port) for _ in range(5)]
        async with deadline():
            while len(acceptor) < len(kept):
                await asyncio.sleep(0.001)
        for _, writer in kept:
            writer.close()


async def test_over_tls_one_too_many_is_disconnected(
    certified: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    server, client = certified
    settings = AcceptorSettings("127.0.0.1", 0, server)
    peers = PeerPlaces(Places(1), lambda address: address)
    async with accepting(settings, Recorder, peers=peers) as acceptor:
        _, kept = await asyncio.open_connection("127.0.0.1", acceptor.port, ssl=client)
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await asyncio.open_connection("127.0.0.1", acceptor.port, ssl=client)
        kept.transport.abort()


async def test_closing_refuses_newcomers_and_keeps_those_who_wait() -> None:
    """A client that the kernel has connected is served, though nothing has accepted it yet."""
    async with accepting(HERE, Recorder) as acceptor:
        _, writer = await asyncio.open_connection("127.0.0.1", acceptor.port)
        acceptor.close()
        assert len(acceptor) == 1
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", acceptor.port)
        acceptor.close()
        writer.close()
        async with deadline():
            while len(acceptor):
                await asyncio.sleep(0.001)
