"""A corpus of SDP offers: as real clients make them, and damaged by a seeded generator."""

import random
from dataclasses import dataclass

HEX = ":".join(f"{byte:02X}" for byte in range(100, 132))
ICE = "a=ice-ufrag:Yc3x\na=ice-pwd:0123456789abcdefghijklmn\n"
MDNS = "a=candidate:1 1 udp 2113937151 6d0d1a6c-0001-4c3e-8a5b-0a0000000000.local 50000 typ host"
HOST = "a=candidate:2 1 UDP 2122252543 127.0.0.1 {port} typ host"
PORT = 9
"""Discard: nobody answers there."""


@dataclass(frozen=True)
class Kind:
    """Traits of the offers of one kind of client.

    Attributes:
        name: the client.
        session: lines before the first section.
        transport: lines that each section of its own transport has.
        audio: formats and lines of the audio section.
        others: sections before the audio section.
        later: sections after it.
    """

    name: str
    session: str
    transport: str
    audio: tuple[str, str]
    others: str = ""
    later: str = ""
    bundle_only: bool = False

    def offer(self, direction: str) -> str:
        """The text, with `\\n` at its line ends."""
        formats, lines = self.audio
        port = 0 if self.bundle_only else 9
        own = "a=bundle-only\n" if self.bundle_only else self.transport
        audio = (
            f"m=audio {port} UDP/TLS/RTP/SAVPF {formats}\nc=IN IP4 0.0.0.0\n{own}"
            f"a={direction}\n{lines}"
        )
        return "v=0\n" + self.session + self.others + audio + self.later


def _session(user: str, more: str) -> str:
    return f"o={user} 4611731400430051336 2 IN IP4 127.0.0.1\ns=-\nt=0 0\n{more}"


def _transport(*candidates: str, options: str = "trickle", setup: str = "actpass") -> str:
    found = "".join(f"{candidate.format(port=PORT)}\n" for candidate in candidates)
    return (
        f"{found}{ICE}a=ice-options:{options}\na=fingerprint:sha-256 {HEX}\na=setup:{setup}\n"
        "a=rtcp:9 IN IP4 0.0.0.0\na=rtcp-mux\n"
    )


OPUS_111 = "a=rtpmap:111 opus/48000/2\na=fmtp:111 minptime=10;useinbandfec=1\n"
VIDEO = (
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97\nc=IN IP4 0.0.0.0\n"
    + _transport(MDNS)
    + "a=mid:1\na=sendonly\na=rtcp-rsize\na=rtpmap:96 VP8/90000\na=rtcp-fb:96 goog-remb\n"
    "a=rtcp-fb:96 nack pli\na=rtpmap:97 rtx/90000\na=fmtp:97 apt=96\n"
)
DATA = (
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\nc=IN IP4 0.0.0.0\n"
    + _transport()
    + "a=mid:2\na=sctp-port:5000\na=max-message-size:262144\n"
)
KINDS = (
    Kind(
        "Chrome",
        _session("-", "a=group:BUNDLE 0\na=extmap-allow-mixed\na=msid-semantic: WMS 0e1f\n"),
        _transport(MDNS),
        (
            "111 63 9 0 8 13 110 126",
            "a=mid:0\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\n"
            "a=msid:0e1f 2a3b\n" + OPUS_111 + "a=rtcp-fb:111 transport-cc\n"
            "a=rtpmap:63 red/48000/2\na=fmtp:63 111/111\na=rtpmap:9 G722/8000\n"
            "a=rtpmap:0 PCMU/8000\na=rtpmap:8 PCMA/8000\na=rtpmap:13 CN/8000\n"
            "a=rtpmap:110 telephone-event/48000\na=rtpmap:126 telephone-event/8000\n"
            "a=ssrc:2742181394 cname:9Kd0\na=ssrc:2742181394 msid:0e1f 2a3b\n",
        ),
    ),
    Kind(
        "Chrome with a camera and a data channel",
        _session("-", "a=group:BUNDLE 1 0 2\na=msid-semantic: WMS\n"),
        _transport(MDNS, HOST),
        ("111", "a=mid:0\n" + OPUS_111),
        others=VIDEO,
        later=DATA,
    ),
    Kind(
        "Chrome, max-bundle",
        _session("-", "a=group:BUNDLE 1 0\na=msid-semantic: WMS\n"),
        _transport(),
        ("111", "a=mid:0\n" + OPUS_111),
        others=VIDEO,
        bundle_only=True,
    ),
    Kind(
        "Firefox",
        _session(
            "mozilla...THIS_IS_SDPARTA-99.0",
            f"a=sendrecv\na=fingerprint:sha-256 {HEX}\na=group:BUNDLE 0\na=ice-options:trickle\n"
            "a=msid-semantic:WMS *\n",
        ),
        f"{MDNS}\n{ICE}a=setup:actpass\na=rtcp-mux\n",
        (
            "109 9 0 8 101",
            (
                "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\n"
                "a=extmap:3/recvonly urn:ietf:params:rtp-hdrext:csrc-audio-level\n"
                "a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1\na=fmtp:101 0-15\n"
                "a=mid:0\n"
                "a=rtpmap:109 opus/48000/2\na=rtpmap:9 G722/8000/1\na=rtpmap:0 PCMU/8000\n"
                "a=rtpmap:8 PCMA/8000\na=rtpmap:101 telephone-event/8000/1\n"
                "a=ssrc:3041 cname:{6f1f1c0e-0000-4000-8000-000000000000}\n"
            ),
        ),
    ),
    Kind(
        "Safari",
        _session("-", "a=group:BUNDLE 0\na=extmap-allow-mixed\na=msid-semantic: WMS x\n"),
        _transport(MDNS, options="trickle renomination"),
        ("111 9 0 8 105 13 110 113 126", "a=mid:0\na=msid:x y\n" + OPUS_111),
    ),
    Kind(
        "OBS",
        "o=rtc 3767197920 0 IN IP4 127.0.0.1\ns=-\nt=0 0\na=group:BUNDLE 0 1\na=group:LS 0 1\n"
        f"a=msid-semantic:WMS *\na=setup:actpass\n{ICE}a=ice-options:ice2,trickle\n"
        f"a=fingerprint:sha-256 {HEX}\n",
        "a=rtcp-mux\n",
        (
            "111",
            (
                "a=mid:0\na=ssrc:42 cname:obs\na=ssrc:42 msid:obs-stream audio\na=msid:obs audio\n"
                "a=rtpmap:111 opus/48000/2\n"
                "a=fmtp:111 minptime=10;maxaveragebitrate=96000;stereo=1;useinbandfec=1\n"
            ),
        ),
        later=VIDEO,
    ),
    Kind(
        "GStreamer whipclientsink",
        "o=- 3567 0 IN IP4 0.0.0.0\ns=-\nt=0 0\na=ice-options:trickle\na=group:BUNDLE audio0\n",
        ICE + f"a=setup:actpass\na=fingerprint:sha-256 {HEX}\na=rtcp-mux\na=rtcp-rsize\n",
        (
            "96 97",
            (
                "a=mid:audio0\na=rtpmap:96 OPUS/48000/2\na=rtcp-fb:96 transport-cc\n"
                "a=fmtp:96 sprop-maxcapturerate=48000;sprop-stereo=0\na=rtpmap:97 red/48000/2\n"
                "a=ssrc:77 msid:user webrtctransceiver0\na=ssrc:77 cname:user\n"
            ),
        ),
    ),
    Kind(
        "FFmpeg",
        "o=FFmpeg 4489045141692799359 2 IN IP4 127.0.0.1\ns=FFmpegPublishSession\nt=0 0\n"
        "a=group:BUNDLE 0 1\na=extmap-allow-mixed\na=msid-semantic: WMS\n",
        f"{ICE}a=fingerprint:sha-256 {HEX}\na=setup:passive\na=rtcp-mux\n",
        ("111", "a=mid:0\na=msid:FFmpeg audio\n" + OPUS_111 + "a=ssrc:1 cname:FFmpeg\n"),
    ),
    Kind(
        "aiortc",
        "o=- 3974000000 3974000000 IN IP4 0.0.0.0\ns=-\nt=0 0\na=group:BUNDLE 0\n"
        "a=msid-semantic:WMS *\n",
        HOST.format(port=PORT) + "\na=end-of-candidates\n" + _transport(),
        ("96 9 0 8", "a=mid:0\na=msid:s t\na=rtpmap:96 opus/48000/2\na=rtpmap:0 PCMU/8000\n"),
    ),
    Kind(
        "libwebrtc in Node",
        _session("-", "a=group:BUNDLE 0\na=msid-semantic: WMS\n"),
        _transport(HOST, HOST + " generation 0 ufrag Yc3x network-id 1 network-cost 50"),
        ("111 103 104 9 102 0", "a=mid:0\n" + OPUS_111 + "a=rtpmap:103 ISAC/16000\n"),
    ),
    Kind(
        "Pion",
        _session("-", f"a=fingerprint:sha-256 {HEX}\na=group:BUNDLE 0\n"),
        f"a=setup:actpass\n{ICE}{HOST.format(port=PORT)}\na=rtcp-mux\na=rtcp-rsize\n",
        (
            "45 0",
            "a=mid:0\na=rtpmap:45 opus/48000/2\na=fmtp:45 minptime=10\na=rtpmap:0 PCMU/8000\n",
        ),
    ),
    Kind(
        "without groups",
        _session("-", ""),
        _transport(HOST),
        ("120", "a=rtpmap:120 opus/48000/2\n"),
    ),
)


def corpus(direction: str, count: int = 300, seed: int = 9725) -> list[str]:
    """Offers of all kinds, then damaged ones, always the same.

    Args:
        direction: of the audio section, `sendonly` or `recvonly`.
        count: how many.
        seed: of the damage.
    """
    rng = random.Random(seed)
    offers = [kind.offer(direction).replace("\n", "\r\n") for kind in KINDS]
    whole = list(offers)
    while len(offers) < count:
        offers.append(_damaged(rng.choice(whole), rng))
    return offers


ODD_LINES = (
    "a=candidate:",
    "a=candidate:1 1 udp",
    "a=candidate:1 1 tcp 1518280447 127.0.0.1 9 typ host tcptype active",
    "a=candidate:" + "f" * 60 + " 1 udp 1 127.0.0.1 9 typ host",
    "a=candidate:1 1 udp 99999999999999 ::1 9 typ host",
    "a=candidate:1  1  udp 1 nowhere.example 9 typ srflx raddr 0.0.0.0 rport 0",
    "a=ice-lite",
    "a=setup:holdconn",
    "a=fingerprint:sha-1 00",
    "a=group:BUNDLE",
    "a=group:BUNDLE 7 8 9",
    "a=mid:" + "m" * 300,
    "a=rtpmap:111 opus/48000/2",
    "a=rtpmap:-1 opus/48000/2",
    "a=rtpmap:45 opus/48000/6",
    "a=rtcp-mux-only",
    "a=inactive",
    "a=bundle-only",
    "a=identity:" + "e" * 2_000,
    "m=audio 9 RTP/AVP 0",
    "m=video 0 UDP/TLS/RTP/SAVPF",
    "m=",
    "a=\u00e4\u4e2d\U0001f600",
    "\ufeff",
    "\0",
    "\t",
)


def _damaged(offer: str, rng: random.Random) -> str:
    lines = offer.split("\r\n")
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(lines))
        damage = rng.choice((_moved, _moved, _rewritten, _rewritten, _odd))
        lines = damage(lines, at, rng)
    return rng.choice(["\r\n", "\r\n", "\n", "\r"]).join(lines)


def _moved(lines: list[str], at: int, rng: random.Random) -> list[str]:
    """A line is missing, repeated or in another place."""
    line = lines[at]
    rest = lines[:at] + lines[at + 1 :]
    to = rng.randrange(len(lines))
    return rng.choice([rest, [*lines[:to], line, *lines[to:]], [*rest[:to], line, *rest[to:]]])


def _rewritten(lines: list[str], at: int, rng: random.Random) -> list[str]:
    """A line is cut, or has other blanks or a character too many."""
    line = lines[at]
    cut = rng.randint(0, len(line))
    written = rng.choice(
        [
            line[:cut],
            line + rng.choice("\t\0 \x0b\x7f\ufeff"),
            line.replace(" ", rng.choice(["  ", "\t", "\u00a0"])),
            line[:cut] + chr(rng.randrange(1, 0x2FF)) + line[cut:],
        ]
    )
    return [*lines[:at], written, *lines[at + 1 :]]


def _odd(lines: list[str], at: int, rng: random.Random) -> list[str]:
    """A line that nobody expects, a byte order mark, or another payload type."""
    number = str(rng.randrange(130))
    return rng.choice(
        [
            [*lines[:at], rng.choice(ODD_LINES), *lines[at:]],
            [*lines[:at], rng.choice(ODD_LINES), *lines[at:]],
            ["\ufeff" + lines[0], *lines[1:]],
            [line.replace("111", number) for line in lines],
        ]
    )
