"""A WebRTC player for tests: an aiortc peer that keeps what it hears."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import av
import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from broadcaster.webrtc.ice import offering_loopback
from tests.support.deadline import deadline
from tests.support.sound import Samples, resampled

RTP_HZ = 48_000
SDP = {"Content-Type": "application/sdp"}


@dataclass
class Player:
    """A connection that wants one audio track."""

    connection: RTCPeerConnection
    blocks: list[Samples] = field(default_factory=list)

    @property
    def offer(self) -> str:
        sdp: str = self.connection.localDescription.sdp
        return sdp

    @property
    def heard(self) -> Samples:
        """The heard sound, at the tests' sample rate."""
        return resampled(np.concatenate([np.zeros(1), *self.blocks]), RTP_HZ)

    @property
    def _samples(self) -> int:
        return sum(len(block) for block in self.blocks)

    async def answered(self, sdp: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    async def state(self, wanted: str) -> None:
        async with deadline():
            while self.connection.connectionState != wanted:
                await asyncio.sleep(0.01)

    async def hear(self, seconds: float) -> None:
        """Wait until this much more was heard."""
        wanted = self._samples + seconds * RTP_HZ
        async with deadline():
            while self._samples < wanted:
                await asyncio.sleep(0.01)

    async def _record(self) -> None:
        [receiver] = self.connection.getReceivers()
        try:
            while True:
                frame = await receiver.track.recv()
                assert isinstance(frame, av.AudioFrame)
                self.blocks.append(frame.to_ndarray()[0, ::2].astype(np.float64))
        except MediaStreamError:
            return


async def subscribed(http: aiohttp.ClientSession, url: str, listener: Player) -> str:
    """POST a player's offer and give it the answer; returns the session's address."""
    async with http.post(url, data=listener.offer, headers=SDP) as reply:
        answer = await reply.text()
        assert reply.status == 201, answer
        await listener.answered(answer)
        return reply.headers["Location"]


async def switched(http: aiohttp.ClientSession, address: str, channel: str) -> None:
    """Have a session play another channel."""
    async with http.post(address, json={"channel": channel}) as reply:
        assert reply.status == 204


@asynccontextmanager
async def player() -> AsyncIterator[Player]:
    """A player with its offer made."""
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTransceiver("audio", direction="recvonly")
    with offering_loopback(enabled=True):
        await connection.setLocalDescription(await connection.createOffer())
    listening = Player(connection)
    recording: list[asyncio.Task[None]] = []

    @connection.on("track")
    def _on_track(_: object) -> None:
        recording.append(asyncio.create_task(listening._record(), name="player"))

    try:
        yield listening
    finally:
        await connection.close()
        for task in recording:
            task.cancel()
        await asyncio.gather(*recording, return_exceptions=True)
        for transport in {receiver.transport for receiver in connection.getReceivers()}:
            await transport.transport.stop()
