"""SRTP (RFC 3711) in place and in bulk, which `pylibsrtp` has no call for.

Its `Session.protect` copies every packet twice and makes objects, while the C function it wraps
takes a pointer. Only this module reaches behind its API, to `Session._srtp` and `_binding`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pylibsrtp import Policy, Session, _binding

from broadcaster.webrtc.egress.dtls import SrtpKeys

_OK = _binding.lib.srtp_err_status_ok
_protect = _binding.lib.srtp_protect
_protect_rtcp = _binding.lib.srtp_protect_rtcp

Context = Any
"""A C pointer to one sender's keys and counters."""


class SrtpSession:
    """Both directions of one peer.

    The keys it sends with are read for every packet, and by then have left the processor's cache.
    Sessions made on a thread that allocates nothing else lie side by side in memory, which takes a
    third of the time.

    Args:
        keys: from its handshake.
        ssrc: the one stream we send.

    Attributes:
        context: for `PacketRow.protect`; valid as long as this object lives.
    """

    def __init__(self, keys: SrtpKeys, ssrc: int) -> None:
        number = keys.profile.number
        self._out = Session(Policy(keys.ours, Policy.SSRC_SPECIFIC, ssrc, srtp_profile=number))
        self._theirs = Policy(keys.theirs, Policy.SSRC_ANY_INBOUND, srtp_profile=number)
        self._in: Session | None = None
        self.context: Context = self._out._srtp[0]  # noqa: SLF001

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        """The plain RTCP packet.

        Raises:
            pylibsrtp.Error: it is not from the peer, or a repetition.
            ValueError: it is longer than 1,500 bytes.
        """
        if self._in is None:  # made late, so that it does not lie between the keys for sending
            self._in = Session(self._theirs)
        plain: bytes = self._in.unprotect_rtcp(packet)
        return plain


class PacketRow:
    """Packets side by side in memory, protected in place.

    Args:
        address: of the first, a multiple of 4.
        stride_bytes: from one to the next, a multiple of 4.
        count: capacity in packets.

    Attributes:
        sizes_bytes: of each packet; protection adds its trailer to it.
    """

    def __init__(self, address: int, stride_bytes: int, count: int) -> None:
        cast = _binding.ffi.cast
        self.sizes_bytes: NDArray[np.int32] = np.zeros(count, np.int32)
        sizes = _binding.ffi.from_buffer("int[]", self.sizes_bytes)
        self._packets = [cast("void *", address + row * stride_bytes) for row in range(count)]
        self._sizes = [sizes + row for row in range(count)]

    def protect(self, contexts: Sequence[Context], *, rtcp: bool = False) -> list[int]:
        """Encrypt and sign the first packets; each needs room for its trailer.

        Args:
            contexts: the keys to use for each packet.
            rtcp: they are RTCP packets.

        Returns:
            Indexes of packets that could not be protected.
        """
        function = _protect_rtcp if rtcp else _protect
        results = list(map(function, contexts, self._packets, self._sizes))
        if not any(results):
            return []
        return [place for place, result in enumerate(results) if result != _OK]
