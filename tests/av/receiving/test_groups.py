"""Real multicast on the loopback: a pattern arrives bit by bit, and announcements are heard."""

import asyncio
import socket
from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest

from broadcaster.av.receiving.announcement_reading import SAP_GROUPS, SAP_PORT
from broadcaster.av.receiving.groups import listen_for_announcements, open_group, read_samples
from broadcaster.errors import CannotPlay
from tests.av.receiving.streams import DANTE, HALL, packed, packet, pattern
from tests.support.deadline import deadline
from tests.support.ports import free_port

LOOPBACK = "127.0.0.1"


@pytest.fixture
def sender() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(LOOPBACK))
        yield one


@pytest.mark.parametrize("sources", [(), (LOOPBACK,)], ids=["any sender", "this sender"])
async def test_every_bit_arrives_through_a_group(
    sender: socket.socket, sources: tuple[str, ...]
) -> None:
    stream = type(HALL)("Hall", "239.255.77.1", free_port(), 98, "L24", 8, sources)
    wanted = pattern(4_800, 8)

    def receive() -> np.ndarray:
        parts = list(islice(read_samples(stream, LOOPBACK), 100))
        return np.concatenate(parts)

    receiving = asyncio.create_task(asyncio.to_thread(receive))
    async with deadline():
        number = 0
        while not receiving.done():
            # Sent round and round: nothing tells when the receiver has joined.
            first = number % 100 * 48
            sound = packed(wanted[first : first + 48], "L24")
            sender.sendto(packet(stream, number, number * 48, sound), (stream.address, stream.port))
            number += 1
            await asyncio.sleep(0.001)
    got = receiving.result()
    start = int(np.flatnonzero((wanted == got[0]).all(axis=1))[0])
    assert np.array_equal(got, np.roll(wanted, -start, axis=0))


async def test_a_stream_that_stops_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadcaster.av.receiving.groups.MUTE_S", 0.1)
    stream = type(HALL)("Hall", "239.255.77.2", free_port(), 98, "L24", 2)
    with pytest.raises(CannotPlay, match=r"nothing comes from 239\.255\.77\.2"):
        await asyncio.to_thread(next, read_samples(stream, LOOPBACK))


def test_a_network_card_that_is_not_there_is_told() -> None:
    with pytest.raises(CannotPlay, match="cannot be received") as refused:
        open_group("239.255.77.3", free_port(), "203.0.113.9")
    assert "--interface" in refused.value.hint


async def test_announcements_are_heard(sender: socket.socket) -> None:
    body = b"\x20\0\x12\x34\x7f\0\0\x01application/sdp\0" + DANTE.encode()
    hearing = asyncio.create_task(
        asyncio.to_thread(lambda: next(listen_for_announcements(30, LOOPBACK)))
    )
    async with deadline():
        while not hearing.done():
            sender.sendto(b"nonsense", (SAP_GROUPS[0], SAP_PORT))
            sender.sendto(body, (SAP_GROUPS[0], SAP_PORT))
            await asyncio.sleep(0.02)
    assert hearing.result().description == DANTE
