"""Support for tests of publishers: a sound that is easy to recognise, and clients that send it."""

import asyncio
import fractions
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import numpy as np
from aiohttp import web
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from av import AudioFrame
from numpy.typing import NDArray

from broadcaster.errors import FloorTaken
from broadcaster.floor.whip import WhipEndpoint
from broadcaster.model.event import Event, EventState
from broadcaster.model.inputs.microphones import Microphone
from broadcaster.model.inputs.rules import InputRole
from broadcaster.web.errors import Refused
from broadcaster.webrtc.ice import offering_loopback
from broadcaster.webrtc.incoming_sound import PcmChunk
from broadcaster.webrtc.ingest import IngestPeer, IngestSettings, PeerState
from tests.support.deadline import deadline

STAGE_KEY = "stage-key-of-the-tests"
EVENT = Event("demo", "Demo", EventState.LIVE, (), STAGE_KEY)
CLOSED_EVENT = Event("over", "Over", EventState.CLOSED, (), STAGE_KEY)
AUTHORIZATION = {"Authorization": f"Bearer {STAGE_KEY}"}
SDP = {**AUTHORIZATION, "Content-Type": "application/sdp"}

Samples = NDArray[np.int16]


def voice(seconds: float, rate_hz: int = 48_000) -> Samples:
    """A gliding voice-like sound, never twice the same, above what speech codecs filter out."""
    time_s = np.arange(int(seconds * rate_hz)) / rate_hz
    pitch_hz = 400 + 100 * np.sin(2 * np.pi * 0.37 * time_s) + 30 * np.sin(2 * np.pi * 1.1 * time_s)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / rate_hz
    harmonics = sum(np.sin(n * phase) / n for n in range(1, 6))
    loudness = 0.6 + 0.4 * np.sin(2 * np.pi * 2.3 * time_s)
    return np.asarray(6000 * loudness * harmonics, dtype=np.int16)


def worst_match(heard: Samples, source: Samples, rate_hz: int = 24_000) -> float:
    """Lowest correlation over the one-second windows of `heard`, each found where it fits best."""
    # Encoders put a few milliseconds of their own before the first sample.
    reference = np.concatenate([np.zeros(rate_hz), source.astype(np.float64)])
    spectrum_size = 1 << (len(reference) + rate_hz).bit_length()
    energy = np.concatenate([[0.0], np.cumsum(reference**2)])
    spectrum = np.fft.rfft(reference, spectrum_size)
    worst = 1.0
    for start in range(0, len(heard) - rate_hz + 1, rate_hz):
        window = heard[start : start + rate_hz].astype(np.float64)
        products = np.fft.irfft(
            spectrum * np.conj(np.fft.rfft(window, spectrum_size)), spectrum_size
        )[: len(source)]
        norms = np.sqrt((energy[rate_hz:-1] - energy[: len(products)]) * np.sum(window**2))
        worst = min(worst, float(np.max(products / np.maximum(norms, 1.0))))
    return worst


class VoiceTrack(MediaStreamTrack):
    """Sends samples in real time; after the last one it falls silent without saying so."""

    kind = "audio"

    def __init__(self, samples: Samples) -> None:
        super().__init__()
        self._samples = samples
        self._position = 0
        self._started_at: float | None = None

    async def recv(self) -> AudioFrame:
        loop = asyncio.get_running_loop()
        if self._started_at is None:
            self._started_at = loop.time()
        await asyncio.sleep(self._started_at + self._position / 48_000 - loop.time())
        piece = self._samples[self._position : self._position + 960]
        if len(piece) < 960:
            await loop.create_future()
        frame = AudioFrame.from_ndarray(piece.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 48_000
        frame.pts = self._position
        frame.time_base = fractions.Fraction(1, 48_000)
        self._position += 960
        return frame


class MutableTrack(VoiceTrack):
    """Sends nothing while it is muted, and does not count the time."""

    def __init__(self, samples: Samples) -> None:
        super().__init__(samples)
        self.sends = asyncio.Event()
        self.sends.set()

    async def recv(self) -> AudioFrame:
        frame = await super().recv()
        if not self.sends.is_set():
            await self.sends.wait()
            self._started_at = asyncio.get_running_loop().time() - self._position / 48_000
        return frame


@asynccontextmanager
async def client(
    samples: Samples | MediaStreamTrack | None = None,
) -> AsyncIterator[RTCPeerConnection]:
    """A WebRTC client that sends `samples`, with its offer made; closed without a trace."""
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        if not isinstance(samples, MediaStreamTrack):
            samples = VoiceTrack(voice(30) if samples is None else samples)
        connection.addTrack(samples)
        with offering_loopback(enabled=True):
            await connection.setLocalDescription(await connection.createOffer())
        yield connection
    finally:
        await connection.close()
        async with deadline(5):
            while any(_connects(task, connection) for task in asyncio.all_tasks()):
                await asyncio.sleep(0.01)
        for sender in connection.getSenders():
            await sender.transport.transport.stop()


def _connects(task: asyncio.Task[object], connection: RTCPeerConnection) -> bool:
    frame = getattr(task.get_coro(), "cr_frame", None)
    return frame is not None and frame.f_locals.get("self") is connection


async def answered(connection: RTCPeerConnection, answer: str) -> None:
    """Give the client its answer."""
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))


async def heard(peer: IngestPeer, seconds: float) -> Samples:
    """The next `seconds` of a publisher, gaps filled with silence; less when it ends."""
    chunks: list[PcmChunk] = []
    async with deadline(seconds + 20):
        async for chunk in peer.frames():
            chunks.append(chunk)
            if chunk.rtp_time - chunks[0].rtp_time >= seconds * 48_000:
                break
    return joined(chunks)


def joined(chunks: list[PcmChunk]) -> Samples:
    """Chunks on one line, gaps filled with silence."""
    if not chunks:
        return np.zeros(0, np.int16)
    origin = chunks[0].rtp_time
    length = (chunks[-1].rtp_time - origin) // 2 + len(chunks[-1].samples) // 2
    line = np.zeros(length, np.int16)
    for chunk in chunks:
        start = (chunk.rtp_time - origin) // 2
        piece = np.frombuffer(chunk.samples, np.int16)
        line[start : start + len(piece)] = piece
    return line


@web.middleware
async def refusals_as_json(
    request: web.Request,
    handler: "web.Handler",  # type: ignore[name-defined]
) -> web.StreamResponse:
    """Answers a refusal as the application's own middleware does."""
    try:
        response: web.StreamResponse = await handler(request)
    except Refused as refused:
        return web.json_response(refused.body(), status=refused.status, headers=refused.headers)
    return response


@dataclass
class OneSpeaker:
    """A floor for one publisher per event, as the stage keeps it."""

    peers: dict[str, IngestPeer] = field(default_factory=dict)
    arrivals: asyncio.Queue[IngestPeer] = field(default_factory=asyncio.Queue)

    def refuse_if_taken(
        self,
        event: Event,
        role: InputRole = InputRole.MAIN,
        microphone: Microphone | None = None,
    ) -> None:
        assert role is InputRole.MAIN
        assert microphone is None
        present = self.peers.get(event.id)
        if present is not None and present.state is PeerState.LIVE:
            raise FloorTaken("taken", "Take over.")

    async def publish(
        self,
        event: Event,
        peer: IngestPeer,
        *,
        takeover: bool,
        role: InputRole = InputRole.MAIN,
        microphone: Microphone | None = None,
    ) -> None:
        if not takeover:
            self.refuse_if_taken(event, role, microphone)
        replaced = self.peers.get(event.id)
        self.peers[event.id] = peer
        self.arrivals.put_nowait(peer)
        if replaced is not None:
            await replaced.close()


async def find_event(event_id: str, /) -> Event | None:
    return {event.id: event for event in (EVENT, CLOSED_EVENT)}.get(event_id)


@dataclass(frozen=True)
class Stage:
    """A running WHIP endpoint and a client session to talk to it."""

    http: aiohttp.ClientSession
    endpoint: WhipEndpoint
    floor: OneSpeaker
    url: str

    async def published(self, connection: RTCPeerConnection, query: str = "") -> str:
        """POST the client's offer and give it the answer; returns the session's address."""
        offer = connection.localDescription.sdp
        async with self.http.post(f"{self.url}/whip/demo{query}", data=offer, headers=SDP) as reply:
            text = await reply.text()
            assert reply.status == 201, text
            await answered(connection, text)
            return self.url + reply.headers["Location"]

    async def arrival(self) -> IngestPeer:
        """The next publisher."""
        async with deadline():
            return await self.floor.arrivals.get()


@asynccontextmanager
async def stage(settings: IngestSettings) -> AsyncIterator[Stage]:
    """A WHIP endpoint on loopback, all of it released at the end."""
    floor = OneSpeaker()
    endpoint = WhipEndpoint(find_event, floor, settings)
    app = web.Application(middlewares=[refusals_as_json])
    app.add_routes(endpoint.routes())
    runner = web.AppRunner(app, lingering_time=0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0]
        async with aiohttp.ClientSession() as http:
            yield Stage(http, endpoint, floor, f"http://{host}:{port}")
    finally:
        await endpoint.close()
        await runner.cleanup()
