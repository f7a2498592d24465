"""The SDP answer of an ICE-lite port that sends one Opus stream (RFC 8839 section 4.3)."""

import ipaddress
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from broadcaster.errors import DtlsClientNeeded
from broadcaster.webrtc.egress.rtp_batch import CNAME
from broadcaster.webrtc.sdp import Offer

_HOST_PREFERENCE = 126
"""Type preference of a host candidate (RFC 8445 section 5.1.2.2)."""
_MAX_LOCAL_PREFERENCE = 65_535


@dataclass(frozen=True, slots=True)
class LiteAnswer:
    """Our side of the session with one listener.

    Attributes:
        ufrag: our ICE user name fragment.
        pwd: our ICE password.
        fingerprint: `<hash> <hex>` of our certificate.
        ssrc: of the RTP stream.
        port: UDP port.
    """

    ufrag: str
    pwd: str
    fingerprint: str
    ssrc: int
    port: int

    def to_sdp(self, offer: Offer, addresses: Iterable[str]) -> str:
        """The answer.

        Args:
            offer: the listener's.
            addresses: where the port can be reached, the best first.

        Raises:
            DtlsClientNeeded: the listener does not begin the handshake.
        """
        if offer.setup == "passive":
            raise DtlsClientNeeded
        payload_type = offer.payload_type
        lines = [
            "v=0",
            f"o=- {secrets.randbits(62)} 1 IN IP4 0.0.0.0",
            "s=-",
            "t=0 0",
            "a=ice-lite",
            f"m=audio 9 UDP/TLS/RTP/SAVPF {payload_type}",
            "c=IN IP4 0.0.0.0",
            "a=sendonly",
            *([f"a=mid:{offer.mid}"] if offer.mid else []),
            "a=rtcp-mux",
            f"a=rtpmap:{payload_type} opus/48000/2",
            "a=msid:broadcast audio",
            f"a=ssrc:{self.ssrc} cname:{CNAME.decode()}",
            f"a=ice-ufrag:{self.ufrag}",
            f"a=ice-pwd:{self.pwd}",
            f"a=fingerprint:{self.fingerprint}",
            "a=setup:passive",
            *(self._candidate(address, place) for place, address in enumerate(addresses)),
            "a=end-of-candidates",
        ]
        return offer.answer("".join(f"{line}\r\n" for line in lines))

    def _candidate(self, address: str, place: int) -> str:
        preference = _MAX_LOCAL_PREFERENCE - place
        priority = _HOST_PREFERENCE << 24 | preference << 8 | 255
        foundation = f"{place}{ipaddress.ip_address(address).version}"
        return f"a=candidate:{foundation} 1 udp {priority} {address} {self.port} typ host"
