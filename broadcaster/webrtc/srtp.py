"""SRTP (RFC 3711) in place and in bulk, which `pylibsrtp` has no call for.

Its `Session.protect` copies every packet twice and makes objects; the C function it wraps takes a
pointer. This is the only module that reaches behind its API: `Session._srtp` and `_binding`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from pylibsrtp import Policy, Session, _binding

from broadcaster.webrtc.dtls import SrtpKeys

RTCP_TRAILER_BYTES = 4
"""What SRTCP adds beside the profile's trailer: the packet's index."""

_OK = _binding.lib.srtp_err_status_ok
_protect = _binding.lib.srtp_protect
_protect_rtcp = _binding.lib.srtp_protect_rtcp

Context = Any
"""A C pointer to one sender's keys and counters."""
Pointer = Any
"""A C pointer to one packet."""


class SrtpSession:
    """Both directions of one peer.

    Args:
        keys: from its handshake.
        ssrc: the one stream we send.

    Attributes:
        context: for `protect`; valid as long as this object lives.
        trailer_bytes: what protection adds to an RTP packet.
    """

    def __init__(self, keys: SrtpKeys, ssrc: int) -> None:
        number = keys.profile.number
        self._out = Session(Policy(keys.ours, Policy.SSRC_SPECIFIC, ssrc, srtp_profile=number))
        self._in = Session(Policy(keys.theirs, Policy.SSRC_ANY_INBOUND, srtp_profile=number))
        self.context: Context = self._out._srtp[0]  # noqa: SLF001
        self.trailer_bytes = keys.profile.trailer_bytes

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        """The plain RTCP packet.

        Raises:
            pylibsrtp.Error: it is not the peer's, or a repetition.
        """
        plain: bytes = self._in.unprotect_rtcp(packet)
        return plain


def pointers(address: int, stride_bytes: int, count: int) -> list[Pointer]:
    """C pointers to `count` packets that lie `stride_bytes` apart, each a multiple of 4."""
    cast = _binding.ffi.cast
    return [cast("void *", address + row * stride_bytes) for row in range(count)]


def protect(
    contexts: Iterable[Context], packets: Sequence[Pointer], size_bytes: int, *, rtcp: bool = False
) -> list[int]:
    """Encrypt and sign packets where they lie; each needs room for its trailer behind it.

    Args:
        contexts: whose keys to use, per packet.
        packets: at least as many.
        size_bytes: of each plain packet.
        rtcp: they are RTCP packets.

    Returns:
        Places of packets that could not be protected.
    """
    function = _protect_rtcp if rtcp else _protect
    size = _binding.ffi.new("int *")
    failed = []
    for place, (context, packet) in enumerate(zip(contexts, packets, strict=False)):
        size[0] = size_bytes
        if function(context, packet, size) != _OK:
            failed.append(place)
    return failed
