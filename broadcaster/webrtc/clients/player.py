"""A WHEP client that counts packets without decoding, so that one core runs hundreds."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver
from aiortc.rtp import RtpPacket

from broadcaster.webrtc.clients.http_session import negotiated


@asynccontextmanager
async def playing(
    http: aiohttp.ClientSession,
    url: str,
    heard: Callable[[int, int], None],
    *,
    loopback: bool,
) -> AsyncIterator[asyncio.Event]:
    """Play as long as the context is open.

    Args:
        http: HTTP client.
        url: WHEP endpoint.
        heard: called with the sequence number and the payload's bytes of each RTP packet.
        loopback: offer 127.0.0.1 as well, for a server on this machine.

    Yields:
        An event that is set when the connection ends by itself.

    Raises:
        ServerRefused: the server's own status, error id and hint.
        TimeoutError: no connection in time.
        aiohttp.ClientError: the server cannot be reached.
    """
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    receiver = connection.addTransceiver("audio", direction="recvonly").receiver
    _take_packets(receiver, heard)
    ended = asyncio.Event()

    @connection.on("connectionstatechange")
    def _changed() -> None:
        if connection.connectionState in {"failed", "closed"}:
            ended.set()

    async with negotiated(http, url, connection, {}, loopback=loopback):
        yield ended


def _take_packets(receiver: RTCRtpReceiver, heard: Callable[[int, int], None]) -> None:
    """Replace what aiortc does with a packet: jitter buffer, decoder thread, loss reports.

    It is done for every packet of hundreds of listeners and costs far more than counting.
    """

    async def take(packet: RtpPacket, arrival_time_ms: int) -> None:  # noqa: ARG001
        heard(packet.sequence_number, len(packet.payload))

    assert hasattr(receiver, "_handle_rtp_packet"), "pyproject.toml pins the aiortc that has it"
    receiver._handle_rtp_packet = take  # type: ignore[method-assign]  # noqa: SLF001
