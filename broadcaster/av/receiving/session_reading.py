"""Reads the description of a stream: SDP (RFC 8866) with L16 or L24 (RFC 3190), as AES67 has it."""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass

SAMPLE_BYTES = {"L16": 2, "L24": 3}
"""Bytes of a sample, by the name of its encoding."""
RATE_HZ = 48_000
"""Of what is read here; AES67 asks every device for it."""
MOST_CHANNELS = 64
_PORTS = 1 << 16
_RTPMAP = re.compile(r"rtpmap:(\d{1,3}) ([A-Za-z0-9]+)/(\d{1,6})(?:/(\d{1,3}))?")
_FILTER = re.compile(r"source-filter: ?incl IN IP4 \S+ (\S.*)")
_MEDIA = re.compile(r"audio (\d{1,5})(?:/\d+)? RTP/AVP(?: \d{1,3})+")


@dataclass(frozen=True, slots=True)
class AudioStream:
    """A stream of sound in a description.

    Attributes:
        name: of its session, for people.
        address: where it is sent, usually a multicast group.
        port: UDP port.
        payload_type: of its RTP packets.
        encoding: `L16` or `L24`.
        channels: interleaved in it.
        sources: only packets from these senders belong to it; all if empty.
    """

    name: str
    address: str
    port: int
    payload_type: int
    encoding: str
    channels: int
    sources: tuple[str, ...] = ()

    @property
    def block_bytes(self) -> int:
        """Bytes of one sample of all channels."""
        return SAMPLE_BYTES[self.encoding] * self.channels


def read_description(text: str) -> AudioStream:
    """Find the first stream of sound that can be read.

    Args:
        text: SDP; line ends may be LF or CRLF.

    Raises:
        ValueError: no stream in it can be read; says why.
    """
    lines = [(line[0], line[2:].strip()) for line in text.splitlines() if line[1:2] == "="]
    if not lines or lines[0] != ("v", "0"):
        raise ValueError("it is not a session description (SDP)")
    first_media = next((i for i, (kind, _) in enumerate(lines) if kind == "m"), len(lines))
    session = lines[:first_media]
    name = next((value for kind, value in session if kind == "s"), "")
    reasons = []
    for media in _sections(lines[first_media:]):
        try:
            return _stream(name, session, media)
        except ValueError as wrong:
            reasons.append(str(wrong))
    raise ValueError("; ".join(reasons) or "it describes no sound")


def _sections(lines: list[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    starts = [i for i, (kind, _) in enumerate(lines) if kind == "m"]
    for start, end in zip(starts, [*starts, len(lines)][1:], strict=True):
        yield lines[start:end]


def _stream(name: str, session: list[tuple[str, str]], media: list[tuple[str, str]]) -> AudioStream:
    found = _MEDIA.fullmatch(media[0][1])
    if found is None:
        raise ValueError(f"“{media[0][1]}” is not sound over RTP")
    port = int(found[1])
    formats = media[0][1].split()[3:]
    for kind, value in media:
        mapped = _RTPMAP.fullmatch(value) if kind == "a" else None
        if mapped is None or mapped[1] not in formats or mapped[2].upper() not in SAMPLE_BYTES:
            continue
        if int(mapped[3]) != RATE_HZ:
            raise ValueError(f"its rate is {mapped[3]} Hz; {RATE_HZ} Hz is needed")
        channels = int(mapped[4] or 1)
        if not 1 <= channels <= MOST_CHANNELS or not 0 < port < _PORTS:
            raise ValueError("its port or its number of channels is impossible")
        return AudioStream(
            name,
            _address([*media, *session]),
            port,
            int(mapped[1]),
            mapped[2].upper(),
            channels,
            tuple(_sources([*media, *session])),
        )
    raise ValueError("its sound is neither L16 nor L24")


def _address(lines: list[tuple[str, str]]) -> str:
    """The address of the nearest `c` line, without its time to live."""
    for kind, value in lines:
        if kind == "c":
            network, _, address = value.rpartition(" ")
            if network == "IN IP4":
                return str(ipaddress.IPv4Address(address.partition("/")[0]))
    raise ValueError("it names no IPv4 address")


def _sources(lines: list[tuple[str, str]]) -> Iterator[str]:
    """Senders of a source filter (RFC 4570)."""
    for kind, value in lines:
        filtered = _FILTER.fullmatch(value) if kind == "a" else None
        if filtered is not None:
            yield from (str(ipaddress.IPv4Address(word)) for word in filtered[1].split())
            return
