"""One publisher's connection: takes its offer, gives its sound as mono.

A publisher is there as long as it answers ICE checks (consent, RFC 7675), whether or not it sends
sound: many clients send nothing while they are muted.

Its packets come in real time, and `aiortc` times its own handshakes by the event loop. So all
deadlines here are the loop's, and no clock is injected.
"""

import asyncio
import functools
import logging
import secrets
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from enum import StrEnum

import aiortc.rtp
from aiortc import (
    RTCConfiguration,
    RTCDtlsTransport,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.rtp import RtpPacket
from aiortc.sdp import candidate_from_sdp

from broadcaster.audio.stereo.downmix import StereoDownmix
from broadcaster.errors import ClosedWhileOpening, NegotiationTimedOut
from broadcaster.webrtc.ice import IceServer, offering_loopback
from broadcaster.webrtc.incoming_sound import IncomingSound, PcmChunk
from broadcaster.webrtc.packet_order import WAIT_S, ReceivedPacket
from broadcaster.webrtc.sdp import MAX_CANDIDATES, STEREO_OPUS_FMTP, IceFragment, Offer

log = logging.getLogger(__name__)

MAX_WAITING_CHUNKS = 100
"""Chunks (usually 20 ms) that wait for the reader; beyond it the oldest is dropped."""
STALLED_AFTER_S = 1.0
"""A publisher whose last sound is older than this is stalled, or its packets do not decode."""
_TICK_S = WAIT_S / 4

# `aiortc` answers with 96 to an offer of Opus on 35 to 63, which are as good (RFC 3551 section 3).
aiortc.rtp.DYNAMIC_PAYLOAD_TYPES = range(35, 128)


class PeerState(StrEnum):
    """State of a publisher's connection."""

    NEW = "new"
    CONNECTING = "connecting"
    LIVE = "live"
    STALLED = "stalled"
    """Connected and silent: it sends nothing, or packets without sound."""
    UNDECODABLE = "undecodable"
    """Connected, and none of the packets it sends can be decoded."""
    ENDED = "ended"


class IngestEndReason(StrEnum):
    """The reason why a publisher's connection ended."""

    CLOSED = "closed"
    """Our side closed it."""
    HUNG_UP = "hung_up"
    """The publisher closed it."""
    NEVER_CONNECTED = "never_connected"
    """It did not connect within `IngestSettings.connect_s` of the answer."""
    CONSENT_EXPIRED = "consent_expired"
    """It was connected and stopped answering ICE checks about 30 s ago: it vanished."""
    CONNECTION_FAILED = "connection_failed"
    """ICE or DTLS failed before it was connected."""


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """The settings of publishers' connections, and their deadlines.

    Attributes:
        ice_servers: helpers for our own candidates; none are needed on a public address.
        loopback: offer 127.0.0.1 as well, for publishers on this machine.
        negotiate_s: until the answer is ready; a silent STUN or TURN server costs 5 s of it.
        connect_s: until ICE and DTLS are connected, from the answer on. Later only ICE
            consent ends a session: `aioice` asks every 5 s and gives up after 6 checks.
        close_s: for each step of an orderly close.
    """

    ice_servers: tuple[IceServer, ...] = ()
    loopback: bool = False
    negotiate_s: float = 10.0
    connect_s: float = 15.0
    close_s: float = 5.0


class IngestPeer:
    """A publisher: `accept` its offer, then read `frames` until they end.

    Its packets are received whether or not `frames` is read. It ends by itself when the publisher
    hangs up, the connection fails or it vanishes; `end_reason` then says why.

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
        self._watcher: asyncio.Task[None] | None = None
        self._closer: asyncio.Task[None] | None = None
        self._end_reason: IngestEndReason | None = None
        self._closed: asyncio.Future[IngestEndReason] = asyncio.get_running_loop().create_future()
        self._chunks: asyncio.Queue[PcmChunk | None] = asyncio.Queue(MAX_WAITING_CHUNKS)
        self._chunks_dropped = 0
        self._sound = IncomingSound(self._offer_chunk, asyncio.get_running_loop().time)
        self._candidates_left = MAX_CANDIDATES
        self._connected = False

    @property
    def state(self) -> PeerState:
        """The state now; only a `LIVE` publisher sends anything that could be lost."""
        if self._end_reason is not None:
            return PeerState.ENDED
        if self._negotiation is None:
            return PeerState.NEW
        if _is_recent(self._sound.last_decoded_s):
            return PeerState.LIVE
        if _is_recent(self._sound.last_undecodable_s):
            return PeerState.UNDECODABLE
        return PeerState.STALLED if self._connected else PeerState.CONNECTING

    @property
    def end_reason(self) -> IngestEndReason | None:
        """The reason why it ended; None while it is open."""
        return self._end_reason

    @property
    def frames_lost(self) -> int:
        """20 ms frames that never came, cannot be decoded or were not read in time."""
        return self._sound.frames_lost + self._chunks_dropped

    @property
    def downmix(self) -> StereoDownmix:
        """Makes one channel of the publisher's two."""
        return self._sound.downmix

    @property
    def pauses(self) -> bool:
        """Whether the publisher pauses (DTX), so that nothing is lost, if nothing comes now."""
        return self._sound.pauses

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
        [receiver] = connection.getReceivers()
        _take_packets(receiver, self._take_packet)
        receiver.transport.on(
            "statechange", functools.partial(self._on_dtls_state, receiver.transport)
        )
        with offering_loopback(enabled=self._settings.loopback):
            await connection.setLocalDescription(await connection.createAnswer())
        self._watcher = asyncio.create_task(self._watch(), name=f"ingest-watch-{self._label}")
        return offer.answer(connection.localDescription.sdp, STEREO_OPUS_FMTP)

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
            case "connected":
                self._connected = True
            case "failed":
                self._finish(IngestEndReason.CONNECTION_FAILED)
            case "closed":
                self._finish(IngestEndReason.HUNG_UP)

    def _on_dtls_state(self, transport: RTCDtlsTransport) -> None:
        ice = transport.transport._connection  # noqa: SLF001
        # A goodbye comes over ICE that is open; `aioice` closes it when consent expires.
        if transport.state == "closed" and ice._closing:  # noqa: SLF001
            self._finish(IngestEndReason.CONSENT_EXPIRED)

    def _take_packet(self, packet: RtpPacket) -> None:
        if self._end_reason is None:
            received = ReceivedPacket(packet.sequence_number, packet.timestamp, packet.payload)
            self._sound.push_packet(packet.ssrc, received)

    async def _watch(self) -> None:
        clock = asyncio.get_running_loop().time
        connected_by = clock() + self._settings.connect_s
        while self._connected or clock() < connected_by:
            await asyncio.sleep(_TICK_S)
            self._sound.pass_time()
        self._finish(IngestEndReason.NEVER_CONNECTED)

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
            if self._watcher is not None:
                self._watcher.cancel()
                await asyncio.wait({self._watcher}, timeout=self._settings.close_s)
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


def _is_recent(moment_s: float | None) -> bool:
    return moment_s is not None and asyncio.get_running_loop().time() - moment_s < STALLED_AFTER_S


def _take_packets(receiver: RTCRtpReceiver, take_packet: Callable[[RtpPacket], None]) -> None:
    """Have each packet passed on as it comes, instead of decoded by `aiortc`.

    `aiortc` decodes in a thread per receiver, which one empty packet puts into an end state, and it
    passes on no sequence numbers, without which a pause looks like loss. It still counts the
    packets for its receiver reports.
    """
    count_packet = receiver._handle_rtp_packet  # noqa: SLF001
    decoder_stopped = False

    async def take(packet: RtpPacket, arrival_time_ms: int) -> None:
        nonlocal decoder_stopped
        if not decoder_stopped:
            decoder_stopped = True
            receiver._handle_disconnect()  # noqa: SLF001
        await count_packet(packet, arrival_time_ms)
        take_packet(packet)

    assert hasattr(receiver, "_handle_disconnect"), "pyproject.toml pins the aiortc that has it"
    receiver._handle_rtp_packet = take  # type: ignore[method-assign]  # noqa: SLF001


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
