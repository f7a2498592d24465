"""A buffer in which the packets of a slice of listeners are made, protected and sent."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadcaster.webrtc.egress.datagrams import DatagramBatch
from broadcaster.webrtc.egress.srtp import Context, PacketRow

MAX_PAYLOAD_BYTES = 1_200
"""Longest Opus packet that is sent; speech at 60 ms is about 190."""
CNAME = b"broadcaster"
"""Every stream is a session of its own, so all can share a name (RFC 3550 section 6.5.1)."""
_RTP_VERSION = 0x80
_SR, _SDES = 200, 202
_STRIDE = 1_280
_WORD = (1 << 32) - 1
_RTP = np.dtype(
    [
        ("version", "u1"),
        ("type", "u1"),
        ("sequence", ">u2"),
        ("timestamp", ">u4"),
        ("ssrc", ">u4"),
        ("payload", "u1", MAX_PAYLOAD_BYTES),
    ]
)
"""RFC 3550 section 5.1, without CSRCs and extensions."""
_HEADER_BYTES = 12
_REPORT = np.dtype(
    [
        ("version", "u1"),
        ("type", "u1"),
        ("words", ">u2"),
        ("ssrc", ">u4"),
        ("ntp", ">u8"),
        ("timestamp", ">u4"),
        ("packets", ">u4"),
        ("octets", ">u4"),
        ("sdes_version", "u1"),
        ("sdes_type", "u1"),
        ("sdes_words", ">u2"),
        ("sdes_ssrc", ">u4"),
        ("item", "u1"),
        ("size", "u1"),
        ("cname", "u1", len(CNAME)),
        ("end", "u1", 3),
    ]
)
"""A sender report without blocks and a source description (RFC 3550 sections 6.4.1 and 6.5)."""

Rows = NDArray[np.void]
"""Listeners, see `fanout.ROW`."""


@dataclass(slots=True)
class SentTotals:
    """The counters of a channel's sent packets.

    Attributes:
        time: RTP time of its next frame.
        packets: sent to a listener that was here from the start.
        octets: payload of these packets.
    """

    time: int = 0
    packets: int = 0
    octets: int = 0


class RtpBatch:
    """Makes, protects and sends packets that differ only in their headers and keys.

    Args:
        capacity: listeners per slice; the event loop waits this long, a few microseconds each.
    """

    def __init__(self, capacity: int, *, bulk: bool | None = None) -> None:
        self.capacity = capacity
        self._datagrams = DatagramBatch(capacity, _STRIDE, bulk=bulk)
        packets = self._datagrams.packets
        rtp = packets[:, : _RTP.itemsize].view(_RTP)[:, 0]
        self._rtp = {name: rtp[name] for name in _RTP.names or ()}
        self._report = packets[:, : _REPORT.itemsize].view(_REPORT)[:, 0]
        self._row = PacketRow(packets.ctypes.data, _STRIDE, capacity)
        self._filled = 0

    def fill(
        self, rows: Rows, contexts: Sequence[Context], sent: SentTotals, payload: bytes
    ) -> None:
        """Make the packets of one slice."""
        rtp, count, size = self._rtp, len(rows), len(payload)
        rtp["version"][:count] = _RTP_VERSION
        rtp["type"][:count] = rows["type"]
        rtp["sequence"][:count] = rows["sequence"] + np.uint16(sent.packets & 0xFFFF)
        rtp["timestamp"][:count] = rows["offset"] + np.uint32(sent.time & _WORD)
        rtp["ssrc"][:count] = rows["ssrc"]
        rtp["payload"][:count, :size] = np.frombuffer(payload, np.uint8)
        self._finish(rows, contexts, _HEADER_BYTES + size, rtcp=False)

    def report(self, rows: Rows, contexts: Sequence[Context], sent: SentTotals, ntp: int) -> None:
        """Make the sender reports of one slice."""
        report = self._report[: len(rows)]
        for name, value in _CONSTANT.items():
            report[name] = value
        report["ssrc"] = report["sdes_ssrc"] = rows["ssrc"]
        report["ntp"] = ntp
        report["timestamp"] = rows["offset"] + np.uint32(sent.time & _WORD)
        report["packets"] = rows["packets"] + np.uint32(sent.packets & _WORD)
        report["octets"] = rows["octets"] + np.uint32(sent.octets & _WORD)
        self._finish(rows, contexts, _REPORT.itemsize, rtcp=True)

    def send(self, sock: socket.socket, start: int = 0) -> int:
        """Send the packets that were made, from index `start` on.

        Returns:
            Index to go on from once the socket takes more.
        """
        return self._datagrams.send(sock, self._row.sizes_bytes[: self._filled], start)

    @property
    def filled(self) -> int:
        """Packets made."""
        return self._filled

    def _finish(
        self, rows: Rows, contexts: Sequence[Context], size_bytes: int, *, rtcp: bool
    ) -> None:
        self._filled = len(rows)
        self._datagrams.names[: len(rows)] = rows["name"]
        sizes_bytes = self._row.sizes_bytes
        sizes_bytes[: len(rows)] = size_bytes
        failed = self._row.protect(contexts, rtcp=rtcp)
        sizes_bytes[failed] = 0  # an empty datagram instead of a packet in the clear


_CONSTANT: dict[str, Any] = {
    "version": _RTP_VERSION,
    "type": _SR,
    "words": 6,
    "sdes_version": _RTP_VERSION | 1,
    "sdes_type": _SDES,
    "sdes_words": (_REPORT.itemsize - 28) // 4 - 1,
    "item": 1,
    "size": len(CNAME),
    "cname": np.frombuffer(CNAME, np.uint8),
    "end": 0,
}
