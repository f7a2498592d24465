"""The loop that sends: frames of all channels, one after the other, slice by slice.

It uses real time: a full socket empties in real time, and sender reports carry the wall clock.
"""

import asyncio
import socket
import time
from collections import deque
from collections.abc import Iterable

from broadcaster.model.audio import AudioFrame
from broadcaster.webrtc.egress.fanout import RtpFanout
from broadcaster.webrtc.egress.rtp_batch import MAX_PAYLOAD_BYTES, RtpBatch

SLICE_PEERS = 512
"""Listeners served before the event loop runs other tasks, a few milliseconds."""
WAITING_FRAMES = 16
"""Most frames of a channel that wait to be sent, about 1 s; beyond it the oldest is dropped."""
FULL_SOCKET_S = 0.001
FULL_SOCKET_TRIES = 20
"""Pause before a full socket is tried again, and tries before the rest of a slice is dropped."""
_NTP_EPOCH_S = 2_208_988_800
"""From 1900 to 1970 (RFC 868)."""


class RtpSender:
    """Sends frames and reports of all channels, inside `run`.

    Args:
        sock: as `datagrams.open_udp` makes it.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._batch = RtpBatch(SLICE_PEERS)
        self._waiting: deque[tuple[RtpFanout, AudioFrame | None]] = deque()
        self._wake = asyncio.Event()

    def queue(self, fanout: RtpFanout, frame: AudioFrame) -> None:
        """Send a frame to all listeners of a channel; never waits."""
        if len(frame.payload) > MAX_PAYLOAD_BYTES:
            fanout.on_unsent(len(fanout))
            return
        if len(self._waiting) >= WAITING_FRAMES:
            self._skip(fanout)
        self._waiting.append((fanout, frame))
        self._wake.set()

    def _skip(self, fanout: RtpFanout) -> None:
        """Leave out a channel's oldest frame when too many of its own wait."""
        places = [
            at for at, (whose, frame) in enumerate(self._waiting) if frame and whose is fanout
        ]
        if len(places) >= WAITING_FRAMES:
            del self._waiting[places[0]]
            fanout.on_unsent(len(fanout))

    def report(self, fanouts: Iterable[RtpFanout]) -> None:
        """Send sender reports to the listeners of these channels; never waits."""
        reports = ((fanout, None) for fanout in fanouts)
        self._waiting.extend(report for report in reports if report not in self._waiting)
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                fanout, frame = self._waiting.popleft()
                if frame is None:
                    await self._report(fanout)
                    continue
                fanout.start(frame)
                while fanout.fill(self._batch):
                    await self._send_slice(fanout)

    async def _report(self, fanout: RtpFanout) -> None:
        """Send a channel's listeners their sender reports (RFC 3550 section 6.4.1)."""
        ntp, first = int((time.time() + _NTP_EPOCH_S) * (1 << 32)), 0
        while count := fanout.report(self._batch, ntp, first):
            first += count
            await self._send_slice(fanout)

    async def _send_slice(self, fanout: RtpFanout) -> None:
        """Send the batch, which is for listeners of one channel, and let others run."""
        sent = 0
        for _ in range(FULL_SOCKET_TRIES):
            sent = self._batch.send(self._socket, sent)
            if sent == self._batch.filled:
                await asyncio.sleep(0)
                return
            await asyncio.sleep(FULL_SOCKET_S)
        fanout.on_unsent(self._batch.filled - sent)
