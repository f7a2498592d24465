"""The fan-out: each member gets every message once, whatever the others do."""

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.sockets.fan_out import FanOut
from broadcaster.sockets.transport import SocketTransport
from broadcaster.sockets.uring import BATCH, Ring
from tests.sockets.pairs import Pair, connections, contexts

MESSAGES = 40


class Patient:
    """A member that drops nothing."""

    def __init__(self, transport: SocketTransport) -> None:
        self.transport = transport
        self.late_messages = 0
        self.caught_up_times = 0

    def late(self, data: bytes) -> None:
        self.late_messages += 1
        self.transport.write(data)

    def caught_up(self) -> None:
        self.caught_up_times += 1


def message(number: int, size: int = 191) -> bytes:
    return number.to_bytes(4, "big") + bytes([number % 251]) * (size - 4)


Way = tuple[Ring | None, tuple[ssl.SSLContext, ssl.SSLContext] | None]


@pytest.fixture(params=["batched", "one by one", "tls"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    ring = Ring()
    yield (
        None if request.param == "one by one" else ring,
        contexts(tmp_path) if request.param == "tls" else None,
    )
    ring.close()


async def test_everybody_gets_everything_in_order(way: Way) -> None:
    ring, tls = way
    async with connections(30, tls) as pairs:
        fan_out: FanOut[Patient] = FanOut(ring)
        for pair in pairs:
            fan_out.add(Patient(pair.transport))
        for number in range(MESSAGES):
            await fan_out.send_to_all(message(number))
        expected = b"".join(map(message, range(MESSAGES)))
        for pair in pairs:
            assert await pair.theirs.read(len(expected)) == expected


async def test_a_slow_member_gets_everything_later_and_is_then_written_to_directly(
    way: Way,
) -> None:
    ring, tls = way
    async with connections(3, tls) as pairs:
        fan_out: FanOut[Patient] = FanOut(ring)
        members = [Patient(pair.transport) for pair in pairs]
        for member in members:
            fan_out.add(member)
        count = 400
        for number in range(count):
            await fan_out.send_to_all(message(number, 2_000))
            for pair in pairs[1:]:
                await pair.theirs.read(2_000)
        assert members[0].late_messages
        expected = b"".join(message(number, 2_000) for number in range(count))
        assert await pairs[0].theirs.read(len(expected)) == expected
        while members[0].transport.get_write_buffer_size():
            await asyncio.sleep(0.001)
        assert members[0].caught_up_times
        late = members[0].late_messages
        await fan_out.send_to_all(message(7))
        assert members[0].late_messages == late
        assert await pairs[0].theirs.read(191) == message(7)


async def test_joining_and_leaving(way: Way) -> None:
    ring, tls = way
    async with connections(12, tls) as pairs:
        fan_out: FanOut[Patient] = FanOut(ring)
        members = [Patient(pair.transport) for pair in pairs]
        present: dict[int, bytearray] = {}
        everything = [bytearray() for _ in pairs]
        for number in range(60):
            index = number * 7 % len(pairs)
            if index in present:
                fan_out.remove(members[index])
                fan_out.remove(members[index])
                del present[index]
            else:
                fan_out.add(members[index])
                present[index] = everything[index]
            assert len(fan_out) == len(present)
            await fan_out.send_to_all(message(number))
            for got in present.values():
                got.extend(message(number))
        for pair, got in zip(pairs, everything, strict=True):
            assert await pair.theirs.read(len(got)) == bytes(got)


async def test_a_member_that_vanishes_does_not_affect_the_others(way: Way) -> None:
    ring, tls = way
    async with connections(5, tls) as pairs:
        fan_out: FanOut[Patient] = FanOut(ring)
        for pair in pairs:
            fan_out.add(Patient(pair.transport))
        await fan_out.send_to_all(message(0))
        pairs[2].theirs.writer.transport.abort()
        pairs[3].transport.abort()
        for number in range(1, MESSAGES):
            await fan_out.send_to_all(message(number))
            await asyncio.sleep(0.001)
        expected = b"".join(map(message, range(MESSAGES)))
        for pair in (pairs[0], pairs[1], pairs[4]):
            assert await pair.theirs.read(len(expected)) == expected


async def test_members_join_and_leave_in_the_middle_of_a_message() -> None:
    """Between two batches of one message the event loop serves other tasks."""
    async with connections(BATCH + 6) as pairs:
        fan_out: FanOut[Patient] = FanOut(None)
        members = [Patient(pair.transport) for pair in pairs]
        for member in members[:-1]:
            fan_out.add(member)
        sending = asyncio.create_task(fan_out.send_to_all(message(1)))
        await asyncio.sleep(0)
        fan_out.remove(members[0])
        fan_out.remove(members[BATCH + 1])
        fan_out.add(members[-1])
        await sending
        await fan_out.send_to_all(message(2))

        async def got(pair: Pair) -> bytes:
            return await pair.theirs.read(191)

        assert await got(pairs[0]) == message(1)
        assert await got(pairs[-1]) == message(2)
        for pair in (pairs[1], pairs[BATCH - 1], pairs[BATCH], pairs[BATCH + 2]):
            assert await got(pair) == message(1)
            assert await got(pair) == message(2)
