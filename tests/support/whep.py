"""A WHEP server of the simplest kind: stock aiortc, one track of ready Opus packets per session."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from fractions import Fraction
from typing import Any

from aiohttp import web
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from av import Packet

from broadcaster.webrtc.ice import offering_loopback

PACKET_S = 0.06
RTP_HZ = 48_000
PACKET_TICKS = 2_880


class PacketTrack(MediaStreamTrack):
    """Sends Opus packets of 60 ms unchanged, in real time, again and again."""

    kind = "audio"

    def __init__(self, packets: Sequence[bytes]) -> None:
        super().__init__()
        self.packets = packets
        self._began: float | None = None
        self._number = 0

    async def recv(self) -> "Packet[Any]":
        now = asyncio.get_running_loop().time()
        self._began = self._began or now
        await asyncio.sleep(max(0.0, self._began + self._number * PACKET_S - now))
        packet = Packet(self.packets[self._number % len(self.packets)])
        packet.pts = packet.dts = self._number * PACKET_TICKS
        packet.time_base = Fraction(1, RTP_HZ)
        self._number += 1
        return packet


class WhepServer:
    """Answers offers for the channels it has.

    Args:
        channels: the packets of each.
    """

    def __init__(self, channels: Mapping[str, Sequence[bytes]]) -> None:
        self._channels = channels
        self.sessions: dict[str, RTCPeerConnection] = {}
        self.full = False
        """Whether it turns everybody away for now."""
        self.changes_channel = False
        """Whether a session can be told to play another channel."""
        self.refused = 0
        self.deleted = 0

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/whep/{event}/{channel}", self.make),
            web.post("/whep/sessions/{id}/its", self.change),
            web.delete("/whep/sessions/{id}/its", self.delete),
        ]

    async def make(self, request: web.Request) -> web.Response:
        if self.full:
            self.refused += 1
            body = {"error": "full", "message": "many join at once", "hint": "Wait."}
            return web.json_response(body, status=503, headers={"Retry-After": "1"})
        # What aiortc cannot use: names that take a second to look up, and an end it trips over.
        offer = re.sub(r"a=candidate:\S+ \d udp [^\r]*\.local [^\r]*\r\n", "", await request.text())
        offer = offer.replace("a=end-of-candidates\r\n", "")
        offer = offer.replace("a=setup:actpass", "a=setup:active")
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        peer.addTrack(PacketTrack(self._channels[request.match_info["channel"]]))
        await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        with offering_loopback(enabled=True):
            await peer.setLocalDescription(await peer.createAnswer())
        name = str(len(self.sessions))
        self.sessions[name] = peer
        headers = {"Location": f"/whep/sessions/{name}/its", "ETag": '"1"'}
        return web.Response(
            status=201,
            text=peer.localDescription.sdp,
            content_type="application/sdp",
            headers=headers,
        )

    async def change(self, request: web.Request) -> web.Response:
        if not self.changes_channel:
            raise web.HTTPNotFound
        channel = (await request.json())["channel"]
        for sender in self.sessions[request.match_info["id"]].getSenders():
            assert isinstance(sender.track, PacketTrack)
            sender.track.packets = self._channels[channel]
        return web.Response(status=204)

    async def delete(self, request: web.Request) -> web.Response:
        self.deleted += 1
        await self.sessions[request.match_info["id"]].close()
        return web.Response()

    async def close(self) -> None:
        for peer in self.sessions.values():
            await peer.close()


@asynccontextmanager
async def whep_server(channels: Mapping[str, Sequence[bytes]]) -> AsyncIterator[WhepServer]:
    """A server whose sessions end with the context."""
    server = WhepServer(channels)
    try:
        yield server
    finally:
        await server.close()
