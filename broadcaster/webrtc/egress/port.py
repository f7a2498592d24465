"""WebRTC listeners of one process, all on one UDP port.

The port is ICE-lite: listeners check us and we answer. Sound goes only to an address that has
proven to receive what is sent there, by completing the handshake or by answering a check of ours. A
listener whose checks stop is dropped. A connected listener has no task, timer or socket of its own.
Three loops serve all listeners: one sends packets, one runs handshakes and timeouts, one starts
streams.

The injected clock decides which listeners have timed out. How often the port is read follows real
time, because the system's receive buffer fills in real time.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from broadcaster.errors import TooManyPeers
from broadcaster.model.ports import Clock
from broadcaster.system.tasks import first_of
from broadcaster.webrtc.egress.answer import LiteAnswer
from broadcaster.webrtc.egress.connectivity_check import ConnectivityCheck, answer_to_anybody
from broadcaster.webrtc.egress.datagrams import open_udp
from broadcaster.webrtc.egress.dtls import DtlsFailed, DtlsServer, SrtpKeys
from broadcaster.webrtc.egress.fanout import RtpFanout
from broadcaster.webrtc.egress.peer import MAX_ADDRESSES, Address, EgressEndReason, EgressPeer
from broadcaster.webrtc.egress.rtp_sender import RtpSender
from broadcaster.webrtc.egress.srtp import SrtpSession
from broadcaster.webrtc.ice import host_addresses
from broadcaster.webrtc.sdp import Offer

log = logging.getLogger(__name__)

BUFFER_BYTES = 4 * 1024 * 1024
DATAGRAM_BYTES = 2048
DATAGRAMS_AT_ONCE = 512
"""Datagrams read before the event loop runs other tasks; most are checks, 0.03 ms each."""
TICK_S = 0.24
"""Interval at which handshakes are retransmitted, and the port is read while none runs. One
wake-up, and one run with cold caches, serves the checks of many listeners."""
TICK_PEERS = 500
"""With more listeners the tick is shorter: the system may buffer only 180 datagrams."""
BUSY_DATAGRAMS = 128
"""After a tick with more datagrams than this, each is read as it comes until the next tick."""
REPORT_S = 5.0
"""Time between a listener's sender reports (RFC 3550 section 6.2), and between searches for
listeners that have vanished: to check thousands costs as much as to send to hundreds."""


@dataclass(frozen=True, slots=True)
class EgressSettings:
    """The settings of the port.

    Attributes:
        port: UDP port; 0 for a free one.
        announced: further addresses of this machine, as behind a one-to-one NAT.
        loopback: offer 127.0.0.1 as well, for listeners on this machine.
        max_peers: most listeners at a time.
        connect_s: longest time from the answer to the end of the handshake.
        consent_s: longest time without a check of a listener (RFC 7675 section 5.1).
    """

    port: int = 0
    announced: tuple[str, ...] = ()
    loopback: bool = False
    max_peers: int = 10_000
    connect_s: float = 15.0
    consent_s: float = 30.0


class EgressPort:
    """The port and all listeners connected to it; works inside `run`.

    Args:
        settings: see `EgressSettings`.
        clock: decides about deadlines.

    Raises:
        OSError: the port is taken.
    """

    def __init__(self, settings: EgressSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._dtls = DtlsServer()
        self._socket = open_udp(settings.port, BUFFER_BYTES)
        self._sender = RtpSender(self._socket)
        self._occupied = asyncio.Event()
        self._peers: dict[str, EgressPeer] = {}
        self._by_ufrag: dict[str, EgressPeer] = {}
        self._by_address: dict[Address, EgressPeer] = {}
        self._handshaking: dict[EgressPeer, float] = {}
        self._agreed: asyncio.Queue[tuple[EgressPeer, SrtpKeys]] = asyncio.Queue(settings.max_peers)
        self._addresses = host_addresses(loopback=self._settings.loopback)
        self._awaited = False
        self._datagrams = 0

    def __len__(self) -> int:
        return len(self._peers)

    @property
    def peers(self) -> Mapping[str, EgressPeer]:
        """Listeners that are connecting or connected, by id."""
        return self._peers

    @property
    def port(self) -> int:
        """The UDP port."""
        return int(self._socket.getsockname()[1])

    async def run(self) -> None:
        """Serve until cancelled, then disconnect all listeners."""
        self._await_datagrams(wanted=True)
        try:
            await first_of(
                self._sender.run(), self._maintain(), self._start_streams(), name="egress"
            )
        finally:
            for peer in list(self._peers.values()):
                self.close(peer)
            self._await_datagrams(wanted=False)
            self._socket.close()

    def fanout(self, on_unsent: Callable[[int], None] = lambda _: None) -> RtpFanout:
        """A fan-out for one channel.

        Args:
            on_unsent: told of frames that were not sent in time, one for each listener.
        """
        return RtpFanout(self._sender.queue, self._hang_up, on_unsent)

    def accept(self, offer: Offer, fanout: RtpFanout, on_closed: Callable[[], None]) -> EgressPeer:
        """Expect a listener; it hears `fanout` once it is connected.

        Args:
            offer: of the listener.
            fanout: the channel.
            on_closed: called when it has ended.

        Raises:
            TooManyPeers: there are `max_peers` already.
        """
        if len(self._peers) >= self._settings.max_peers:
            raise TooManyPeers
        now = self._clock.monotonic()
        peer = EgressPeer(offer, self._dtls.session(offer.fingerprints), fanout, on_closed, now)
        self._peers[peer.id] = self._by_ufrag[peer.ufrag] = peer
        self._handshaking[peer] = now + self._settings.connect_s
        self._occupied.set()
        self._await_datagrams(wanted=True)
        return peer

    def answer(self, peer: EgressPeer) -> str:
        """The SDP answer for a listener, with all our addresses."""
        addresses = dict.fromkeys((*self._settings.announced, *self._addresses))
        answer = LiteAnswer(peer.ufrag, peer.pwd, self._dtls.fingerprint, peer.ssrc, self.port)
        return answer.to_sdp(peer.offer, addresses)

    def close(self, peer: EgressPeer, reason: EgressEndReason = EgressEndReason.CLOSED) -> None:
        """Disconnect a listener, if it has not ended."""
        if peer.end_reason is not None:
            return
        peer.end_reason = reason
        peer.stop()
        self._flush(peer)
        del self._peers[peer.id], self._by_ufrag[peer.ufrag]
        for address in list(peer.addresses):
            self._forget(peer, address)
        self._handshaking.pop(peer, None)
        if not self._peers:
            self._occupied.clear()
            self._await_datagrams(wanted=True)
        log.debug("a listener's connection ended: %s", reason)
        peer.on_closed()

    def _hang_up(self, peer_id: str) -> None:
        if (peer := self._peers.get(peer_id)) is not None:
            self.close(peer)

    def _await_datagrams(self, *, wanted: bool) -> None:
        """Read each datagram as it comes, or once a tick, which does when all are connected.

        Without listeners there are no ticks, but others may ask whether the port can be reached.
        """
        if wanted != self._awaited:
            self._awaited = wanted
            loop = asyncio.get_running_loop()
            if wanted:
                loop.add_reader(self._socket, self._read)
            else:
                loop.remove_reader(self._socket)

    def _read(self) -> None:
        for _ in range(DATAGRAMS_AT_ONCE):
            try:
                datagram, (host, port, *_) = self._socket.recvfrom(DATAGRAM_BYTES)
            except BlockingIOError:
                return
            except OSError as reported:  # an ICMP error of some earlier datagram
                log.debug("the port reports %s", reported)
                return
            self._datagrams += 1
            if datagram:
                mapped = "." in host  # an IPv4 address (RFC 4291 section 2.5.5.2)
                source = (host.removeprefix("::ffff:") if mapped else host, port)
                try:
                    self._take(datagram, source)
                except Exception:  # one listener's datagram must not end the sound of others
                    log.exception("a listener's datagram could not be handled")
                    if peer := self._by_address.get(source):
                        self.close(peer, EgressEndReason.CONNECTION_FAILED)

    def _take(self, datagram: bytes, source: Address) -> None:
        check = ConnectivityCheck.parse(datagram)
        if check is not None:
            self._answer_check(check, source)
            return
        peer = self._by_address.get(source)
        if peer is None:
            answer = answer_to_anybody(datagram, source)
            if answer is not None:
                self._send_one(answer, source)
            return
        try:
            if not peer.take(datagram, source):
                return
        except DtlsFailed as failed:
            log.debug("a listener failed: %s", failed)
            self.close(peer, EgressEndReason.CONNECTION_FAILED)
            return
        self._flush(peer)
        if peer.dtls.closed:
            self.close(peer, EgressEndReason.HUNG_UP)
        elif peer.dtls.keys and peer in self._handshaking and not self._agreed.full():
            del self._handshaking[peer]
            self._agreed.put_nowait((peer, peer.dtls.keys))

    def _answer_check(self, check: ConnectivityCheck, source: Address) -> None:
        peer = self._by_ufrag.get(check.ufrag)
        answer = peer.answer_check(check, source) if peer else None
        if peer is None or answer is None:
            return
        peer.seen_at = self._clock.monotonic()
        self._by_address[source] = peer
        if len(peer.addresses) > MAX_ADDRESSES:
            self._forget(peer, next(iter(peer.addresses)))
        self._send_one(answer, source)
        challenge = peer.challenge(check, source)
        if challenge is not None:
            self._send_one(challenge, source)

    def _forget(self, peer: EgressPeer, address: Address) -> None:
        del peer.addresses[address]
        if self._by_address.get(address) is peer:
            del self._by_address[address]

    def _flush(self, peer: EgressPeer) -> None:
        data = peer.dtls.outgoing()
        if data and peer.address is not None:
            self._send_one(data, peer.address)

    def _send_one(self, data: bytes, target: Address) -> None:
        host, port = target
        with suppress(OSError):  # lost, as any datagram may be
            self._socket.sendto(data, (host if ":" in host else f"::ffff:{host}", port))

    def _retransmit(self, peer: EgressPeer) -> None:
        try:
            peer.dtls.retransmit()
        except DtlsFailed:
            self.close(peer, EgressEndReason.CONNECTION_FAILED)
        else:
            self._flush(peer)

    async def _start_streams(self) -> None:
        """Start streams; their keys are made on one thread, see `SrtpSession`."""
        loop, thread = asyncio.get_running_loop(), ThreadPoolExecutor(1, "srtp")
        try:
            while True:
                peer, keys = await self._agreed.get()
                srtp = await loop.run_in_executor(thread, SrtpSession, keys, peer.ssrc)
                if peer.end_reason is None:
                    peer.connect(srtp)
        finally:
            thread.shutdown(wait=False)

    async def _maintain(self) -> None:
        report_at = self._clock.monotonic() + REPORT_S
        while True:
            await self._occupied.wait()
            await asyncio.sleep(TICK_S / max(1, len(self) / TICK_PEERS))
            self._read()
            busy, self._datagrams = self._datagrams > BUSY_DATAGRAMS, 0
            self._await_datagrams(wanted=busy or bool(self._handshaking))
            now = self._clock.monotonic()
            for peer, deadline in list(self._handshaking.items()):
                if now > deadline:
                    self.close(peer, EgressEndReason.NOT_CONNECTED)
                else:
                    self._retransmit(peer)
            if now > report_at:
                report_at = now + REPORT_S
                self._addresses = host_addresses(loopback=self._settings.loopback)
                for peer in list(self._peers.values()):
                    if now - peer.seen_at > self._settings.consent_s:
                        self.close(peer, EgressEndReason.VANISHED)
                fanouts = {peer.fanout for peer in self._peers.values() if peer.connected}
                self._sender.report(fanouts)
