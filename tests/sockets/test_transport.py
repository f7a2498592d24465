"""The transport, plain and over TLS, on real sockets."""

import asyncio
import errno
import gc
import ssl
import weakref
from pathlib import Path

import pytest

from tests.sockets.pairs import DEADLINE_S, Recorder, connections, contexts

Contexts = tuple[ssl.SSLContext, ssl.SSLContext] | None


@pytest.fixture(params=["plain", "tls"])
def tls(request: pytest.FixtureRequest, tmp_path: Path) -> Contexts:
    return contexts(tmp_path) if request.param == "tls" else None


async def test_both_ways(tls: Contexts) -> None:
    async with connections(1, tls) as [pair]:
        pair.theirs.writer.write(b"question" * 10_000)
        async with asyncio.timeout(DEADLINE_S):
            while len(pair.ours.received) < 80_000:
                await asyncio.sleep(0.001)
        assert bytes(pair.ours.received) == b"question" * 10_000
        pair.transport.write(b"answer")
        assert await pair.theirs.read(6) == b"answer"
        assert pair.transport.answered


async def test_everything_arrives_in_order_however_slow_the_reader(tls: Contexts) -> None:
    async with connections(1, tls) as [pair]:
        sent = bytearray()
        for number in range(3_000):
            piece = number.to_bytes(4, "big") * (1 + number % 100)
            pair.transport.write(piece)
            sent += piece
        pair.transport.writelines([b"the ", b"end"])
        sent += b"the end"
        assert pair.transport.get_write_buffer_size()
        assert pair.ours.paused == 1
        assert await pair.theirs.read(len(sent)) == bytes(sent)
        async with asyncio.timeout(DEADLINE_S):
            while pair.transport.get_write_buffer_size():
                await asyncio.sleep(0.001)
        assert pair.ours.resumed == 1


async def test_close_sends_what_is_unsent(tls: Contexts) -> None:
    async with connections(1, tls) as [pair]:
        pair.transport.write(bytes(300_000))
        pair.transport.close()
        pair.transport.write(b"too late")
        assert pair.transport.is_closing()
        assert await pair.theirs.read_all() == bytes(300_000)
        await pair.ours.lost.wait()
        assert pair.ours.error is None


async def test_abort_does_not_wait(tls: Contexts) -> None:
    async with connections(1, tls) as [pair]:
        pair.transport.write(bytes(1_000_000))
        pair.transport.abort()
        pair.transport.abort()
        async with asyncio.timeout(DEADLINE_S):
            await pair.ours.lost.wait()


async def test_a_client_that_leaves(tls: Contexts) -> None:
    async with connections(1, tls) as [pair]:
        pair.theirs.writer.close()
        async with asyncio.timeout(DEADLINE_S):
            await pair.ours.lost.wait()
        assert pair.transport.is_closing()


async def test_nothing_of_a_lost_connection_waits_for_a_collection_of_garbage(
    tls: Contexts,
) -> None:
    class Following(Recorder):
        """Can be referred to weakly, and knows its transport, as the protocols of listeners do."""

        def blocked(self) -> None:
            pass

        def clear(self) -> None:
            pass

    async with connections(1, tls) as [pair]:
        following = Following()
        pair.transport.set_protocol(following)
        following.transport, pair.transport.observer = pair.transport, following
        left, freed = following.lost, weakref.ref(following)
        del following
        gc.disable()
        try:
            pair.theirs.writer.close()
            async with asyncio.timeout(DEADLINE_S):
                await left.wait()
                while freed() is not None:
                    await asyncio.sleep(0.001)
        finally:
            gc.enable()
        pair.ours.lost.set()


async def test_reading_can_be_paused(tls: Contexts) -> None:
    async with connections(1, tls) as [pair]:
        pair.transport.pause_reading()
        assert not pair.transport.is_reading()
        pair.theirs.writer.write(b"later")
        await asyncio.sleep(0.05)
        assert not pair.ours.received
        pair.transport.resume_reading()
        async with asyncio.timeout(DEADLINE_S):
            while pair.ours.received != b"later":
                await asyncio.sleep(0.001)


async def test_a_failed_send_past_the_transport_ends_it() -> None:
    async with connections(1) as [pair]:
        pair.transport.sent(b"data", -errno.EPIPE)
        async with asyncio.timeout(DEADLINE_S):
            await pair.ours.lost.wait()
        assert isinstance(pair.ours.error, OSError)


async def test_a_handler_that_hands_its_connection_over_is_cancelled_and_closes_nothing() -> None:
    """As aiohttp does: a protocol that loses its connection cancels the handler of its request."""

    class Previous(asyncio.Protocol):
        def connection_lost(self, error: Exception | None) -> None:
            assert error is None
            handling.cancel()
            pair.transport.close()

    async with connections(1) as [pair]:
        pair.transport.set_protocol(Previous())
        following = Recorder()
        handling = asyncio.create_task(pair.transport.hand_over(following), name="handler")
        with pytest.raises(asyncio.CancelledError):
            await handling
        pair.theirs.writer.write(b"for the next protocol")
        async with asyncio.timeout(DEADLINE_S):
            while following.received != b"for the next protocol":
                await asyncio.sleep(0.001)
        assert following.transport is pair.transport
        pair.transport.set_protocol(pair.ours)
