"""Connected listeners that attack or break: no other listener may notice."""

import asyncio
import socket
from collections.abc import Callable

import pytest
from OpenSSL import SSL

from broadcaster.webrtc.egress.peer import EgressEndReason, EgressPeer
from broadcaster.webrtc.egress.port import EgressPort
from broadcaster.webrtc.sdp import parse_offer
from tests.benchmarks.whep_peers import Identity, Peer
from tests.support.deadline import deadline
from tests.webrtc.egress.ports import running

pytestmark = pytest.mark.usefixtures("loopback")
CHANGE_CIPHER_SPEC = bytes([20, 254, 253])
"""Begins a record of a client's last flight (RFC 6347 section 4.1)."""


def described(client: Peer) -> str:
    return client.description("0", 111, "actpass")


def joined(egress: EgressPort, client: Peer, offer: str) -> EgressPeer:
    peer = egress.accept(parse_offer(offer, listens=True), egress.fanout(), lambda: None)
    client.meet(egress.answer(peer))
    return peer


async def until(client: Peer, condition: Callable[[], object]) -> None:
    """Let a client go on until something is so."""
    async with deadline():
        while not condition():
            client.take()
            client.retransmit()
            await asyncio.sleep(0.005)


async def connected(egress: EgressPort) -> tuple[Peer, EgressPeer]:
    client = Peer(Identity())
    peer = joined(egress, client, described(client))
    await until(client, lambda: peer.connected and client.srtp)
    return client, peer


@pytest.mark.parametrize(
    "datagram",
    [b"\x80", b"\x80\xc9", b"\x80\xc9" + bytes(1598), b"\x16", b"\x16" * 2000, b"\0", b"\xff"],
    ids=["1 byte", "2 bytes", "long report", "short record", "records", "stun", "nothing known"],
)
async def test_no_datagram_of_a_listener_hurts_another(
    datagram: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with running() as egress:
        client, _ = await connected(egress)
        client.sock.send(datagram)
        other, peer = await connected(egress)
        assert peer.connected
        assert "could not be handled" not in caplog.text
        client.sock.close()
        other.sock.close()


async def test_a_broken_session_ends_alone() -> None:
    async with running() as egress:
        client, peer = await connected(egress)
        client.ssl.renegotiate()  # which is refused, and which the client takes as fatal
        with pytest.raises(SSL.WantReadError):
            client.ssl.do_handshake()
        client.sock.send(client.ssl.bio_read(4096))
        await until(client, lambda: peer.end_reason)
        assert peer.end_reason is EgressEndReason.CONNECTION_FAILED
        assert len(egress) == 0
        other, _ = await connected(egress)
        client.sock.close()
        other.sock.close()


async def test_all_records_of_a_datagram_are_read() -> None:
    async with running() as egress:
        client, peer = await connected(egress)
        for _ in range(30):
            client.ssl.send(b"x")
        client.ssl.shutdown()
        client.sock.send(client.ssl.bio_read(2000))
        await until(client, lambda: peer.end_reason)
        assert peer.end_reason is EgressEndReason.HUNG_UP
        client.sock.close()


class Forger(Peer):
    """Sends its last flight as if it came from somebody else."""

    victim: socket.socket

    def _send(self, data: bytes) -> None:
        if CHANGE_CIPHER_SPEC in data:
            self.victim.send(data)
        else:
            super()._send(data)


async def test_a_forged_source_gets_no_sound() -> None:
    async with running() as egress:
        client = Forger(Identity())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client.victim, client.sock:
            peer = joined(egress, client, described(client))
            own, victim = client.sock, client.victim
            victim.connect(own.getpeername())
            client.sock = victim
            client.check()
            client.sock = own
            await until(client, lambda: peer.connected)
            assert peer.address == own.getsockname()


async def test_one_of_several_certificates_is_enough() -> None:
    async with running() as egress:
        client = Peer(Identity())
        own = f"a=fingerprint:sha-256 {client.identity.fingerprint}\r\n"
        other = f"a=fingerprint:sha-256 {Identity().fingerprint}\r\n"
        peer = joined(egress, client, described(client).replace(own, other + own))
        await until(client, lambda: peer.connected)
        client.sock.close()
