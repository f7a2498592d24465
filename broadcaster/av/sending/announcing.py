"""Announcements of streams, so that receivers list them (SAP, RFC 2974)."""

import struct
import zlib
from ipaddress import IPv4Address

from broadcaster.av.sending.stream import SentStream

SAP_PORT = 9875
SAP_ADDRESSES = (IPv4Address("239.255.255.255"), IPv4Address("224.2.127.254"))
"""Where AES67 devices listen: the administrative and the global scope (RFC 2974 section 3)."""
ANNOUNCE_EVERY_S = 30.0
"""AES67 devices forget a stream after some minutes. RFC 2974 would allow one every 300 s, which is
too long for a technician who waits for a stream to appear."""
_VERSION_1 = 0x20
_DELETION = 0x04
_TYPE = b"application/sdp\0"
_HEADER = struct.Struct("!BBH4s")


def announcement(stream: SentStream, *, deleted: bool = False) -> bytes:
    """The packet that announces a stream, or takes it back (RFC 2974 section 5)."""
    sdp = stream.sdp().encode()
    flags = _VERSION_1 | (_DELETION if deleted else 0)
    message_id = zlib.crc32(sdp) & 0xFFFF or 1
    return _HEADER.pack(flags, 0, message_id, stream.source.packed) + _TYPE + sdp
