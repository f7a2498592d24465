import random
import re
from dataclasses import replace

import pytest
from aiortc.sdp import SessionDescription

from broadcaster.errors import DomainError, IceRestartUnsupported, MalformedSdp, NoOpusAudio
from broadcaster.webrtc.sdp import (
    MAX_CANDIDATES,
    MAX_FINGERPRINTS,
    MAX_LINE_CHARS,
    MAX_SDP_CHARS,
    MAX_SECTIONS,
    parse_fragment,
    parse_offer,
)

HEX = ":".join(["AB"] * 32)
AUDIO = f"""\
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 0
c=IN IP4 0.0.0.0
a=candidate:1 1 udp 2113937151 6d0d1a6c-0001-4c3e-8a5b-000000000000.local 50000 typ host
a=candidate:2 1 UDP 2113937150 192.0.2.7 50001 typ host generation 0 ufrag Yc3x
a=candidate:3 1 tcp 1518280447 192.0.2.7 9 typ host tcptype active
a=candidate:4 2 udp 2113937149 192.0.2.7 50002 typ host
a=end-of-candidates
a=ice-ufrag:Yc3x
a=ice-pwd:0123456789abcdefghijklmn
a=ice-options:trickle
a=fingerprint:sha-256 {HEX}
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=sendonly
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:0 PCMU/8000
a=ssrc:42 cname:x
"""
VIDEO = f"""\
m=video 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=ice-ufrag:Yc3x
a=ice-pwd:0123456789abcdefghijklmn
a=fingerprint:sha-256 {HEX}
a=setup:actpass
a=mid:1
a=sendonly
a=rtcp-mux
a=rtpmap:96 AV1/90000
"""
SESSION = """\
v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 1 0
a=msid-semantic: WMS
"""
OFFER = (SESSION + VIDEO + AUDIO).replace("\n", "\r\n")
NEGOTIATED = """\
v=0
o=- 1 1 IN IP4 0.0.0.0
s=-
t=0 0
a=group:BUNDLE 0
m=audio 40000 UDP/TLS/RTP/SAVPF 111
a=recvonly
a=mid:0
a=rtpmap:111 opus/48000/2
a=setup:passive
"""


def refusal(text: str) -> type[DomainError]:
    with pytest.raises(DomainError) as refused:
        parse_offer(text)
    assert refused.value.hint
    return type(refused.value)


def test_the_stream_is_found_among_other_sections() -> None:
    offer = parse_offer(OFFER)
    assert (offer.audio_index, offer.mid, offer.bundled) == (1, "0", True)
    assert (offer.payload_type, offer.ufrag, offer.setup) == (111, "Yc3x", "actpass")
    assert offer.fingerprints == (f"sha-256 {HEX}",)
    assert offer.candidates == ("2 1 udp 2113937150 192.0.2.7 50001 typ host",)


def test_what_is_negotiated_is_active_and_open_ended() -> None:
    text = parse_offer(OFFER).for_negotiation()
    assert "a=setup:active\r\n" in text
    assert ".local" not in text
    assert "end-of-candidates" not in text
    assert text.count("m=") == 1


def test_a_publisher_that_insists_on_its_dtls_role_keeps_it() -> None:
    text = parse_offer(OFFER.replace("setup:actpass", "setup:passive")).for_negotiation()
    assert "a=setup:passive\r\n" in text


def test_the_answer_has_the_sections_of_the_offer() -> None:
    answer = parse_offer(OFFER).answer(NEGOTIATED)
    assert re.findall(r"m=\w+ \d+", answer) == ["m=video 0", "m=audio 40000"]
    assert re.findall(r"a=mid:\d", answer) == ["a=mid:1", "a=mid:0"]
    assert "a=group:BUNDLE 0\r\n" in answer
    assert (
        "a=rtpmap:111 opus/48000/2\r\n"
        "a=fmtp:111 minptime=10;useinbandfec=1;maxaveragebitrate=64000\r\n" in answer
    )


def test_an_offer_without_groups_gets_an_answer_without() -> None:
    text = (SESSION.replace("a=group:BUNDLE 1 0\n", "") + AUDIO).replace("a=mid:0\n", "")
    offer = parse_offer(text)
    assert not offer.bundled
    assert "BUNDLE" not in offer.answer(NEGOTIATED)
    SessionDescription.parse(offer.for_negotiation())


BUNDLE_ONLY = """\
m=audio 0 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=mid:0
a=bundle-only
a=sendonly
a=rtpmap:111 opus/48000/2
"""


@pytest.mark.parametrize("first", [True, False])
def test_a_bundle_only_section_has_the_transport_of_its_group(*, first: bool) -> None:
    candidate = "a=candidate:1 1 udp 1 192.0.2.7 50001 typ host\n"
    sections = [VIDEO + candidate, BUNDLE_ONLY] if first else [BUNDLE_ONLY, VIDEO + candidate]
    offer = parse_offer(SESSION + "".join(sections))
    assert (offer.ufrag, offer.setup, offer.bundled, offer.mid) == ("Yc3x", "actpass", True, "0")
    assert offer.fingerprints == (f"sha-256 {HEX}",)
    assert offer.candidates == ("1 1 udp 1 192.0.2.7 50001 typ host",)
    SessionDescription.parse(offer.for_negotiation())


def test_another_group_lends_no_transport() -> None:
    apart = SESSION.replace("BUNDLE 1 0", "BUNDLE 1\na=group:BUNDLE 0")
    assert refusal(apart + VIDEO + BUNDLE_ONLY) is MalformedSdp


ODD_LINES = [
    "a=candidate:",
    "a=candidate:1 1 udp",
    "a=candidate:1 1 udp 1 192.0.2.7 port typ host",
    "a=candidate:1 1 udp 1 host.example 5000 typ host",
    "a=candidate:1 1 udp 1 999.0.0.1 5000 typ host",
    "a=candidate:1 1 udp 1 fe80::1%eth0 5000 typ host",
    "a=candidate:1 1 udp 1 0.0.0.0 5000 typ host",
    "a=candidate:1 1 udp 1 224.0.0.1 5000 typ host",
    "a=candidate:1 1 udp 1 192.0.2.7 99999 typ host",
    "a=candidate:1 1 udp 1 192.0.2.7 5000 typ guess",
    "a=x:" + "y" * MAX_LINE_CHARS,
    "a=mid\t",
    "\t",
    "\0",
    "\ufeff",
    "=",
    "A=b",
    "just words",
    "a=fmtp:111 ümlaut \x7f",
    "a=rtpmap:x opus/48000/2",
    "a=fingerprint:sha-256 AB",
    "a=group:",
]


@pytest.mark.parametrize("line", ODD_LINES)
@pytest.mark.parametrize("at", [2, 12, -2])
def test_a_line_that_nobody_needs_is_skipped(line: str, at: int) -> None:
    lines = OFFER.split("\r\n")
    lines.insert(at, line)
    assert parse_offer("\r\n".join(lines)) == parse_offer(OFFER)


@pytest.mark.parametrize(
    "written",
    [
        "\ufeff" + OFFER,
        OFFER + "\0",
        OFFER.replace("\r\n", "\t\r\n"),
        OFFER.replace("\r\n", "\0\r\n"),
        OFFER.replace("\r\n", "\n"),
        OFFER.replace("\r\n", "\r\r\n"),
        OFFER.replace(" ", "  "),
        OFFER.replace(" ", "\t"),
        "\r\n\r\n" + OFFER.replace("\r\n", "\r\n  "),
        OFFER.replace("a=candidate:2", "a=candidate:candidate:2"),
        OFFER.replace("a=rtcp-mux", "a=rtcp-mux-only"),
        OFFER.replace("opus/48000/2", "OPUS/48000"),
        OFFER.replace("a=setup:actpass\r\n", ""),
        OFFER.replace("v=0\r\n", "").replace("s=-", "s=-\r\nv=0"),
    ],
)
def test_another_way_to_write_the_same(written: str) -> None:
    assert parse_offer(written) == parse_offer(OFFER)


def test_a_foundation_may_be_too_long() -> None:
    offer = parse_offer(OFFER.replace("a=candidate:2", "a=candidate:" + "2" * 40))
    assert offer.candidates == ("2" * 32 + " 1 udp 2113937150 192.0.2.7 50001 typ host",)


@pytest.mark.parametrize("number", [35, 63, 64, 95, 96, 127])
def test_opus_on_any_dynamic_payload_type(number: int) -> None:
    moved = OFFER.replace("SAVPF 111 63 0", f"SAVPF {number} 0").replace(":111 ", f":{number} ")
    assert parse_offer(moved).payload_type == number


@pytest.mark.parametrize("number", [0, 34, 128, 1000])
def test_opus_on_no_dynamic_payload_type(number: int) -> None:
    moved = OFFER.replace("SAVPF 111 63 0", f"SAVPF {number}").replace(":111 ", f":{number} ")
    assert refusal(moved) is NoOpusAudio


def test_a_client_that_leaves_the_checks_to_us_is_asked() -> None:
    offer = parse_offer(OFFER.replace("t=0 0\r\n", "t=0 0\r\na=ice-lite\r\n"))
    ice = SessionDescription.parse(offer.for_negotiation()).media[0].ice
    assert ice is not None
    assert ice.iceLite
    assert "a=ice-lite" not in parse_offer(OFFER).for_negotiation()


def test_session_level_attributes_count_for_the_section() -> None:
    moved = ("a=ice-ufrag:", "a=ice-pwd:", "a=fingerprint:", "a=setup:", "a=sendonly")
    lines = AUDIO.splitlines(keepends=True)
    session = SESSION + "".join(line for line in lines if line.startswith(moved))
    section = "".join(line for line in lines if not line.startswith(moved))
    assert parse_offer(session + section) == replace(
        parse_offer(SESSION + AUDIO), sections=parse_offer(SESSION + AUDIO).sections
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        '{"sdp": "v=0"}',
        "\0",
        OFFER.replace("v=0", "x=0"),
        OFFER.replace("a=rtcp-mux", "a=x"),
        OFFER.replace("a=ice-ufrag:Yc3x", "a=ice-ufrag:"),
        OFFER.replace("ice-pwd", "ice-password"),
        OFFER.replace("sha-256", "sha-1"),
        OFFER.replace("setup:actpass", "setup:maybe"),
        OFFER.replace("SAVPF 111 63 0", "SAVPF 72").replace(":111 ", ":72 "),
        OFFER.replace("m=video 9", "m=video x"),
        OFFER + "a=x:" + "y" * MAX_SDP_CHARS,
        OFFER.replace("SAVPF 96", "SAVPF" + " 96" * MAX_LINE_CHARS),
        OFFER + MAX_SECTIONS * VIDEO,
    ],
)
def test_malformed(text: str) -> None:
    assert refusal(text) is MalformedSdp


@pytest.mark.parametrize(
    "text",
    [
        SESSION,
        SESSION + VIDEO,
        OFFER.replace("opus/48000", "PCMA/8000"),
        OFFER.replace("opus/48000/2", "opus/16000"),
        OFFER.replace("SAVPF 111", "SAVPF 112"),
        OFFER.replace("a=sendonly", "a=recvonly"),
        OFFER.replace("m=audio 9", "m=audio 0"),
    ],
)
def test_nothing_for_the_floor(text: str) -> None:
    assert refusal(text) is NoOpusAudio


def test_fingerprints_of_the_section_come_before_the_sessions() -> None:
    other = "a=fingerprint:sha-256 " + ":".join(["0F"] * 32) + "\n"
    assert parse_offer(SESSION + other + AUDIO) == parse_offer(SESSION + AUDIO)
    both = parse_offer(SESSION + AUDIO + other).fingerprints
    assert len(both) == 1 + len(parse_offer(SESSION + AUDIO).fingerprints)
    many = parse_offer(SESSION + AUDIO + 500 * other).fingerprints
    assert len(many) == MAX_FINGERPRINTS


def test_candidates_are_bounded() -> None:
    many = "".join(f"a=candidate:{n} 1 udp 1 192.0.2.7 {n + 1} typ host\n" for n in range(500))
    assert len(parse_offer(OFFER + many).candidates) == MAX_CANDIDATES


def test_damaged_offers_are_refused_or_negotiable() -> None:
    rng = random.Random(9725)
    for _ in range(3000):
        lines = OFFER.split("\r\n")
        for _ in range(rng.randint(1, 3)):
            index = rng.randrange(len(lines))
            match rng.randrange(4):
                case 0:
                    del lines[index]
                case 1:
                    lines[index] = lines[index][: rng.randint(0, len(lines[index]))]
                case 2:
                    at = rng.randint(0, len(lines[index]))
                    lines[index] = (
                        lines[index][:at] + chr(rng.randrange(1, 400)) + lines[index][at:]
                    )
                case _:
                    lines.insert(index, rng.choice(lines))
        try:
            offer = parse_offer("\r\n".join(lines))
        except DomainError:
            continue
        parsed = SessionDescription.parse(offer.for_negotiation())
        assert parsed.media[0].rtp.codecs[0].payloadType == offer.payload_type


def test_fragment() -> None:
    fragment = parse_fragment(
        "a=ice-ufrag:Yc3x\r\na=ice-pwd:0123456789abcdefghijklmn\r\n"
        "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
        "a=candidate:1 1 udp 1 192.0.2.7 5000 typ srflx raddr 10.0.0.1 rport 5\r\n"
        "a=candidate:2 1 udp 1 00000000-0000-4000-8000-000000000000.local 5000 typ host\r\n"
        "a=candidate:3 1 udp 1 192.0.2.7 99999 typ host\r\n"
        "a=end-of-candidates\r\n"
    )
    assert fragment.candidates == ("1 1 udp 1 192.0.2.7 5000 typ srflx",)
    offer = parse_offer(OFFER)
    fragment.check_no_restart(offer)
    parse_fragment("a=end-of-candidates").check_no_restart(offer)
    parse_fragment("").check_no_restart(offer)
    with pytest.raises(IceRestartUnsupported):
        parse_fragment("a=ice-ufrag:EsAw\r\na=ice-pwd:x").check_no_restart(offer)


@pytest.mark.parametrize("text", ["candidate:1 1 udp", "\0", "{}"])
def test_malformed_fragment(text: str) -> None:
    with pytest.raises(MalformedSdp):
        parse_fragment(text)
