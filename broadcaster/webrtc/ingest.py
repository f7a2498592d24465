"""One publisher's connection: takes its offer, gives its sound as 24 kHz mono.

Its packets come in real time, and `aiortc` times its own handshakes by the event loop. So all
deadlines here are the loop's, and no clock is injected.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.sdp import candidate_from_sdp

from broadcaster.audio.pcm import PcmResampler
from broadcaster.errors import ClosedWhileOpening, NegotiationTimedOut
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES
from broadcaster.webrtc.ice import IceServer, offering_loopback
from broadcaster.webrtc.rtp_clock import RTP_HZ, RtpClock
from broadcaster.webrtc.sdp import MAX_CANDIDATES, IceFragment, Offer

log = logging.getLogger(__name__)

MAX_WAITING_CHUNKS = 100
"""Chunks (usually 20 ms) that wait for the reader; beyond it the oldest is dropped."""
STALLED_AFTER_S = 1.0
"""A publisher that has sent nothing for this long is stalled."""
_FRAME_TICKS = RTP_HZ // 50


class PeerState(StrEnum):
    """State of a publisher's connection."""

    NEW = "new"
    CONNECTING = "connecting"
    LIVE = "live"
    STALLED = "stalled"
    ENDED = "ended"


class IngestEndReason(StrEnum):
    """The reason why a publisher's connection ended."""

    CLOSED = "closed"
    """Our side closed it."""
    HUNG_UP = "hung_up"
    """The publisher closed it."""
    NO_MEDIA = "no_media"
    """No sound came within `IngestSettings.first_media_s` of the answer."""
    MEDIA_STOPPED = "media_stopped"
    """No packet came for `IngestSettings.media_gap_s`: the publisher vanished."""
    CONNECTION_FAILED = "connection_failed"
    """ICE or DTLS failed."""


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """The settings of publishers' connections, and their deadlines.

    Attributes:
        ice_servers: helpers for our own candidates; none are needed on a public address.
        loopback: offer 127.0.0.1 as well, for publishers on this machine.
        negotiate_s: until the answer is ready; a silent STUN or TURN server costs 5 s of it.
        first_media_s: until the first sound after the answer.
        media_gap_s: without a packet.
        close_s: for each step of an orderly close.
    """

    ice_servers: tuple[IceServer, ...] = ()
    loopback: bool = False
    negotiate_s: float = 10.0
    first_media_s: float = 15.0
    media_gap_s: float = 5.0
    close_s: float = 5.0


@dataclass(frozen=True, slots=True)
class PcmChunk:
    """A piece of decoded sound.

    Attributes:
        rtp_time: 48 kHz clock, 0 at the publisher's first sample, never runs backwards; lost
            packets leave a gap.
        samples: s16le mono 24 kHz.
    """

    rtp_time: int
    samples: bytes


class IngestPeer:
    """A publisher: `accept` its offer, then read `frames` until they end.

    Its packets are received whether or not `frames` is read. It ends by itself when the publisher
    hangs up, the connection fails or no packets come; `end_reason` then says why.

    Args:
        settings: deadlines and ICE servers.

    Attributes:
        id: unguessable, because a client that knows it may end this publisher. Not for logs.
    """

    def __init__(self, settings: IngestSettings) -> None:
        self.id = secrets.token_urlsafe(18)
        self._settings = settings
        self._connection: RTCPeerConnection | None = None
        self._negotiation: asyncio.Task[str] | None = None
        self._receiver: asyncio.Task[None] | None = None
        self._closer: asyncio.Task[None] | None = None
        self._end_reason: IngestEndReason | None = None
        self._closed: asyncio.Future[IngestEndReason] = asyncio.get_running_loop().create_future()
        self._chunks: asyncio.Queue[PcmChunk | None] = asyncio.Queue(MAX_WAITING_CHUNKS)
        self._chunks_dropped = 0
        self._rtp_clock = RtpClock()
        self._candidates_left = MAX_CANDIDATES
        self._last_media_at: float | None = None

    @property
    def state(self) -> PeerState:
        """The state now; a `STALLED` or `CONNECTING` publisher sends nothing that could be lost."""
        if self._end_reason is not None:
            return PeerState.ENDED
        if self._last_media_at is None:
            return PeerState.NEW if self._negotiation is None else PeerState.CONNECTING
        silent_s = asyncio.get_running_loop().time() - self._last_media_at
        return PeerState.LIVE if silent_s < STALLED_AFTER_S else PeerState.STALLED

    @property
    def end_reason(self) -> IngestEndReason | None:
        """The reason why it ended; None while it is open."""
        return self._end_reason

    @property
    def frames_lost(self) -> int:
        """20 ms frames that never came or were not read in time."""
        return self._rtp_clock.lost // _FRAME_TICKS + self._chunks_dropped

    async def wait_closed(self) -> IngestEndReason:
        """Return when it has ended and everything it held is released."""
        return await asyncio.shield(self._closed)

    def on_closed(self, callback: Callable[[], None]) -> None:
        """Have the event loop call back when it has ended and everything is released."""
        self._closed.add_done_callback(lambda _: callback())

    async def accept(self, offer: Offer) -> str:
        """Negotiate; can be called once.

        Returns:
            The SDP answer, with all our candidates.

        Raises:
            NegotiationTimedOut: our side was not ready in time. The peer is closed then.
            ClosedWhileOpening: it was closed before the answer was ready.
        """
        if self._negotiation is not None:
            raise RuntimeError("a peer accepts one offer")
        self._negotiation = asyncio.create_task(
            self._negotiate(offer), name=f"ingest-negotiate-{self._label}"
        )
        try:
            # Not cancelled: aioice leaks the sockets of a gathering that is cancelled.
            await asyncio.wait({self._negotiation}, timeout=self._settings.negotiate_s)
            return self._negotiated()
        except BaseException:
            self._finish(IngestEndReason.CLOSED)
            raise

    async def add_candidates(self, fragment: IceFragment) -> None:
        """Try more of the publisher's addresses; ignored once it has ended."""
        taken = fragment.candidates[: self._candidates_left]
        self._candidates_left -= len(taken)
        for candidate in taken:
            if self._connection is None or self._end_reason is not None:
                return
            parsed = candidate_from_sdp(candidate)
            parsed.sdpMLineIndex = 0
            await self._connection.addIceCandidate(parsed)

    async def frames(self) -> AsyncGenerator[PcmChunk, None]:
        """The sound until the publisher ends, for one reader."""
        while (chunk := await self._chunks.get()) is not None:
            yield chunk
        self._chunks.put_nowait(None)

    async def close(self, reason: IngestEndReason = IngestEndReason.CLOSED) -> None:
        """End it, if it has not ended; return when everything it held is released."""
        self._finish(reason)
        await self.wait_closed()

    @property
    def _label(self) -> str:
        return self.id[:6]

    async def _negotiate(self, offer: Offer) -> str:
        servers = [server.to_aiortc() for server in self._settings.ice_servers]
        connection = RTCPeerConnection(RTCConfiguration(iceServers=servers))
        self._connection = connection
        connection.on("connectionstatechange", self._on_connection_state)
        self._candidates_left -= len(offer.candidates)
        await connection.setRemoteDescription(
            RTCSessionDescription(offer.for_negotiation(), "offer")
        )
        with offering_loopback(enabled=self._settings.loopback):
            await connection.setLocalDescription(await connection.createAnswer())
        [receiver] = connection.getReceivers()
        self._receiver = asyncio.create_task(
            self._receive(receiver.track), name=f"ingest-receive-{self._label}"
        )
        return offer.answer(connection.localDescription.sdp)

    def _negotiated(self) -> str:
        assert self._negotiation is not None
        if self._end_reason is not None:
            raise ClosedWhileOpening
        if not self._negotiation.done():
            raise NegotiationTimedOut
        return self._negotiation.result()

    def _on_connection_state(self) -> None:
        assert self._connection is not None
        match self._connection.connectionState:
            case "failed":
                self._finish(IngestEndReason.CONNECTION_FAILED)
            case "closed":
                self._finish(IngestEndReason.HUNG_UP)

    async def _receive(self, track: MediaStreamTrack) -> None:
        clock = asyncio.get_running_loop().time
        resampler = PcmResampler()
        reason = IngestEndReason.CONNECTION_FAILED
        try:
            async with asyncio.timeout(self._settings.first_media_s) as deadline:
                while True:
                    frame: Any = await track.recv()
                    self._last_media_at = clock()
                    deadline.reschedule(self._last_media_at + self._settings.media_gap_s)
                    samples = resampler.convert(frame)
                    kept = len(samples) // SAMPLE_BYTES * (RTP_HZ // CLOCK_HZ)
                    rtp_time = self._rtp_clock.place(frame.pts, frame.samples, kept)
                    if samples:
                        self._offer_chunk(PcmChunk(rtp_time, samples))
        except MediaStreamError:
            reason = IngestEndReason.HUNG_UP
        except TimeoutError:
            heard = self._last_media_at is not None
            reason = IngestEndReason.MEDIA_STOPPED if heard else IngestEndReason.NO_MEDIA
        finally:
            self._finish(reason)

    def _offer_chunk(self, chunk: PcmChunk | None) -> None:
        if self._chunks.full():
            self._chunks.get_nowait()
            self._chunks_dropped += 1
        self._chunks.put_nowait(chunk)

    def _finish(self, reason: IngestEndReason) -> None:
        if self._end_reason is None:
            self._end_reason = reason
            self._closer = asyncio.create_task(
                self._release(reason), name=f"ingest-close-{self._label}"
            )

    async def _release(self, reason: IngestEndReason) -> None:
        try:
            if self._negotiation is not None:
                await asyncio.wait({self._negotiation}, timeout=self._settings.close_s)
            if self._receiver is not None:
                self._receiver.cancel()
                await asyncio.wait({self._receiver}, timeout=self._settings.close_s)
            if self._connection is not None:
                # A task of its own, because the deadline must not interrupt a close half-way.
                closing = asyncio.create_task(
                    _close(self._connection), name=f"ingest-hang-up-{self._label}"
                )
                await asyncio.wait({closing}, timeout=self._settings.close_s)
                if not closing.done():
                    log.warning("a publisher's connection did not close in time")
                    closing.cancel()
        finally:
            self._offer_chunk(None)
            self._closed.set_result(reason)
            log.info("publisher %s ended: %s", self._label, reason)


async def _close(connection: RTCPeerConnection) -> None:
    transports = [receiver.transport for receiver in connection.getReceivers()]
    started = [transport for transport in transports if transport.transport.state != "new"]
    changed = asyncio.Event()
    for transport in started:
        transport.on("statechange", changed.set)
    # In its own task: it joins the decoder's thread, which still has a packet or two to decode.
    await asyncio.create_task(connection.close(), name="ingest-aiortc-close")
    # close() does not wait for aiortc's own tasks; they end when DTLS reaches an end state.
    while any(transport.state not in {"closed", "failed"} for transport in started):
        changed.clear()
        await changed.wait()
    # A check that succeeds during close() starts aioice's consent task after that.
    for transport in started:
        await transport.transport.stop()
