"""Session descriptions as text: offers, answers and trickled candidates.

`aiortc` negotiates every section it is shown and fails on attributes it does not expect. So it is
shown a small offer that is written here from the fields that matter. An offer is refused only for
what it lacks: a line that cannot be read is skipped. Three fields are changed on purpose:

* candidates that name a host (`….local`) instead of an address are left out: resolving them costs a
  second each and the publisher is reached by peer-reflexive candidates anyway (RFC 8445 section
  7.3.1.3);
* `end-of-candidates` is left out: with it and no usable candidate `aioice` gives up at once;
* `setup:actpass` becomes `active`, so that our answer is DTLS-passive: publishers with RSA
  certificates cannot accept the ciphers `aiortc` offers as a DTLS client.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from broadcaster.errors import IceRestartUnsupported, MalformedSdp, NoOpusAudio

MAX_SDP_CHARS = 64 * 1024
"""Longest description that is parsed; a browser's with every codec is about 8 000."""
MAX_CANDIDATES = 64
"""Most candidates of one description: each is an address that we send checks to."""
MAX_LINE_CHARS = 1_024
"""Longer lines are skipped: they are kept while the session lives."""
MAX_SECTIONS = 16
MAX_FINGERPRINTS = 8
"""Parts of a description are kept while its session lives, so each list is bounded; a browser's has
one or two sections."""
OPUS_FMTP = "minptime=10;useinbandfec=1;maxaveragebitrate=64000"
"""The Opus parameters of an answer (RFC 7587 section 6.1): speech with FEC."""
STEREO_OPUS_FMTP = f"{OPUS_FMTP};stereo=1"
"""Publishers are asked for both channels. A browser would else send their mean, and what is wrong
with the cable could not be mended here."""

_BLANKS = re.compile(r"[\x00-\x20\x7f\ufeff]+")
_LINE = re.compile(r"[a-z]=.*")
_MEDIA = re.compile(r"m=(\S+) (\d{1,5})(?:/\d+)? (\S+)(?: (\S.*))?")
_OPUS = re.compile(r"(\d{1,3}) opus/48000(?:/[12])?", re.IGNORECASE)
_CANDIDATE = re.compile(
    r"(?:candidate:)?(?P<foundation>[!-~]+) 1 udp (?P<priority>\d{1,10}) (?P<host>\S+)"
    r" (?P<port>\d{1,5}) typ (?P<type>host|srflx|prflx|relay)(?: .*)?",
    re.ASCII | re.IGNORECASE,
)
_MAX_FOUNDATION_CHARS = 32
_FINGERPRINT = re.compile(r"sha-(?:256|384|512) [0-9A-F]{2}(?::[0-9A-F]{2}){31,63}", re.IGNORECASE)
_MAX_PORT = 65_535
_CREDENTIAL = re.compile(r"\S{4,256}")
_SENDING = frozenset({"sendrecv", "sendonly"})
_RECEIVING = frozenset({"sendrecv", "recvonly"})
_DIRECTIONS = _SENDING | _RECEIVING | {"inactive"}
_DYNAMIC_TYPES = range(35, 128)
_RTCP_TYPES = range(64, 96)
"""The last choice: with the marker bit they look like RTCP (RFC 5761 section 4)."""
_RESERVED_TYPES = range(72, 77)
"""Those of RTCP's own packets (RFC 3551 section 6)."""
_SETUPS = frozenset({"actpass", "active", "passive"})


@dataclass(frozen=True, slots=True)
class Offer:
    """The one Opus stream of an offer, and what is needed to answer the whole offer.

    Attributes:
        sections: for each `m=` line of the offer, the answer that rejects it.
        audio_index: which of them is the stream; all others are rejected.
        mid: identification of the stream (RFC 5888), empty when the offer has none.
        bundled: whether the offer groups it with others (RFC 9143).
        payload_type: RTP payload type of Opus.
        ufrag: the client's ICE user name fragment.
        pwd: the client's ICE password.
        fingerprints: `<hash> <hex>` of its DTLS certificates.
        setup: DTLS role it offers.
        candidates: usable `candidate` values without their extensions, see the module docstring.
        lite: whether the client leaves the connectivity checks to us (RFC 8445 section 2.5).
    """

    sections: tuple[str, ...]
    audio_index: int
    mid: str
    bundled: bool
    payload_type: int
    ufrag: str
    pwd: str
    fingerprints: tuple[str, ...]
    setup: str
    candidates: tuple[str, ...]
    lite: bool

    def for_negotiation(self) -> str:
        """The offer in the form that `aiortc` is shown."""
        return _join(
            [
                "v=0",
                "o=- 0 0 IN IP4 0.0.0.0",
                "s=-",
                "t=0 0",
                *(["a=ice-lite"] if self.lite else []),
                f"m=audio 9 UDP/TLS/RTP/SAVPF {self.payload_type}",
                "c=IN IP4 0.0.0.0",
                "a=sendonly",
                *([f"a=mid:{self.mid}"] if self.mid else []),
                "a=rtcp-mux",
                f"a=rtpmap:{self.payload_type} opus/48000/2",
                f"a=ice-ufrag:{self.ufrag}",
                f"a=ice-pwd:{self.pwd}",
                *(f"a=fingerprint:{fingerprint}" for fingerprint in self.fingerprints),
                f"a=setup:{'active' if self.setup == 'actpass' else self.setup}",
                *(f"a=candidate:{candidate}" for candidate in self.candidates),
            ]
        )

    def answer(self, negotiated: str, fmtp: str = OPUS_FMTP) -> str:
        """The answer for the client.

        Args:
            negotiated: the answer to `for_negotiation`, of `aiortc` or of the egress port.
            fmtp: the Opus parameters.

        Returns:
            The same with Opus parameters, the offer's grouping, and all other sections rejected:
            an answer has exactly the sections of its offer (RFC 3264 section 6).
        """
        session, (audio,) = _split(_lines(negotiated))
        session = [line for line in session if not line.startswith("a=group:")]
        if self.bundled:
            session.append(f"a=group:BUNDLE {self.mid}")
        rtpmap = next(i for i, line in enumerate(audio) if line.startswith("a=rtpmap:"))
        audio.insert(rtpmap + 1, f"a=fmtp:{self.payload_type} {fmtp}")
        sections = list(self.sections)
        sections[self.audio_index] = _join(audio)
        return _join(session) + "".join(sections)


@dataclass(frozen=True, slots=True)
class IceFragment:
    """Candidates sent after the offer (RFC 8840 section 9, RFC 9725 section 4.3.2).

    Attributes:
        ufrag: user name fragment they belong to; None when it is not stated.
        candidates: usable `candidate` values.
    """

    ufrag: str | None
    candidates: tuple[str, ...]

    def check_no_restart(self, offer: Offer) -> None:
        """Check that this adds candidates to the session its offer began.

        Raises:
            IceRestartUnsupported: it asks for new ICE credentials.
        """
        if self.ufrag is not None and self.ufrag != offer.ufrag:
            raise IceRestartUnsupported


def parse_offer(text: str, *, listens: bool = False) -> Offer:
    """Find the Opus stream in an offer.

    Args:
        text: the offer.
        listens: the client receives the stream instead of sending it.

    Raises:
        MalformedSdp: it lacks something without which no session can be made.
        NoOpusAudio: it sends nothing the floor can take, or takes nothing we send.
    """
    everything = _lines(text)
    if not any(line.startswith("v=") for line in everything):
        raise MalformedSdp("it has no line that starts with v=")
    session, media = _split(everything)
    if len(media) > MAX_SECTIONS:
        raise MalformedSdp(f"it has more than {MAX_SECTIONS} m= lines")
    index = _opus_section(session, media, _RECEIVING if listens else _SENDING)
    lines = media[index]
    mid = _attribute(lines, "mid") or ""
    bundle = _bundle_of(mid, session)
    transport = _transport_sections(lines, bundle, media)
    inherited = [*transport, *session]
    if not {"a=rtcp-mux", "a=rtcp-mux-only"}.intersection(transport):
        raise MalformedSdp("the audio section has no rtcp-mux")
    fingerprints = _fingerprints(lines) or _fingerprints(transport) or _fingerprints(session)
    if not fingerprints:
        raise MalformedSdp("the offer has no usable certificate fingerprint")
    setups = [*_attributes(inherited, "setup"), "actpass"]
    if setups[0] not in _SETUPS:
        raise MalformedSdp("the offer has no valid setup attribute")
    return Offer(
        sections=tuple(_rejected(section) for section in media),
        audio_index=index,
        mid=mid,
        bundled=bool(bundle),
        payload_type=_opus_payload_types(lines)[0],
        ufrag=_credential(inherited, "ice-ufrag"),
        pwd=_credential(inherited, "ice-pwd"),
        fingerprints=fingerprints,
        setup=setups[0],
        candidates=_candidates(lines) or _candidates(transport),
        lite="a=ice-lite" in session,
    )


def parse_fragment(text: str) -> IceFragment:
    """Read a trickle fragment; its `m=` lines only name a section and are skipped.

    Raises:
        MalformedSdp: no line of it can be read.
    """
    lines = _lines(text)
    if text.strip() and not lines:
        raise MalformedSdp("no line is of the form <letter>=<value>")
    return IceFragment(_attribute(lines, "ice-ufrag"), _candidates(lines))


def _opus_section(session: list[str], media: list[list[str]], directions: frozenset[str]) -> int:
    inherited = next((line[2:] for line in session if line[2:] in _DIRECTIONS), "sendrecv")
    for index, lines in enumerate(media):
        head = _media_head(lines)
        alive = head[2] != "0" or "a=bundle-only" in lines
        direction = next((line[2:] for line in lines if line[2:] in _DIRECTIONS), inherited)
        if head[1] == "audio" and alive and direction in directions and _opus_payload_types(lines):
            return index
    raise NoOpusAudio("send" if directions is _SENDING else "receive")


def _opus_payload_types(lines: list[str]) -> list[int]:
    matches = (_OPUS.fullmatch(value) for value in _attributes(lines, "rtpmap"))
    types = [int(match[1]) for match in matches if match]
    listed = (_media_head(lines)[4] or "").split()
    usable = [number for number in types if number in _DYNAMIC_TYPES and str(number) in listed]
    if usable and all(number in _RESERVED_TYPES for number in usable):
        raise MalformedSdp("the payload type of Opus is reserved for RTCP: 72 to 76")
    usable = [number for number in usable if number not in _RESERVED_TYPES]
    return sorted(usable, key=lambda number: number in _RTCP_TYPES)


def _bundle_of(mid: str, session: list[str]) -> list[str]:
    """The identifications of the group that has `mid`, in its order; empty without one."""
    for group in _attributes(session, "group"):
        kind, *mids = group.split() or [""]
        if kind == "BUNDLE" and mid and mid in mids:
            return mids
    return []


def _transport_sections(lines: list[str], bundle: list[str], media: list[list[str]]) -> list[str]:
    """A section's lines, then those of its group, which share its transport.

    The group's first section holds what a bundle-only one leaves out (RFC 9143 section 7.2.1).
    """
    others = [section for section in media if section is not lines]
    found = [_attribute(section, "mid") for section in others]
    shared = [others[found.index(mid)] for mid in bundle if mid in found]
    return [line for section in (lines, *shared) for line in section]


def _rejected(lines: list[str]) -> str:
    head = _media_head(lines)
    mid = _attribute(lines, "mid")
    return _join(
        [
            f"m={head[1]} 0 {head[3]} {head[4] or 0}",
            "c=IN IP4 0.0.0.0",
            "a=inactive",
            *([f"a=mid:{mid}"] if mid else []),
        ]
    )


def _media_head(lines: list[str]) -> re.Match[str]:
    head = _MEDIA.fullmatch(lines[0])
    if head is None:
        raise MalformedSdp("an m= line cannot be read")
    return head


def _candidates(lines: list[str]) -> tuple[str, ...]:
    usable = filter(None, map(_usable_candidate, _attributes(lines, "candidate")))
    return tuple(usable)[:MAX_CANDIDATES]


def _usable_candidate(value: str) -> str | None:
    candidate = _CANDIDATE.fullmatch(value)
    if candidate is None or not 0 < int(candidate["port"]) <= _MAX_PORT:
        return None
    try:
        address = ipaddress.ip_address(candidate["host"])
    except ValueError:
        return None
    if address.is_unspecified or address.is_multicast or "%" in candidate["host"]:
        return None
    foundation = candidate["foundation"][:_MAX_FOUNDATION_CHARS]
    return (
        f"{foundation} 1 udp {candidate['priority']} {address} {candidate['port']}"
        f" typ {candidate['type'].lower()}"
    )


def _fingerprints(lines: list[str]) -> tuple[str, ...]:
    usable = filter(_FINGERPRINT.fullmatch, _attributes(lines, "fingerprint"))
    return tuple(usable)[:MAX_FINGERPRINTS]


def _credential(lines: list[str], name: str) -> str:
    value = _attribute(lines, name)
    if value is None or not _CREDENTIAL.fullmatch(value):
        raise MalformedSdp(f"the offer has no valid {name}")
    return value


def _attribute(lines: list[str], name: str) -> str | None:
    return next(_attributes(lines, name), None)


def _attributes(lines: list[str], name: str) -> Iterator[str]:
    prefix = f"a={name}:"
    return (line.removeprefix(prefix) for line in lines if line.startswith(prefix))


def _lines(text: str) -> list[str]:
    """The lines that can be read, their blanks and control characters made single spaces."""
    if len(text) > MAX_SDP_CHARS:
        raise MalformedSdp("it is too long")
    cleaned = (_BLANKS.sub(" ", line).strip() for line in re.split(r"\r\n|\n|\r", text))
    lines = [line for line in cleaned if _LINE.fullmatch(line)]
    if any(line.startswith("m=") and len(line) > MAX_LINE_CHARS for line in lines):
        raise MalformedSdp(f"an m= line has more than {MAX_LINE_CHARS} characters")
    return [line for line in lines if len(line) <= MAX_LINE_CHARS]


def _split(lines: list[str]) -> tuple[list[str], list[list[str]]]:
    session: list[str] = []
    media: list[list[str]] = []
    for line in lines:
        if line.startswith("m="):
            media.append([line])
        else:
            (media[-1] if media else session).append(line)
    return session, media


def _join(lines: Iterable[str]) -> str:
    return "".join(f"{line}\r\n" for line in lines)
