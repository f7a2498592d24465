"""A WHIP client: publishes frames to any WHIP server, once, until the connection is lost."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial

import aiohttp
from aiortc import (
    RTCConfiguration,
    RTCPeerConnection,
    RTCRemoteInboundRtpStreamStats,
    RTCRtpSender,
)
from aiortc.mediastreams import MediaStreamTrack

from broadcaster.audio.pcm import AvFrame, Layout, to_frame
from broadcaster.model.audio import PCM_FRAME_SAMPLES
from broadcaster.webrtc.clients.frames import FrameSource, PacedFrames
from broadcaster.webrtc.clients.http_session import is_gone, negotiated

log = logging.getLogger(__name__)

_REPORTS_EVERY_S = 0.25
"""How often the server's receiver reports are looked at; it sends one about every second."""
OVERDUE_S = 1.75
"""A server whose report is out for this long is asked whether it still has the session. It sends
one every 1.5 s at least, but it may get lost."""
ASK_EVERY_S = 0.25
FIRST_REPORTS_S = 15.0
"""A server that has sent one report sends another within this time, or is gone."""
MUTE_S = 3.0
"""A server is gone when it sends no report for this long and for `MUTE_INTERVALS` of its own."""
MUTE_INTERVALS = 2.5


class FrameTrack(MediaStreamTrack):
    """An audio track of 20 ms frames."""

    kind = "audio"

    def __init__(self, source: FrameSource) -> None:
        super().__init__()
        self._source = source
        self._frames = 0

    async def recv(self) -> AvFrame:
        """The next frame, once it is due."""
        layout: Layout = "mono" if self._source.channels == 1 else "stereo"
        pts = self._frames * PCM_FRAME_SAMPLES
        frame = to_frame(await self._source.next_frame(), pts, layout)
        self._frames += 1
        return frame


class Publication:
    """A connection that has the floor.

    Attributes:
        ended: set when the source has no more frames.
        lost: set when the connection ended by itself.
        lost_orderly: whether the server closed it, as it does for another speaker.
        reason: why it was lost, the end of a sentence.
        round_trip_ms: of the last receiver report; None before the first.
    """

    def __init__(
        self,
        connection: RTCPeerConnection,
        sender: RTCRtpSender,
        track: MediaStreamTrack,
        source: FrameSource,
    ) -> None:
        self.ended = source.ended
        self.lost = asyncio.Event()
        self.lost_orderly = False
        self.reason = ""
        self.round_trip_ms: float | None = None
        self._connection = connection
        self._sender = sender
        self._source = source
        self._heard_at = time.monotonic()
        connection.on("connectionstatechange", self._connection_changed)
        track.on("ended", self._sender_stopped)

    async def watch(self) -> None:
        """Read the server's receiver reports until cancelled."""
        read_until: object = None
        reported_at: float | None = None
        longest_interval_s = 0.0
        while True:
            report = await self._last_report()
            now = time.monotonic()
            if report is not None and report.timestamp != read_until:
                if reported_at is not None:
                    longest_interval_s = max(longest_interval_s, now - reported_at)
                read_until, reported_at = report.timestamp, now
                self._heard_at = now
                round_trip_s = report.roundTripTime
                if round_trip_s is not None:
                    self.round_trip_ms = round(round_trip_s * 1000, 1)
                self._source.confirm(_REPORTS_EVERY_S + (round_trip_s or 0))
            patience_s = max(MUTE_S, MUTE_INTERVALS * longest_interval_s)
            if not longest_interval_s:
                patience_s = FIRST_REPORTS_S
            if reported_at is not None and now - reported_at > patience_s:
                self._lose("the server does not answer any more", orderly=False)
            await asyncio.sleep(_REPORTS_EVERY_S)

    async def ask(self, gone: Callable[[], Awaitable[bool]]) -> None:
        """Ask whether the session is gone while a report is overdue, until it is or cancelled."""
        while True:
            await asyncio.sleep(ASK_EVERY_S)
            if time.monotonic() - self._heard_at > OVERDUE_S and await gone():
                self._lose("the server has ended it or has stopped", orderly=False)
                return

    def watch_ended(self, watching: asyncio.Task[None]) -> None:
        """A connection that is not watched any more counts as lost."""
        if not watching.cancelled() and (error := watching.exception()) is not None:
            log.error("a connection could not be watched", exc_info=error)
            self._lose("it could not be watched", orderly=False)

    async def _last_report(self) -> RTCRemoteInboundRtpStreamStats | None:
        for stats in (await self._sender.getStats()).values():
            if isinstance(stats, RTCRemoteInboundRtpStreamStats):
                return stats
        return None

    def _connection_changed(self) -> None:
        match self._connection.connectionState:
            case "failed":
                self._lose("the connection failed", orderly=False)
            case "closed":
                self._lose("the server ended it", orderly=True)

    def _sender_stopped(self) -> None:
        """How aiortc ends with a connection that is closed, or after an error of its own."""
        if self._sender.transport.state == "closed":
            self._lose("the server ended it", orderly=True)
        else:
            self._lose("the sender stopped", orderly=False)

    def _lose(self, reason: str, *, orderly: bool) -> None:
        if not self.lost.is_set():
            if orderly:  # until then the server received what was sent
                self._source.confirm(_REPORTS_EVERY_S + (self.round_trip_ms or 0) / 1_000)
            self.reason, self.lost_orderly = reason, orderly
            self.lost.set()


@asynccontextmanager
async def publishing(
    http: aiohttp.ClientSession, url: str, key: str, source: FrameSource | Iterator[bytes]
) -> AsyncIterator[Publication]:
    """Publish as long as the context is open (RFC 9725: POST, then DELETE).

    Args:
        http: HTTP client.
        url: WHIP endpoint.
        key: its Bearer token.
        source: what to send; pieces of s16le mono 24 kHz are sent by the real clock.

    Yields:
        The connection; it may be lost at any time.

    Raises:
        ServerRefused: the server's own status, error id and hint.
        TimeoutError: no connection in time.
        aiohttp.ClientError: the server cannot be reached.
    """
    frames = PacedFrames(source) if isinstance(source, Iterator) else source
    frames.connected()
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    track = FrameTrack(frames)
    sender = connection.addTransceiver(track, direction="sendonly").sender
    publication = Publication(connection, sender, track, frames)
    headers = {"Authorization": f"Bearer {key}"}
    async with negotiated(http, url, connection, headers, loopback=True) as session_url:
        watches = {"receiver reports": publication.watch()}
        if session_url is not None:
            watches["session"] = publication.ask(partial(is_gone, http, session_url, headers))
        watching = [
            asyncio.create_task(watch, name=f"publisher: {name}") for name, watch in watches.items()
        ]
        for task in watching:
            task.add_done_callback(publication.watch_ended)
        try:
            yield publication
        finally:
            for task in watching:
                task.cancel()
            await asyncio.gather(*watching, return_exceptions=True)
