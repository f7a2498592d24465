"""Packets of 20, 40 and 60 ms: the edge reads the length of each packet from the packet."""

import asyncio
from itertools import pairwise

import aiohttp
import pytest
from aiortc.rtp import RtpPacket

from broadcaster.edge.websocket.outlet import BACKLOG_MS, WebSocketOutlet
from broadcaster.model.audio import AudioFrame, ms_to_samples, opus_samples
from tests.edge.conftest import Edge
from tests.edge.talk import ARABIC, SPANISH, talking, worst_r
from tests.support.player import Player, player, subscribed, switched

pytestmark = pytest.mark.usefixtures("loopback")
PROTOCOL = "broadcaster.audio.v1"
ES = "/whep/talk/es"
DEADLINE_S = 30.0
TICKS_PER_SAMPLE = 2

LENGTHS = pytest.mark.parametrize("frame_ms", [20, 40, 60])


async def frames(ws: aiohttp.ClientWebSocketResponse, count: int) -> list[AudioFrame]:
    assert (await ws.receive_json(timeout=DEADLINE_S))["type"] == "hello"
    received = [await ws.receive_bytes(timeout=DEADLINE_S) for _ in range(count)]
    return [AudioFrame.from_bytes(message) for message in received]


@LENGTHS
async def test_a_late_listener_gets_a_backlog_of_the_same_length_with_any_packets(
    edge: Edge, frame_ms: int
) -> None:
    async with (
        talking(edge, {"es": SPANISH}, ms_to_samples(frame_ms)),
        edge.http.ws_connect("/e/talk/audio/es", protocols=[PROTOCOL]) as first,
    ):
        heard = await frames(first, 1_200 // frame_ms)
        assert {opus_samples(frame.payload) for frame in heard} == {ms_to_samples(frame_ms)}
        steps = {later.position - earlier.position for earlier, later in pairwise(heard)}
        assert steps == {ms_to_samples(frame_ms)}
        hub = (await edge.rooms.open("talk")).audio("es")
        outlet = hub.outlet(WebSocketOutlet, WebSocketOutlet)
        newest = outlet._recent.newest(ms_to_samples(BACKLOG_MS))
        assert len(newest) == BACKLOG_MS // frame_ms


def rtp_of(listener: Player) -> list[RtpPacket]:
    """All packets that a player gets from now on; it still plays them."""
    [receiver] = listener.connection.getReceivers()
    play, packets = receiver._handle_rtp_packet, list[RtpPacket]()

    async def take(packet: RtpPacket, arrival_time_ms: int) -> None:
        packets.append(packet)
        await play(packet, arrival_time_ms)

    receiver._handle_rtp_packet = take  # type: ignore[method-assign]
    return packets


def steps(packets: list[RtpPacket]) -> list[int]:
    """The steps of RTP time, after checking that no packet is missing."""
    for earlier, later in pairwise(packets):
        assert (later.sequence_number - earlier.sequence_number) % (1 << 16) == 1
    times = [packet.timestamp for packet in packets]
    return [(later - earlier) % (1 << 32) for earlier, later in pairwise(times)]


@LENGTHS
async def test_rtp_time_advances_by_what_a_packet_holds(edge: Edge, frame_ms: int) -> None:
    async with talking(edge, frame_samples=ms_to_samples(frame_ms)), player() as listener:
        packets = rtp_of(listener)
        await subscribed(edge.http, ES, listener)
        await listener.hear(3)
    assert set(steps(packets)) == {48 * frame_ms}
    assert worst_r(listener.heard, SPANISH) > 0.9


async def test_channels_of_two_lengths_make_one_stream(edge: Edge) -> None:
    async with (
        talking(edge, {"es": SPANISH}, ms_to_samples(60)),
        talking(edge, {"ar": ARABIC}, ms_to_samples(20)),
        player() as listener,
    ):
        packets = rtp_of(listener)
        address = await subscribed(edge.http, ES, listener)
        await listener.hear(2)
        await switched(edge.http, address, "ar")
        before = len(listener.heard)
        await listener.hear(3)
    lengths = [opus_samples(packet.payload) * TICKS_PER_SAMPLE for packet in packets]
    assert set(lengths) == {2_880, 960}
    assert steps(packets) == lengths[:-1]
    assert worst_r(listener.heard[before + 12_000 :], ARABIC) > 0.9


async def test_packets_without_a_length_are_passed_on_and_do_no_harm(edge: Edge) -> None:
    async with (
        edge.http.ws_connect("/e/talk/audio/es", protocols=[PROTOCOL]) as ws,
        edge.http.get("/listen/talk/es.ogg") as played,
    ):
        await ws.receive_json(timeout=DEADLINE_S)
        await played.content.readexactly(1)
        said = [edge.say("es", payload) for payload in (b"", b"\x4b", b"\x5b\x03")]
        said += [edge.say("es") for _ in range(3)]
        assert [await ws.receive_bytes(timeout=DEADLINE_S) for _ in said] == said
        hub = (await edge.rooms.open("talk")).audio("es")
        outlet = hub.outlet(WebSocketOutlet, WebSocketOutlet)
        assert len(outlet._recent.pieces()) == 3
        async with asyncio.timeout(DEADLINE_S):
            await played.content.readexactly(10_000)
