"""The port: strangers, listeners that vanish, limits."""

import asyncio
import socket

import pytest
from aioice import stun

from broadcaster.errors import TooManyPeers
from broadcaster.webrtc.egress.peer import EgressEndReason
from broadcaster.webrtc.egress.port import EgressSettings
from broadcaster.webrtc.sdp import parse_offer
from tests.support.clock import FakeClock
from tests.support.deadline import deadline
from tests.support.player import player
from tests.webrtc.egress.ports import ended, expected, running

pytestmark = pytest.mark.usefixtures("loopback")


async def test_a_listener_that_never_comes_is_forgotten() -> None:
    clock = FakeClock()
    async with running(EgressSettings(connect_s=15), clock) as egress, player() as listener:
        peer = expected(egress, listener)
        clock.seconds += 16
        assert await ended(peer) is EgressEndReason.NOT_CONNECTED


async def test_a_listener_whose_checks_stop_has_vanished() -> None:
    clock = FakeClock()
    async with running(EgressSettings(consent_s=30), clock) as egress, player() as listener:
        peer = expected(egress, listener)
        await listener.answered(egress.answer(peer))
        await listener.state("connected")
        [receiver] = listener.connection.getReceivers()
        asking = receiver.transport.transport._connection._query_consent_task
        assert asking is not None
        asking.cancel()
        await asyncio.wait({asking})
        clock.seconds += 31
        assert await ended(peer) is EgressEndReason.VANISHED


async def test_another_certificate_than_the_offers_is_turned_away() -> None:
    async with running() as egress, player() as listener, player() as other:
        mine = next(line for line in listener.offer.splitlines() if "fingerprint:sha-256" in line)
        wrong = next(line for line in other.offer.splitlines() if "fingerprint:sha-256" in line)
        offer = parse_offer(listener.offer.replace(mine, wrong), listens=True)
        peer = egress.accept(offer, egress.fanout(), lambda: None)
        await listener.answered(egress.answer(peer))
        assert await ended(peer) is EgressEndReason.CONNECTION_FAILED


async def test_the_number_of_listeners_is_limited() -> None:
    async with running(EgressSettings(max_peers=1)) as egress, player() as listener:
        expected(egress, listener)
        with pytest.raises(TooManyPeers) as full:
            expected(egress, listener)
        assert full.value.error == "too_many_listeners"


async def test_strangers_get_no_answer() -> None:
    async with running() as egress, player() as listener:
        peer = expected(egress, listener)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.settimeout(0)
            stranger.connect(("127.0.0.1", egress.port))
            for datagram in (b"\0", b"\0\1" + bytes(18), b"\x16" * 100, b"\x80\xc9" * 50, b"\xff"):
                stranger.send(datagram)
            await listener.answered(egress.answer(peer))
            await listener.state("connected")
            with pytest.raises(BlockingIOError):
                stranger.recv(2048)


async def test_anybody_may_ask_whether_the_port_can_be_reached() -> None:
    async with running() as egress, player() as listener:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.settimeout(0)
            stranger.connect(("127.0.0.1", egress.port))

            async def asks() -> object:
                question = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
                stranger.send(bytes(question))
                answer = stun.parse_message(await received(stranger))
                assert answer.transaction_id == question.transaction_id
                return answer.attributes["XOR-MAPPED-ADDRESS"]

            assert await asks() == stranger.getsockname(), "nobody listens yet"
            peer = expected(egress, listener)
            await listener.answered(egress.answer(peer))
            await listener.state("connected")
            assert await asks() == stranger.getsockname()
            egress.close(peer)
            assert await asks() == stranger.getsockname(), "nobody listens any more"


async def test_the_end_disconnects_everybody() -> None:
    async with player() as listener:
        async with running() as egress:
            peer = expected(egress, listener)
            await listener.answered(egress.answer(peer))
            await listener.state("connected")
        assert peer.end_reason is EgressEndReason.CLOSED
        await listener.state("closed")


async def test_a_listener_may_be_closed_while_its_keys_are_made() -> None:
    async with running() as egress, player() as listener, player() as other:
        peer = expected(egress, listener)
        await listener.answered(egress.answer(peer))
        async with deadline():
            while peer.dtls.keys is None:
                await asyncio.sleep(0)
        assert not peer.connected
        egress.close(peer)
        await listener.state("closed")
        assert not peer.connected
        await other.answered(egress.answer(expected(egress, other)))
        await other.state("connected")


async def test_announced_addresses_come_first() -> None:
    settings = EgressSettings(announced=("203.0.113.7", "2001:db8::7"))
    async with running(settings) as egress, player() as listener:
        answer = egress.answer(expected(egress, listener))
        found = [line.split() for line in answer.splitlines() if line.startswith("a=candidate:")]
        assert [line[4] for line in found][:2] == ["203.0.113.7", "2001:db8::7"]
        priorities = [int(line[3]) for line in found]
        assert priorities == sorted(priorities, reverse=True)


async def test_sound_moves_only_to_an_address_that_answers() -> None:
    async with running() as egress, player() as listener:
        peer = expected(egress, listener)
        await listener.answered(egress.answer(peer))
        await listener.state("connected")
        at_first = peer.address
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as moved:
            moved.settimeout(0)
            moved.connect(("127.0.0.1", egress.port))
            nominating = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
            nominating.attributes.update({"USERNAME": f"{peer.ufrag}:x", "USE-CANDIDATE": None})
            nominating.add_message_integrity(peer.pwd.encode())
            moved.send(bytes(nominating))
            answer, challenge = [stun.parse_message(await received(moved)) for _ in range(2)]
            assert answer.message_class is stun.Class.RESPONSE
            assert peer.address == at_first
            assert challenge.check_message_integrity(peer.offer.pwd.encode())
            reply = stun.Message(
                stun.Method.BINDING, stun.Class.RESPONSE, transaction_id=challenge.transaction_id
            )
            reply.add_message_integrity(peer.offer.pwd.encode())
            moved.send(bytes(reply))
            async with deadline():
                while peer.address != moved.getsockname():
                    await asyncio.sleep(0.01)


async def received(sock: socket.socket) -> bytes:
    async with deadline():
        return await asyncio.get_running_loop().sock_recv(sock, 2048)
