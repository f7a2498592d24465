"""An AES67 stream that this machine sends: its address, and its description in SDP."""

from dataclasses import dataclass
from ipaddress import IPv4Address

AES67_HZ = 48_000
PACKET_SAMPLES = 48
"""1 ms, which every AES67 device takes (AES67-2018 section 7.2)."""
PAYLOAD_TYPE = 98
"""A dynamic one (RFC 3551 section 6)."""
MULTICAST_TTL = 15
"""Hops that packets may take: enough for a building."""
_PRIVATE_FREE = str.maketrans(dict.fromkeys("\r\n\0", " "))


@dataclass(frozen=True, slots=True)
class SentStream:
    """A mono stream.

    Attributes:
        name: shown by receivers.
        source: address of this machine in the AV network.
        address: where packets go, multicast or one receiver.
        port: UDP port there.
        number: id of the session, unique on this machine.
        version: grows when the description changes; a Unix time does.
        clock: where its times come from, a value of `ts-refclk` (RFC 7273 section 4).
    """

    name: str
    source: IPv4Address
    address: IPv4Address
    port: int
    number: int
    version: int
    clock: str

    def sdp(self) -> str:
        """Its description (RFC 8866; AES67-2018 section 8).

        `mediaclk:sender` says that its clock is this machine's own (RFC 7273 section 5.1).
        """
        ttl = f"/{MULTICAST_TTL}" if self.address.is_multicast else ""
        name = " ".join(self.name.translate(_PRIVATE_FREE).split()) or "-"
        lines = (
            "v=0",
            f"o=- {self.number} {self.version} IN IP4 {self.source}",
            f"s={name}",
            f"c=IN IP4 {self.address}{ttl}",
            "t=0 0",
            f"m=audio {self.port} RTP/AVP {PAYLOAD_TYPE}",
            f"a=rtpmap:{PAYLOAD_TYPE} L24/{AES67_HZ}/1",
            "a=ptime:1",
            "a=recvonly",
            f"a=ts-refclk:{self.clock}",
            "a=mediaclk:sender",
        )
        return "\r\n".join(lines) + "\r\n"


def local_clock(mac: int) -> str:
    """The clock of a machine, named by the address of its network card (RFC 7273 section 4.8)."""
    digits = f"{mac:012X}"
    return "localmac=" + "-".join(digits[at : at + 2] for at in range(0, 12, 2))
