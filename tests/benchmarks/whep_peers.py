"""Hundreds of WebRTC listeners in one process: real ICE, DTLS and SRTP keys, and a packet counter.

Run as a program it connects to a server and obeys lines on stdin: `window <seconds>` counts what
arrives and answers one line of JSON.
"""

import argparse
import http.client
import json
import secrets
import select
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pylibsrtp
from aioice import stun
from cryptography.hazmat.primitives import hashes
from OpenSSL import SSL

from tests.support.certificates import issue

CONSENT_S = 5.0
RETRY_S = 0.2
JOIN_S = 180.0
_GCM = pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM
_PROFILES = {
    b"SRTP_AEAD_AES_128_GCM": (_GCM, 16, 12),
    b"SRTP_AEAD_AES_256_GCM": (pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 32, 12),
    b"SRTP_AES128_CM_SHA1_80": (pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
}


class Identity:
    """The certificate all peers of this process show."""

    def __init__(self) -> None:
        issued = issue("peer", ends_days=1)
        certificate = issued.certificate
        self.fingerprint = certificate.fingerprint(hashes.SHA256()).hex(":").upper()
        self.context = SSL.Context(SSL.DTLS_METHOD)
        self.context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
        self.context.use_certificate(certificate)
        self.context.use_privatekey(issued.key)
        self.context.set_tlsext_use_srtp(b":".join(_PROFILES))


@dataclass
class Peer:
    """One listener."""

    identity: Identity
    ufrag: str = field(default_factory=lambda: secrets.token_hex(4))
    pwd: str = field(default_factory=lambda: secrets.token_hex(12))
    their_ufrag: str = ""
    their_pwd: str = ""
    packets: int = 0
    verified: int = 0
    refused: int = 0
    nominated: bool = False
    checked_at: float = 0.0
    first_at: float | None = None
    last_at: float | None = None
    longest_gap_s: float = 0.0
    srtp: pylibsrtp.Session | None = None

    def __post_init__(self) -> None:
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.settimeout(0)
        self.ssl = SSL.Connection(self.identity.context, None)
        self.ssl.set_connect_state()

    def description(self, mid: str, payload_type: int, setup: str) -> str:
        """An offer or an answer."""
        lines = [
            "v=0",
            f"o=- {secrets.randbits(62)} 1 IN IP4 0.0.0.0",
            "s=-",
            "t=0 0",
            f"a=group:BUNDLE {mid}",
            f"m=audio 9 UDP/TLS/RTP/SAVPF {payload_type}",
            "c=IN IP4 0.0.0.0",
            "a=recvonly",
            f"a=mid:{mid}",
            "a=rtcp-mux",
            f"a=rtpmap:{payload_type} opus/48000/2",
            f"a=ice-ufrag:{self.ufrag}",
            f"a=ice-pwd:{self.pwd}",
            f"a=fingerprint:sha-256 {self.identity.fingerprint}",
            f"a=setup:{setup}",
        ]
        return "".join(f"{line}\r\n" for line in lines)

    def meet(self, sdp: str) -> None:
        """Start towards the server's first IPv4 address."""
        lines = sdp.splitlines()
        values = {line.partition(":")[0]: line.partition(":")[2] for line in lines}
        self.their_ufrag, self.their_pwd = values["a=ice-ufrag"], values["a=ice-pwd"]
        found = [line.split() for line in lines if line.startswith("a=candidate:")]
        host, port = next((c[4], c[5]) for c in found if ":" not in c[4] and c[2].lower() == "udp")
        self.sock.connect((host, int(port)))
        self.check()

    def check(self) -> None:
        """Ask whether the server is there, and nominate the pair."""
        self.checked_at = time.monotonic()
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{self.their_ufrag}:{self.ufrag}"
        request.attributes["PRIORITY"] = 1845501695
        request.attributes["ICE-CONTROLLING"] = 1
        request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity(self.their_pwd.encode())
        self._send(bytes(request))

    def take(self) -> None:
        """Read what has arrived."""
        while True:
            try:
                data = self.sock.recv(2048)
            except BlockingIOError:
                return
            except ConnectionError:
                continue
            if data[0] > 127:
                self._count(data)
            elif data[0] > 19:
                self.ssl.bio_write(data)
                self._shake()
            else:
                self._stun(data)

    def retransmit(self) -> None:
        if not self.nominated and self.their_pwd and time.monotonic() - self.checked_at > RETRY_S:
            self.check()
        if self.srtp is None and self.nominated:
            if self.ssl.DTLSv1_get_timeout() == 0:
                self.ssl.DTLSv1_handle_timeout()
            self._shake()

    def _count(self, data: bytes) -> None:
        if 192 <= data[1] < 224:
            return
        now = time.monotonic()
        if self.last_at is not None:
            self.longest_gap_s = max(self.longest_gap_s, now - self.last_at)
        self.first_at = self.first_at or now
        self.last_at = now
        self.packets += 1
        if self.verified + self.refused < 10 and self.srtp is not None:
            try:
                self.srtp.unprotect(data)
                self.verified += 1
            except pylibsrtp.Error:
                self.refused += 1

    def _stun(self, data: bytes) -> None:
        message = stun.parse_message(data)
        if message.message_class is stun.Class.RESPONSE:
            if not self.nominated:
                self.nominated = True
                self._shake()
        elif message.message_class is stun.Class.REQUEST:
            answer = stun.Message(
                stun.Method.BINDING, stun.Class.RESPONSE, transaction_id=message.transaction_id
            )
            answer.attributes["XOR-MAPPED-ADDRESS"] = self.sock.getpeername()
            answer.add_message_integrity(self.pwd.encode())
            self._send(bytes(answer))

    def _shake(self) -> None:
        try:
            if self.srtp is None:
                self.ssl.do_handshake()
                number, key, salt = _PROFILES[self.ssl.get_selected_srtp_profile()]
                material = self.ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (key + salt))
                theirs = material[key : 2 * key] + material[2 * key + salt :]
                self.srtp = pylibsrtp.Session(
                    pylibsrtp.Policy(theirs, pylibsrtp.Policy.SSRC_ANY_INBOUND, srtp_profile=number)
                )
            else:
                self.ssl.recv(2048)
        except SSL.Error:
            pass
        try:
            self._send(self.ssl.bio_read(4096))
        except SSL.WantReadError:
            return

    def _send(self, data: bytes) -> None:
        try:
            self.sock.send(data)
        except OSError:
            return


class Crowd:
    """All peers of this process and the loop that serves them."""

    def __init__(self) -> None:
        self.peers: list[Peer] = []
        self._epoll = select.epoll()
        self._by_fd: dict[int, Peer] = {}
        self._turn = 0
        self._served_at = time.monotonic()

    def add(self, peer: Peer) -> None:
        self.peers.append(peer)
        self._by_fd[peer.sock.fileno()] = peer
        self._epoll.register(peer.sock, select.EPOLLIN)

    def serve(self, until: Callable[[], bool]) -> None:
        """Read and keep alive until a condition holds."""
        while not until():
            for fd, _ in self._epoll.poll(0.01, 512):
                self._by_fd[fd].take()
            self._keep_alive()

    def _keep_alive(self) -> None:
        now = time.monotonic()
        due = int((now - self._served_at) / CONSENT_S * len(self.peers))
        if due:
            self._served_at = now
            for _ in range(min(due, len(self.peers))):
                self._turn = (self._turn + 1) % len(self.peers)
                peer = self.peers[self._turn]
                peer.check()
        for peer in self.peers[-64:]:
            peer.retransmit()

    def window(self, seconds: float) -> dict[str, float]:
        """Count for some time."""
        for peer in self.peers:
            peer.packets, peer.last_at, peer.longest_gap_s = 0, None, 0.0
        end = time.monotonic() + seconds
        self.serve(lambda: time.monotonic() >= end)
        return {
            "packets": sum(peer.packets for peer in self.peers),
            "silent": sum(peer.packets == 0 for peer in self.peers),
            "longest_gap_ms": 1000 * max(peer.longest_gap_s for peer in self.peers),
            "verified": sum(peer.verified for peer in self.peers),
            "refused": sum(peer.refused for peer in self.peers),
        }


def join_whep(crowd: Crowd, identity: Identity, port: int, path: str) -> None:
    """One more listener, by WHEP."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    peer = Peer(identity)
    offer = peer.description("0", 111, "active")
    while True:
        connection.request("POST", path, offer, {"Content-Type": "application/sdp"})
        reply = connection.getresponse()
        text = reply.read().decode()
        if reply.status == 201:
            break
        if reply.status != 503:
            raise RuntimeError(text)
        crowd.serve(iter([False, True]).__next__)
    connection.close()
    crowd.add(peer)
    peer.meet(text)


class Janus:
    """A session of Janus' HTTP API with one handle per listener."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._session = self._ask("/janus", {"janus": "create"})["data"]["id"]

    def _ask(self, path: str, body: dict[str, object] | None) -> dict[str, dict[str, str]]:
        if body is None:
            self._connection.request("GET", path)
        else:
            text = json.dumps({**body, "transaction": secrets.token_hex(4)})
            self._connection.request("POST", path, text, {"Content-Type": "application/json"})
        answer: dict[str, dict[str, str]] = json.loads(self._connection.getresponse().read())
        return answer

    def join(self, crowd: Crowd, identity: Identity) -> None:
        """One more listener of mountpoint 1."""
        session = f"/janus/{self._session}"
        attach = {"janus": "attach", "plugin": "janus.plugin.streaming"}
        handle = f"{session}/{self._ask(session, dict(attach))['data']['id']}"
        self._ask(handle, {"janus": "message", "body": {"request": "watch", "id": 1}})
        while "jsep" not in (event := self._ask(f"{session}?maxev=1", None)):
            pass
        peer = Peer(identity)
        offer = event["jsep"]["sdp"]
        rtpmap = next(line for line in offer.splitlines() if "opus/48000" in line)
        mid = next(line[6:] for line in offer.splitlines() if line.startswith("a=mid:"))
        answer = peer.description(mid, int(rtpmap.split(":")[1].split()[0]), "active")
        crowd.add(peer)
        self._ask(
            handle,
            {
                "janus": "message",
                "body": {"request": "start"},
                "jsep": {"type": "answer", "sdp": answer},
            },
        )
        peer.meet(offer)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--path", default="/whep/talk/es")
    arguments.add_argument("--janus", action="store_true")
    arguments.add_argument("--peers", type=int, required=True)
    options = arguments.parse_args()
    identity, crowd = Identity(), Crowd()
    janus = Janus(options.port) if options.janus else None
    began_at = time.monotonic()

    def settled(count: int) -> bool:
        if time.monotonic() - began_at > JOIN_S:
            raise TimeoutError("the peers do not connect")
        return sum(peer.srtp is None for peer in crowd.peers) <= count

    for _ in range(options.peers):
        if janus:
            janus.join(crowd, identity)
        else:
            join_whep(crowd, identity, options.port, options.path)
        crowd.serve(lambda: settled(4))
    crowd.serve(lambda: settled(0))
    print(json.dumps({"joined_s": time.monotonic() - began_at}), flush=True)
    poller = select.poll()
    poller.register(sys.stdin, select.POLLIN)
    while True:
        crowd.serve(lambda: bool(poller.poll(0)))
        command = sys.stdin.readline().split()
        if not command:
            return
        print(json.dumps(crowd.window(float(command[1]))), flush=True)


if __name__ == "__main__":
    main()
