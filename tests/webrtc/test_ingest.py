import asyncio
from types import SimpleNamespace

import pytest
from aiortc.rtp import RtcpByePacket, RtpPacket

from broadcaster.errors import ClosedWhileOpening, NegotiationTimedOut
from broadcaster.webrtc.ice import IceServer
from broadcaster.webrtc.ingest import (
    MAX_WAITING_CHUNKS,
    IngestEndReason,
    IngestPeer,
    IngestSettings,
    PeerState,
)
from broadcaster.webrtc.sdp import parse_fragment, parse_offer
from tests.support.deadline import deadline
from tests.webrtc.support import MutableTrack, answered, client, heard, voice, worst_match

pytestmark = pytest.mark.usefixtures("loopback")
SETTINGS = IngestSettings()


async def state(peer: IngestPeer, wanted: PeerState) -> None:
    """Wait for a state of the publisher's connection."""
    async with deadline():
        while peer.state is not wanted:
            await asyncio.sleep(0.05)


async def test_sound_arrives_as_it_was_sent() -> None:
    peer = IngestPeer(SETTINGS)
    states = [peer.state]
    async with client() as publisher:
        answer = await peer.accept(parse_offer(publisher.localDescription.sdp))
        states.append(peer.state)
        await answered(publisher, answer)
        sound = await heard(peer, 4)
        states.append(peer.state)
    assert await peer.wait_closed() is IngestEndReason.HUNG_UP
    states.append(peer.state)
    assert states == [PeerState.NEW, PeerState.CONNECTING, PeerState.LIVE, PeerState.ENDED]
    assert peer.frames_lost == 0
    assert worst_match(sound, voice(30)[::2]) >= 0.9


async def test_answer_is_passive_and_asks_for_speech() -> None:
    peer = IngestPeer(SETTINGS)
    async with client() as publisher:
        answer = await peer.accept(parse_offer(publisher.localDescription.sdp))
        await peer.close()
    assert "a=setup:passive" in answer
    assert "a=recvonly" in answer
    assert "a=fmtp:96 minptime=10;useinbandfec=1;maxaveragebitrate=64000;stereo=1" in answer
    assert "127.0.0.1" in answer


@pytest.mark.parametrize("number", [35, 63, 95, 127])
async def test_sound_arrives_on_any_dynamic_payload_type(number: int) -> None:
    peer = IngestPeer(SETTINGS)
    async with client() as publisher:
        offer = publisher.localDescription.sdp
        offer = offer.replace("SAVPF 96", f"SAVPF {number}").replace(":96 ", f":{number} ")
        await answered(publisher, await peer.accept(parse_offer(offer)))
        assert len(await heard(peer, 0.5)) > 0
        await peer.close()


async def test_only_mdns_candidates_and_their_end_still_connect() -> None:
    peer = IngestPeer(SETTINGS)
    async with client() as publisher:
        offer = publisher.localDescription.sdp
        for line in offer.splitlines():
            if line.startswith("a=candidate:"):
                words = line.split()
                words[4] = "3f2504e0-4f89-41d3-9a0c-0305e82c3301.local"
                offer = offer.replace(line, " ".join(words))
        assert "a=end-of-candidates" in offer
        await answered(publisher, await peer.accept(parse_offer(offer)))
        assert len(await heard(peer, 0.5)) > 0
        await peer.close()


async def test_candidates_may_come_later() -> None:
    peer = IngestPeer(SETTINGS)
    async with client() as publisher:
        lines = publisher.localDescription.sdp.splitlines(keepends=True)
        candidates = [line for line in lines if line.startswith("a=candidate:")]
        offer = "".join(line for line in lines if not line.startswith("a=candidate:"))
        answer = await peer.accept(parse_offer(offer))
        without = [line for line in answer.splitlines(keepends=True) if "candidate" not in line]
        fragment = parse_fragment("m=audio 9 RTP/AVP 0\r\na=mid:0\r\n" + "".join(candidates))
        # The publisher is not told our addresses: only ours can find it.
        await peer.add_candidates(fragment)
        await answered(publisher, "".join(without))
        assert len(await heard(peer, 0.5)) > 0
        await peer.close()


async def test_a_publisher_that_sends_nothing_keeps_its_session() -> None:
    """It sends on after longer than it took a second publisher to come in."""
    peer = IngestPeer(SETTINGS)
    voice_track = MutableTrack(voice(30))
    async with client(voice_track) as publisher:
        await answered(publisher, await peer.accept(parse_offer(publisher.localDescription.sdp)))
        await heard(peer, 0.5)
        voice_track.sends.clear()
        await state(peer, PeerState.STALLED)
        voice_track.sends.set()
        assert len(await heard(peer, 0.5)) > 0
        assert (peer.state, peer.frames_lost) == (PeerState.LIVE, 0)
    assert await peer.wait_closed() is IngestEndReason.HUNG_UP


async def test_packets_without_sound_cost_their_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty ones are libavcodec's end of the stream; a goodbye of RTCP is not the session's."""
    peer = IngestPeer(SETTINGS)
    async with client() as publisher:
        await answered(publisher, await peer.accept(parse_offer(publisher.localDescription.sdp)))
        await heard(peer, 0.5)
        [sender] = publisher.getSenders()
        srtp = sender.transport._tx_srtp
        damaged = iter([b"", b"", b"\x4b\x00", b"\xff" * 50])

        def spoil(data: bytes) -> bytes:
            payload = next(damaged, None)
            if payload is None:
                return srtp.protect(data)
            packet = RtpPacket.parse(data)
            packet.payload = payload
            return srtp.protect(packet.serialize())

        spoiled = SimpleNamespace(protect=spoil, protect_rtcp=srtp.protect_rtcp)
        monkeypatch.setattr(sender.transport, "_tx_srtp", spoiled)
        await sender._send_rtcp([RtcpByePacket(sources=[sender._ssrc])])
        sound = await heard(peer, 2)
        assert next(damaged, None) is None
        assert (peer.state, peer.frames_lost) == (PeerState.LIVE, 4)
        assert worst_match(sound[24_000:], voice(30)[::2]) >= 0.9
    assert await peer.wait_closed() is IngestEndReason.HUNG_UP


async def test_a_publisher_that_cannot_be_decoded_is_told_from_a_silent_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    peer = IngestPeer(SETTINGS)
    async with client() as publisher:
        await answered(publisher, await peer.accept(parse_offer(publisher.localDescription.sdp)))
        await heard(peer, 0.5)
        [sender] = publisher.getSenders()
        srtp = sender.transport._tx_srtp

        def spoil(data: bytes) -> bytes:
            packet = RtpPacket.parse(data)
            packet.payload = b"\x4b\x00"
            return srtp.protect(packet.serialize())

        spoiled = SimpleNamespace(protect=spoil, protect_rtcp=srtp.protect_rtcp)
        monkeypatch.setattr(sender.transport, "_tx_srtp", spoiled)
        await state(peer, PeerState.UNDECODABLE)
        monkeypatch.setattr(sender.transport, "_tx_srtp", srtp)
        await state(peer, PeerState.LIVE)
        await peer.close()


async def test_a_publisher_that_is_silent_from_the_start_keeps_its_session() -> None:
    peer = IngestPeer(IngestSettings(connect_s=1))
    voice_track = MutableTrack(voice(30))
    voice_track.sends.clear()
    async with client(voice_track) as publisher:
        await answered(publisher, await peer.accept(parse_offer(publisher.localDescription.sdp)))
        await asyncio.sleep(1.1)
        assert peer.state is PeerState.STALLED
        voice_track.sends.set()
        assert len(await heard(peer, 0.5)) > 0
        await peer.close()


async def test_a_publisher_that_vanishes_is_noticed_by_its_consent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("aioice.ice.CONSENT_INTERVAL", 0.05)
    peer = IngestPeer(SETTINGS)
    async with client() as publisher:
        await answered(publisher, await peer.accept(parse_offer(publisher.localDescription.sdp)))
        await heard(peer, 0.5)
        [sender] = publisher.getSenders()
        for protocol in sender.transport.transport._connection._protocols:
            protocol.transport.abort()
        async with deadline():
            assert await peer.wait_closed() is IngestEndReason.CONSENT_EXPIRED


async def test_a_publisher_that_never_comes_is_given_up() -> None:
    peer = IngestPeer(IngestSettings(connect_s=0.3))
    async with client() as publisher:
        await peer.accept(parse_offer(publisher.localDescription.sdp))
        async with deadline():
            assert await peer.wait_closed() is IngestEndReason.NEVER_CONNECTED
            assert [chunk async for chunk in peer.frames()] == []
            assert [chunk async for chunk in peer.frames()] == []


async def test_a_wrong_certificate_fails_the_connection() -> None:
    peer = IngestPeer(SETTINGS)
    async with client() as publisher:
        text = publisher.localDescription.sdp
        line = next(line for line in text.splitlines() if "a=fingerprint:sha-256" in line)
        forged = text.replace(line, "a=fingerprint:sha-256 " + ":".join(["00"] * 32))
        await answered(publisher, await peer.accept(parse_offer(forged)))
        async with deadline():
            assert await peer.wait_closed() is IngestEndReason.CONNECTION_FAILED


async def test_unread_chunks_drop_the_oldest_and_are_counted() -> None:
    peer = IngestPeer(SETTINGS)
    async with client() as publisher:
        await answered(publisher, await peer.accept(parse_offer(publisher.localDescription.sdp)))
        async with deadline():
            while peer.frames_lost < 5:
                await asyncio.sleep(0.05)
        await peer.close()
    kept = [chunk async for chunk in peer.frames()]
    assert len(kept) < MAX_WAITING_CHUNKS
    assert kept[0].rtp_time >= 5 * 960


async def test_close_at_any_moment_and_more_than_once() -> None:
    untouched = IngestPeer(SETTINGS)
    await untouched.close()
    closed: list[str] = []
    connecting = IngestPeer(SETTINGS)
    connecting.on_closed(lambda: closed.append("connecting"))
    async with client() as publisher:
        offer = parse_offer(publisher.localDescription.sdp)
        await connecting.accept(offer)
        await asyncio.gather(connecting.close(), connecting.close())
        await connecting.close()
        assert closed == ["connecting"]
        negotiating = IngestPeer(SETTINGS)
        accepting = asyncio.create_task(negotiating.accept(offer))
        await asyncio.sleep(0)
        await negotiating.close()
        with pytest.raises(ClosedWhileOpening) as cut_off:
            await accepting
        assert cut_off.value.error == "session_closed"
        await connecting.add_candidates(
            parse_fragment("a=candidate:1 1 udp 1 192.0.2.9 9 typ host")
        )


async def test_a_silent_stun_server_does_not_hold_the_answer_for_ever() -> None:
    deaf = IceServer("stun:127.0.0.1:9")
    peer = IngestPeer(IngestSettings(ice_servers=(deaf,), negotiate_s=0.2))
    async with client() as publisher:
        with pytest.raises(NegotiationTimedOut) as late:
            await peer.accept(parse_offer(publisher.localDescription.sdp))
    assert late.value.error == "negotiation_timeout"
    await peer.close()
