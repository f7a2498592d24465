"""One WebRTC listener: ICE-lite (RFC 8445 section 2.5) and DTLS, then its RTP stream."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import pylibsrtp

from broadcaster.webrtc.egress.connectivity_check import Challenge, ConnectivityCheck
from broadcaster.webrtc.egress.datagrams import name_of
from broadcaster.webrtc.egress.dtls import DtlsSession
from broadcaster.webrtc.egress.fanout import RtpFanout, RtpStream
from broadcaster.webrtc.egress.receiver_report import lost_share
from broadcaster.webrtc.egress.srtp import SrtpSession
from broadcaster.webrtc.sdp import Offer

Address = tuple[str, int]
"""Host and port a datagram came from."""

MAX_ADDRESSES = 8
"""Most addresses remembered for one peer."""
_STUN = range(4)
_DTLS = range(20, 64)
_RTP = range(128, 192)
_RTCP_TYPES = range(192, 224)
"""First bytes of what arrives at one port (RFC 7983 section 7, RFC 5761 section 4)."""


class EgressEndReason(StrEnum):
    """The reason why a listener's connection ended."""

    CLOSED = "closed"
    """Our side closed it."""
    HUNG_UP = "hung_up"
    """The listener closed it."""
    NOT_CONNECTED = "not_connected"
    """ICE and DTLS were not complete in time."""
    CONNECTION_FAILED = "connection_failed"
    """DTLS failed."""
    VANISHED = "vanished"
    """The listener's checks stopped, which are also its consent to receive (RFC 7675)."""


@dataclass(eq=False, slots=True)
class EgressPeer:
    """A listener; `EgressPort` makes, feeds and closes it.

    Attributes:
        id: unguessable, because a client that knows it may end this connection. Not for logs.
        offer: its SDP offer.
        dtls: its handshake.
        fanout: the channel it hears, or will hear once it is connected.
        on_closed: called when it has ended.
        ufrag: our ICE user name fragment for it.
        pwd: our ICE password for it.
        ssrc: of its stream.
        seen_at: when its last authenticated check came, by the port's clock.
        lost: share of packets lost, 0 to 1, by its last report.
        end_reason: None while it lives.
        addresses: where its authenticated checks came from, the newest last.
    """

    offer: Offer
    dtls: DtlsSession
    fanout: RtpFanout
    on_closed: Callable[[], None]
    seen_at: float
    id: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    ufrag: str = field(default_factory=lambda: secrets.token_hex(8))
    pwd: str = field(default_factory=lambda: secrets.token_hex(12))
    ssrc: int = field(default_factory=lambda: secrets.randbits(32))
    lost: float = 0.0
    end_reason: EgressEndReason | None = None
    addresses: dict[Address, None] = field(default_factory=dict)
    _selected: Address | None = None
    _challenge: Challenge | None = None
    _stream: RtpStream | None = None

    @property
    def connected(self) -> bool:
        """Whether it hears its channel: ICE and DTLS are complete."""
        return self._stream is not None and self.end_reason is None

    @property
    def address(self) -> Address | None:
        """The address for sound: the source of its DTLS hello, or of its last answered challenge.

        None before the hello. A peer that completes the handshake has read what was sent there.
        """
        return self._selected

    def play(self, fanout: RtpFanout) -> None:
        """Switch to another channel without a negotiation; the stream goes on."""
        self.fanout = fanout
        if self._stream is not None:
            self._stream.play(fanout)

    def answer_check(self, check: ConnectivityCheck, source: Address) -> bytes | None:
        """The answer to a connectivity check; None when its signature is wrong."""
        pwd = self.pwd.encode()
        if not check.is_signed_with(pwd):
            return None
        self.addresses.pop(source, None)
        self.addresses[source] = None
        return check.answer(source, pwd)

    def challenge(self, check: ConnectivityCheck, source: Address) -> bytes | None:
        """The check of a new address before sound is sent there: a sender can forge its source."""
        if not check.nominates or self._selected in {None, source}:
            return None
        self._challenge = Challenge(source)
        return self._challenge.request(f"{self.offer.ufrag}:{self.ufrag}", self.offer.pwd)

    def take(self, datagram: bytes, source: Address) -> bool:
        """Take a datagram: answer to a challenge, handshake, goodbye or reception report.

        Returns:
            Whether DTLS made progress: there may be something in `dtls.outgoing`.

        Raises:
            DtlsFailed: the connection is broken.
        """
        if datagram[0] in _STUN:
            if self._challenge is not None and self._challenge.is_met_by(datagram, source):
                self._challenge = None
                self._selected = source
                if self._stream is not None:
                    self._stream.move(name_of(source))
        elif datagram[0] in _DTLS:
            if self._selected is None:
                self._selected = source
            self.dtls.receive(datagram)
            return True
        elif self._stream is not None and _is_rtcp(datagram):
            self._hear_report(self._stream.srtp, datagram)
        return False

    def connect(self, srtp: SrtpSession) -> None:
        """Start the stream after the handshake."""
        assert self._selected is not None, "the handshake came from somewhere"
        name, payload_type = name_of(self._selected), self.offer.payload_type
        self._stream = RtpStream.begin(self.id, srtp, payload_type, name, self.ssrc)
        self._stream.play(self.fanout)

    def stop(self) -> None:
        """Leave the channel; `dtls.outgoing` then has the `close_notify`."""
        if self._stream is not None:
            self._stream.play(None)
        self.dtls.close()

    def _hear_report(self, srtp: SrtpSession, datagram: bytes) -> None:
        try:
            lost = lost_share(srtp.unprotect_rtcp(datagram), self.ssrc)
        except (pylibsrtp.Error, ValueError):
            return
        if lost is not None:
            self.lost = lost


def _is_rtcp(datagram: bytes) -> bool:
    return len(datagram) > 1 and datagram[0] in _RTP and datagram[1] in _RTCP_TYPES
