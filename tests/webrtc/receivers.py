"""Plain receivers of RTP with the right keys, and what they are sent."""

import secrets
import socket
from dataclasses import dataclass

from aiortc.rtp import RtpPacket
from pylibsrtp import Policy, Session

from broadcaster.webrtc.egress.datagrams import name_of
from broadcaster.webrtc.egress.dtls import PROFILES, SrtpKeys, SrtpProfile
from broadcaster.webrtc.egress.fanout import RtpStream
from broadcaster.webrtc.egress.srtp import SrtpSession


@dataclass
class Receiver:
    """A socket and the keys of one listener."""

    sock: socket.socket
    session: Session
    stream: RtpStream

    @classmethod
    def made(cls, profile: SrtpProfile = PROFILES[0]) -> "Receiver":
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(0)
        size = profile.key_bytes + profile.salt_bytes
        keys = SrtpKeys(profile, secrets.token_bytes(size), secrets.token_bytes(size))
        policy = Policy(keys.ours, Policy.SSRC_ANY_INBOUND, srtp_profile=profile.number)
        name = name_of(sock.getsockname())
        ssrc = secrets.randbits(32)
        stream = RtpStream.begin("id", SrtpSession(keys, ssrc), 111, name, ssrc)
        return cls(sock, Session(policy), stream)

    def packets(self) -> list[RtpPacket]:
        """The packets that arrived, all authenticated."""
        found = []
        while True:
            try:
                found.append(RtpPacket.parse(self.session.unprotect(self.sock.recv(2048))))
            except BlockingIOError:
                return found


def packet(number: int) -> bytes:
    """A packet: its first byte says 60 ms (RFC 6716 section 3.1), and the rest is its number."""
    return b"X frame %d" % number
