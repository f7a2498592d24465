"""WHEP: real WebRTC peers hear a channel, and bad requests are refused."""

import asyncio
import dataclasses
import json

import pytest

from broadcaster.edge.whep import loss_protection
from broadcaster.edge.whep.loss_protection import CALM_S, LOSSY, LossMonitor, can_be_protected
from broadcaster.edge.whep.sessions import LOSS_CHECK_S
from broadcaster.model import keys
from broadcaster.model.event import EventState
from broadcaster.webrtc.egress.peer import EgressEndReason
from broadcaster.webrtc.egress.rtp_batch import MAX_PAYLOAD_BYTES
from tests.edge.conftest import EVENT, PACKET, Edge
from tests.edge.talk import ARABIC, SPANISH, talking, worst_r
from tests.edge.waiting import counted, until
from tests.edge.whep_sessions import ES, gone, the_peer
from tests.support.clock import FakeClock
from tests.support.lossy_relay import LossyRelay, every, nothing
from tests.support.player import SDP, player, subscribed, switched
from tests.support.signaling import FRAGMENT, RESTART, error, trickled

pytestmark = pytest.mark.usefixtures("loopback")


async def test_two_players_hear_the_channel_and_delete_ends_it(edge: Edge) -> None:
    async with talking(edge), player() as one, player() as two:
        address = await subscribed(edge.http, ES, one)
        await subscribed(edge.http, ES, two)
        await one.hear(3)
        await two.hear(3)
        assert edge.whep.session_count == 2
        async with edge.http.delete(address) as reply:
            assert reply.status == 200
        assert edge.whep.session_count == 1
        await one.state("closed")
        async with edge.http.delete(address) as reply:
            assert reply.status == 200
        assert two.connection.connectionState == "connected"
    await gone(edge)
    assert worst_r(one.heard, SPANISH) > 0.9
    assert worst_r(two.heard, SPANISH) > 0.9


async def test_a_slash_at_the_end_changes_nothing(edge: Edge) -> None:
    async with talking(edge), player() as listener:
        address = await subscribed(edge.http, f"{ES}/", listener)
        await listener.hear(0.5)
        await switched(edge.http, f"{address}/", "ar")
        async with edge.http.delete(f"{address}/") as reply:
            assert reply.status == 200
    await gone(edge)


async def test_a_player_switches_channel_in_its_session(edge: Edge) -> None:
    async with talking(edge), player() as listener:
        address = await subscribed(edge.http, ES, listener)
        await listener.hear(2)
        await switched(edge.http, address, "ar")
        before = len(listener.heard)
        await listener.hear(3)
        for body, expected in [
            ({"channel": "fr"}, (404, "unknown_channel")),
            ({"channel": 1}, (400, "malformed_body")),
            ([], (400, "malformed_body")),
        ]:
            async with edge.http.post(address, json=body) as reply:
                assert await error(reply) == expected
        async with edge.http.post(address, data="x", headers=SDP) as reply:
            assert await error(reply) == (415, "wrong_content_type")
        [report] = [
            stats
            for stats in (await listener.connection.getStats()).values()
            if stats.type == "inbound-rtp"
        ]
        assert report.packetsLost == 0
        assert the_peer(edge).lost == 0
    assert worst_r(listener.heard[:before], SPANISH) > 0.9
    assert worst_r(listener.heard[before + 12_000 :], ARABIC) > 0.9


async def test_listeners_are_counted(edge: Edge) -> None:
    async with player() as listener, edge.bus.subscribe(keys.status("talk")) as messages:
        await subscribed(edge.http, "/whep/talk/es+floor", listener)
        async with asyncio.timeout(20):
            async for message in messages:
                if b'"listeners":{"es+floor":1}' in message.payload:
                    break


async def test_frames_that_cannot_be_sent_are_counted_with_those_of_all_transports(
    edge: Edge,
) -> None:
    async with player() as listener:
        await subscribed(edge.http, ES, listener)
        await until(lambda: the_peer(edge).connected)
        edge.say("es", PACKET + bytes(MAX_PAYLOAD_BYTES))
        await until(lambda: edge.rooms.counts().skipped_frames == 1)


async def test_a_player_that_hangs_up_is_forgotten(edge: Edge) -> None:
    async with player() as listener:
        await subscribed(edge.http, ES, listener)
        await listener.state("connected")
        peer = the_peer(edge)
    await gone(edge)
    assert peer.end_reason is EgressEndReason.HUNG_UP


async def test_closing_the_event_hangs_up(edge: Edge) -> None:
    async with player() as listener, player() as late:
        await subscribed(edge.http, ES, listener)
        await listener.state("connected")
        await edge.put(dataclasses.replace(EVENT, state=EventState.CLOSED))
        await listener.state("closed")
        await gone(edge)
        async with edge.http.post("/whep/talk/es", data=late.offer, headers=SDP) as reply:
            assert await error(reply) == (409, "event_closed")


async def test_the_answer_has_what_a_player_needs(edge: Edge) -> None:
    async with player() as listener:
        async with edge.http.post("/whep/talk/es", data=listener.offer, headers=SDP) as reply:
            assert reply.status == 201
            assert reply.headers["Content-Type"] == "application/sdp"
            assert reply.headers["Location"].startswith("/whep/talk/session/")
            assert reply.headers["ETag"].startswith('"')
            assert reply.headers["Accept-Patch"] == "application/trickle-ice-sdpfrag"
            assert reply.headers["Access-Control-Allow-Origin"] == "*"
            exposed = set(reply.headers["Access-Control-Expose-Headers"].split(", "))
            assert {"Location", "ETag", "Link", "Accept-Patch", "AI-Disclosure"} <= exposed
            assert reply.headers["AI-Disclosure"] == "mode=machine-generated"
            answer = await reply.text()
        assert "a=ice-lite\r\n" in answer
        assert "a=setup:passive\r\n" in answer
        assert f" {edge.egress.port} typ host\r\n" in answer


async def test_options(edge: Edge) -> None:
    async with edge.http.options("/whep/talk/es") as reply:
        assert reply.status == 204
        assert reply.headers["Accept-Post"] == "application/sdp"
        assert reply.headers["Access-Control-Allow-Methods"] == "OPTIONS, POST"
    async with edge.http.options("/whep/talk/session/x") as reply:
        assert reply.status == 204
        assert reply.headers["Access-Control-Allow-Methods"] == "OPTIONS, PATCH, POST, DELETE"
        assert reply.headers["Accept-Patch"] == "application/trickle-ice-sdpfrag"


@pytest.mark.parametrize(
    ("path", "headers", "body", "expected"),
    [
        ("none/es", {}, "v=0", (404, "unknown_event")),
        ("talk/fr", {}, "v=0", (404, "unknown_channel")),
        ("talk/floor+floor", {}, "v=0", (404, "unknown_channel")),
        ("talk/es", {"Content-Type": "application/json"}, "{}", (415, "wrong_content_type")),
        ("talk/es", {"Accept": "text/html"}, "v=0", (406, "not_acceptable")),
        ("talk/es", {}, "", (400, "malformed_sdp")),
        ("talk/es", {}, b"\xff\xfe", (400, "malformed_sdp")),
        ("talk/es", {}, "v=0\r\ns=-\r\n", (422, "no_opus_audio")),
        ("talk/es", {}, "v=0" + "x" * 70_000, (413, "body_too_large")),
    ],
)
async def test_refused_offers(
    edge: Edge, path: str, headers: dict[str, str], body: str, expected: tuple[int, str]
) -> None:
    async with edge.http.post(f"/whep/{path}", data=body, headers={**SDP, **headers}) as reply:
        assert await error(reply) == expected
    assert edge.whep.session_count == 0


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a=recvonly", "a=sendonly", (422, "no_opus_audio")),
        ("a=setup:actpass", "a=setup:passive", (422, "dtls_client_needed")),
        ("a=rtcp-mux", "a=x", (400, "malformed_sdp")),
        ("a=fingerprint:", "a=finger:", (400, "malformed_sdp")),
    ],
)
async def test_offers_we_cannot_serve(
    edge: Edge, old: str, new: str, expected: tuple[int, str]
) -> None:
    async with player() as listener:
        offer = listener.offer.replace(old, new)
        async with edge.http.post("/whep/talk/es", data=offer, headers=SDP) as reply:
            assert await error(reply) == expected
    assert (edge.whep.session_count, len(edge.egress)) == (0, 0)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD"])
async def test_other_methods_on_the_endpoint(edge: Edge, method: str) -> None:
    async with edge.http.request(method, "/whep/talk/es") as reply:
        assert reply.status == 405
        assert reply.headers["Allow"] == "OPTIONS, POST"


async def test_trickle(edge: Edge) -> None:
    async with player() as listener:
        offer, fragment = trickled(listener.offer)
        async with edge.http.post("/whep/talk/es", data=offer, headers=SDP) as reply:
            answer, etag = await reply.text(), reply.headers["ETag"]
            address = reply.headers["Location"]
        for body, headers in [
            (fragment, FRAGMENT),
            (fragment, {**FRAGMENT, "If-Match": "*"}),
            (fragment, {**FRAGMENT, "If-Match": etag}),
            ("a=candidate:1 1 udp 1 3f7c.local 9 typ host", FRAGMENT),
            ("a=end-of-candidates", FRAGMENT),
        ]:
            async with edge.http.patch(address, data=body, headers=headers) as reply:
                assert reply.status == 204
        for body, headers, expected in [
            (fragment, {**FRAGMENT, "If-Match": '"other"'}, (412, "session_changed")),
            (RESTART, {**FRAGMENT, "If-Match": "*"}, (422, "ice_restart_unsupported")),
            (fragment, SDP, (415, "wrong_content_type")),
            ("garbage", FRAGMENT, (400, "malformed_sdp")),
        ]:
            async with edge.http.patch(address, data=body, headers=headers) as reply:
                assert await error(reply) == expected
        async with edge.http.patch(f"{address}x", data=fragment, headers=FRAGMENT) as reply:
            assert await error(reply) == (404, "unknown_session")
        await listener.answered(answer)
        await listener.state("connected")


async def test_a_listener_that_loses_packets_hears_the_protected_variant(edge: Edge) -> None:
    async with player() as listener, edge.bus.subscribe(keys.status("talk")) as messages:
        address = await subscribed(edge.http, ES, listener)
        await listener.state("connected")
        peer = the_peer(edge)
        await until(lambda: peer.connected)
        plain = peer.fanout
        peer.lost = 0.1
        async with asyncio.timeout(20):
            async for message in messages:
                status = json.loads(message.payload)
                if status["kind"] == "edge" and status["listeners"].get("es+fec") == 1:
                    break
        assert peer.fanout is plain, "until the protected one flows"
        async with talking(edge, {"es+fec": SPANISH}):
            await listener.hear(3)
        assert peer.fanout is not plain
        assert edge.rooms.counts().listeners["talk", "es"] == 0
        await switched(edge.http, address, "ar")
        assert edge.rooms.counts().listeners["talk", "es+fec"] == 0
    assert worst_r(listener.heard[-48_000:], SPANISH) > 0.9


async def test_a_listener_of_a_low_rate_variant_is_not_protected(edge: Edge) -> None:
    async with player() as listener:
        await subscribed(edge.http, "/whep/talk/es+low", listener)
        await listener.state("connected")
        peer = the_peer(edge)
        await until(lambda: peer.connected)
        low, peer.lost = peer.fanout, 0.1
        async with talking(edge, {"es+low": SPANISH}):
            await listener.hear(2 * LOSS_CHECK_S)
        assert peer.fanout is low
        assert counted(edge) == {"es+low": 1}


@pytest.mark.parametrize("channel", ["es", "es+floor", "floor"])
async def test_a_listener_is_protected_while_the_network_loses_packets(
    edge: Edge, channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loss is read from the player's own reports."""
    monkeypatch.setattr(loss_protection, "CALM_S", 0.5)
    variants = {channel: SPANISH, f"{channel}+fec": SPANISH}
    async with LossyRelay.to(edge.egress.port) as relay, player() as listener:
        async with edge.http.post(f"/whep/talk/{channel}", data=listener.offer, headers=SDP) as it:
            await listener.answered(relay.answer(await it.text()))
        async with talking(edge, variants):
            await listener.hear(1)
            plain = the_peer(edge).fanout
            relay.loses = every(5)
            await until(lambda: the_peer(edge).fanout is not plain)
            assert counted(edge) == {f"{channel}+fec": 1}
            relay.loses = nothing
            await until(lambda: the_peer(edge).fanout is plain)
            assert counted(edge) == {channel: 1}
            await listener.hear(2)
    assert relay.lost
    assert worst_r(listener.heard[-24_000:], SPANISH) > 0.9


async def test_a_listener_without_loss_waits_for_the_plain_variant_to_flow(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loss_protection, "CALM_S", 0.5)
    async with player() as listener:
        await subscribed(edge.http, "/whep/talk/es+floor", listener)
        await listener.state("connected")
        peer = the_peer(edge)
        await until(lambda: peer.connected)
        plain, peer.lost = peer.fanout, 0.1
        async with talking(edge, {"es+floor+fec": SPANISH}):
            await until(lambda: peer.fanout is not plain)
            await listener.hear(1)
            await until(lambda: counted(edge) == {"es+floor": 1, "es+floor+fec": 1})
            await listener.hear(1)
            assert peer.fanout is not plain, "until the plain one flows"
            async with talking(edge, {"es+floor": SPANISH}):
                await until(lambda: peer.fanout is plain)
        assert counted(edge) == {"es+floor": 1}


def test_all_but_low_rate_variants_can_be_protected() -> None:
    can_be = ["es", "es+floor", "floor", "es+evenfloor", "floor+full"]
    assert all(can_be_protected(channel) for channel in can_be)
    assert not any(can_be_protected(f"{channel}+low") for channel in ("es", "es+floor", "floor"))


def test_protection_ends_when_reports_are_good_for_a_while() -> None:
    clock, monitor = FakeClock(), LossMonitor()
    assert not monitor.update(0.0, clock)
    assert monitor.update(LOSSY, clock)
    assert monitor.protected
    assert [monitor.variant_of(each) for each in ("es", "es+floor")] == ["es+fec", "es+floor+fec"]
    clock.seconds += CALM_S - 1
    assert not monitor.update(0.0, clock)
    clock.seconds += 2
    assert monitor.update(0.0, clock)
    assert [monitor.variant_of(each) for each in ("es+floor", "floor+full")] == [
        "es+floor",
        "floor+full",
    ]
