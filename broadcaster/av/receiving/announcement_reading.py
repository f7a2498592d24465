"""Reads announcements of streams: SAP (RFC 2974), which AES67 and Dante devices send."""

import ipaddress
import zlib
from dataclasses import dataclass

SAP_PORT = 9875
SAP_GROUPS = ("239.255.255.255", "224.2.127.254")
"""Groups that streams are announced to: in organizations, as AES67 has it, and worldwide."""
MOST_BYTES = 8_192
"""Of a description, also when it was compressed."""
_HEADER_BYTES = 8
"""With an IPv4 address; an IPv6 address is 12 bytes longer."""
_SDP_TYPE = b"application/sdp"


@dataclass(frozen=True, slots=True)
class StreamAnnouncement:
    """One announcement.

    Attributes:
        sender: address of the device that sent it first.
        message_id: changes with the description.
        ends: whether the stream has ended.
        description: SDP.
    """

    sender: str
    message_id: int
    ends: bool
    description: str


def read_announcement(packet: bytes) -> StreamAnnouncement:
    """Read a packet.

    Raises:
        ValueError: it is not an announcement, or is encrypted.
    """
    if len(packet) < _HEADER_BYTES or packet[0] >> 5 != 1:
        raise ValueError("not an announcement")
    flags, authentication_words = packet[0], packet[1]
    has_ipv6, ends, encrypted, compressed = (bool(flags & bit) for bit in (0x10, 0x04, 0x02, 0x01))
    if encrypted:
        raise ValueError("the announcement is encrypted")
    message_id = int.from_bytes(packet[2:4])
    end = _HEADER_BYTES + 12 if has_ipv6 else _HEADER_BYTES
    sender = str(ipaddress.ip_address(packet[4:end]))
    payload = packet[end + 4 * authentication_words :]
    if compressed:
        payload = _decompressed(payload)
    kind, zero, body = payload.partition(b"\0")
    if zero and b"/" in kind:
        if kind.lower() != _SDP_TYPE:
            raise ValueError("the announcement has no session description")
        payload = body
    return StreamAnnouncement(sender, message_id, ends, payload.decode(errors="replace"))


def _decompressed(payload: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(payload, MOST_BYTES)
    except zlib.error:
        raise ValueError("the announcement cannot be decompressed") from None
