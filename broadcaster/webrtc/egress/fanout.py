"""Sends one channel's Opus packets to its WebRTC listeners: RTP headers in columns, in slices."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from broadcaster.model.audio import CLOCK_HZ, AudioFrame, opus_samples
from broadcaster.webrtc.egress.datagrams import NAME_BYTES
from broadcaster.webrtc.egress.rtp_batch import RtpBatch, SentTotals
from broadcaster.webrtc.egress.srtp import Context, SrtpSession
from broadcaster.webrtc.rtp_clock import RTP_HZ

_TICKS_PER_SAMPLE = RTP_HZ // CLOCK_HZ
_MARKER = 0x80
_WORD = (1 << 32) - 1
_FIRST_ROWS = 16

ROW = np.dtype(
    [
        ("type", "u1"),
        ("sequence", "u2"),
        ("offset", "u4"),
        ("ssrc", "u4"),
        ("packets", "u4"),
        ("octets", "u4"),
        ("name", "u1", NAME_BYTES),
    ]
)
"""A listener: payload type with the marker bit, SSRC and address. Also its next sequence number,
RTP time, packets and payload octets sent (for its sender reports), each minus the channel's
`SentTotals`, so that a frame changes no row."""


@dataclass(eq=False, slots=True)
class RtpStream:
    """One listener's RTP stream; it continues when the listener changes the channel.

    Attributes:
        id: of the peer it belongs to.
        srtp: its keys.
        payload_type: of Opus, from its offer.
        name: its destination, a socket address.
        ssrc: its synchronization source.
        sequence: next number, while no fan-out has it.
        timestamp: next RTP time, while no fan-out has it.
        fanout: the channel it plays.
        place: its row there.
        packets: sent so far, while no fan-out has it.
        octets: sent so far, while no fan-out has it.
    """

    id: str
    srtp: SrtpSession
    payload_type: int
    name: bytes
    ssrc: int
    sequence: int
    timestamp: int
    fanout: "RtpFanout | None" = None
    place: int = 0
    packets: int = 0
    octets: int = 0

    @classmethod
    def begin(
        cls, peer_id: str, srtp: SrtpSession, payload_type: int, name: bytes, ssrc: int
    ) -> "RtpStream":
        """A stream that has sent nothing; it starts at random (RFC 3550 section 5.1)."""
        # In the lower half: the first wrap of a number is minutes away, as libsrtp wants it.
        sequence, timestamp = secrets.randbelow(1 << 15), secrets.randbits(32)
        return cls(peer_id, srtp, payload_type, name, ssrc, sequence, timestamp)

    def move(self, name: bytes) -> None:
        """Send to another address from now on."""
        self.name = name
        if self.fanout is not None:
            self.fanout.rows["name"][self.place] = np.frombuffer(name, np.uint8)

    def play(self, fanout: "RtpFanout | None") -> None:
        """Play from another channel, or from none; numbers and times go on without a gap."""
        if self.fanout is not None:
            self.fanout.remove(self)
        if fanout is not None:
            fanout.add(self)


class RtpFanout:
    """One channel: `send_envelope` is called with every envelope of it.

    Args:
        queue: takes (fan-out, frame) for the one loop that sends.
        hang_up: disconnects the peer of this id, if there is one.
        on_unsent: told of frames that were not sent in time, one for each listener.
    """

    def __init__(
        self,
        queue: Callable[["RtpFanout", AudioFrame], None],
        hang_up: Callable[[str], None],
        on_unsent: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.on_unsent = on_unsent
        self._queue = queue
        self._hang_up = hang_up
        self._streams: list[RtpStream] = []
        self._contexts: list[Context] = []
        self.rows: np.ndarray[Any, np.dtype[np.void]] = np.zeros(_FIRST_ROWS, ROW)
        self._cursor = 0
        self._shift = 0
        self._sent = SentTotals()
        self._payload = b""
        self._frame_ticks = 0
        self._fresh = False
        self.ended = False
        """Whether it disconnects its listeners, and those that join."""

    def __len__(self) -> int:
        return len(self._streams)

    def send_envelope(self, envelope: bytes) -> None:
        """Queue one frame for every listener; nothing here waits.

        Raises:
            BadEnvelope: the bytes are not an envelope.
        """
        if self._streams:
            self._queue(self, AudioFrame.from_bytes(envelope))

    def hang_ups(self) -> list[Callable[[], None]]:
        """Functions that disconnect one listener each, if it has not ended by then."""
        return [partial(self._hang_up, stream.id) for stream in self._streams]

    def cut(self) -> None:
        """Disconnect every listener, and those that connect later."""
        self.ended = True
        for stream in list(self._streams):
            self._hang_up(stream.id)

    def add(self, stream: RtpStream) -> None:
        """Play to a listener from the next slice on; `RtpStream.play` calls this."""
        if self.ended:
            self._hang_up(stream.id)
            return
        place = len(self._streams)
        if place == len(self.rows):
            self.rows = np.concatenate((self.rows, np.zeros_like(self.rows)))
        row = self.rows[place]
        row["type"] = stream.payload_type | _MARKER
        row["sequence"] = (stream.sequence - self._sent.packets) & 0xFFFF
        row["offset"] = (stream.timestamp - self._sent.time) & _WORD
        row["ssrc"] = stream.ssrc
        row["packets"] = (stream.packets - self._sent.packets) & _WORD
        row["octets"] = (stream.octets - self._sent.octets) & _WORD
        row["name"] = np.frombuffer(stream.name, np.uint8)
        self._streams.append(stream)
        self._contexts.append(stream.srtp.context)
        stream.fanout, stream.place = self, place
        self._fresh = True

    def remove(self, stream: RtpStream) -> None:
        """Stop playing to a listener, in the middle of a frame too; `RtpStream.play` calls this."""
        row = self.rows[stream.place]
        has_frame = stream.place < self._cursor
        packets = self._sent.packets + has_frame
        stream.sequence = int(row["sequence"]) + packets & 0xFFFF
        stream.packets = int(row["packets"]) + packets & _WORD
        octets = self._sent.octets + len(self._payload) * has_frame
        stream.octets = int(row["octets"]) + octets & _WORD
        time = self._sent.time + self._frame_ticks * has_frame
        stream.timestamp = int(row["offset"]) + time & _WORD
        stream.fanout = None
        gap = stream.place
        if has_frame:  # a listener that has this frame takes its row, so that none misses it
            self._cursor -= 1
            self._shift_row(self._cursor, gap)
            gap = self._cursor
        self._shift_row(len(self._streams) - 1, gap)
        del self._streams[-1], self._contexts[-1]

    def start(self, frame: AudioFrame) -> None:
        """Begin a frame: its time is the event's, or later where that was not ahead."""
        time = frame.position * _TICKS_PER_SAMPLE + self._shift
        gap = time - self._sent.time
        if gap < 0:  # the channel was restarted
            self._shift -= gap
        elif gap:  # not for listeners that have joined since the last frame
            rows = self.rows[: len(self._streams)]
            rows["offset"] -= np.uint32(gap & _WORD) * (rows["type"] >= _MARKER)
            self._sent.time = time
        self._frame_ticks = opus_samples(frame.payload) * _TICKS_PER_SAMPLE
        self._payload = frame.payload

    def fill(self, batch: RtpBatch) -> int:
        """Put the frame for the next slice of listeners into a batch.

        Returns:
            How many; 0 when all have the frame.
        """
        first = self._cursor
        last = min(first + batch.capacity, len(self._streams))
        if first == last:
            self._finish_frame()
            return 0
        self._cursor = last
        batch.fill(self.rows[first:last], self._contexts[first:last], self._sent, self._payload)
        return last - first

    def report(self, batch: RtpBatch, ntp: int, first: int) -> int:
        """Put sender reports for a slice of listeners into a batch.

        Args:
            batch: takes them.
            ntp: 64-bit NTP time now.
            first: place of the first listener.

        Returns:
            How many; 0 when there are no more.
        """
        last = min(first + batch.capacity, len(self._streams))
        if first < last:
            batch.report(self.rows[first:last], self._contexts[first:last], self._sent, ntp)
        return max(0, last - first)

    def _finish_frame(self) -> None:
        self._cursor = 0
        self._sent.time += self._frame_ticks
        self._sent.packets += 1
        self._sent.octets += len(self._payload)
        if self._fresh:
            self._fresh = False
            self.rows["type"] &= _MARKER - 1

    def _shift_row(self, source: int, target: int) -> None:
        if source != target:
            self.rows[target] = self.rows[source]
            self._contexts[target] = self._contexts[source]
            self._streams[target] = self._streams[source]
            self._streams[target].place = target
