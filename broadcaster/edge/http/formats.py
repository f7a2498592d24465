"""The formats in which a channel is offered as continuous HTTP audio, and titles inside MP3.

Titles are ICY metadata: the client asks with `Icy-MetaData: 1`, the answer says `icy-metaint: N`,
and after every N bytes of sound follows one byte, the length of the metadata in units of 16 bytes,
then the metadata. There is no standard; Icecast and its players define it.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from broadcaster.audio.containers import (
    LOW_MP3_BITRATE,
    LOW_MP3_FRAME_BYTES,
    MP3_BITRATE,
    MP3_FRAME_BYTES,
    OggOpus,
    OpusToMp3,
)
from broadcaster.audio.opus import SILENT_SAMPLES, silent_packet
from broadcaster.edge.fanout.backlog import Backlog
from broadcaster.model.audio import ms_to_samples
from broadcaster.model.variant import ChannelVariant, Coding

LONGEST_TITLE_BYTES = 240
_UNIT_BYTES = 16
_NO_METADATA = b"\0"


class Encoder(Protocol):
    """Opus packets in, pieces of a continuous stream out."""

    head: bytes
    """The header, which every listener gets first."""

    def push(self, opus: bytes) -> bytes:
        """Add one packet; returns whole frames or pages, empty while none is complete."""


@dataclass(frozen=True, slots=True)
class HttpFormat:
    """One format.

    Attributes:
        name: the ending of its address.
        content_type: of the response.
        encoder: makes the encoder of a channel with its tags.
        backlog_ms: sound that a new listener gets at once.
        block_ms: sound in one write; fewer writes cost less and add delay.
        threaded: whether encoding is slow enough to need a thread.
        kbps: bit rate told to players; 0 when it varies.
        metaint: bytes between two ICY metadata blocks, whole frames; 0 without metadata.
    """

    name: str
    content_type: str
    encoder: Callable[[Mapping[str, str]], Encoder]
    backlog_ms: int
    block_ms: int
    threaded: bool = False
    kbps: int = 0
    metaint: int = 0


MP3 = HttpFormat(
    "mp3",
    "audio/mpeg",
    lambda _: OpusToMp3(),
    backlog_ms=3_300,
    block_ms=240,
    threaded=True,
    kbps=MP3_BITRATE // 1000,
    metaint=21 * MP3_FRAME_BYTES,
)
"""Chromium reads in pieces of 32 KiB, 2.7 s of this: the backlog is that and half a second more."""
LOW_MP3 = HttpFormat(
    "mp3",
    "audio/mpeg",
    lambda _: OpusToMp3(LOW_MP3_BITRATE),
    backlog_ms=8_700,
    block_ms=240,
    threaded=True,
    kbps=LOW_MP3_BITRATE // 1000,
    metaint=64 * LOW_MP3_FRAME_BYTES,
)
"""Of low-rate variants: 32 KiB of this are 8.2 s."""
OGG = HttpFormat("ogg", "audio/ogg", OggOpus, backlog_ms=1_020, block_ms=60)
"""For players with buffers of their own: every second sent ahead is a second of delay."""
FORMATS = {form.name: form for form in (MP3, OGG)}


def format_of(name: str, channel: str) -> HttpFormat | None:
    """The format in which a channel or variant is sent; None for a name that is not known."""
    if name == LOW_MP3.name and ChannelVariant.parse(channel).coding is Coding.LOW_RATE:
        return LOW_MP3
    return FORMATS.get(name)


def make_encoder(form: HttpFormat, tags: Mapping[str, str]) -> tuple[Encoder, Backlog]:
    """An encoder and a backlog of silence made with it; takes some ten milliseconds."""
    encoder, backlog = form.encoder(tags), Backlog(ms_to_samples(form.backlog_ms))
    packets = ms_to_samples(form.backlog_ms) // SILENT_SAMPLES
    for piece in encode(encoder, [silent_packet()] * packets):
        backlog.push(piece, SILENT_SAMPLES)
    return encoder, backlog


def encode(encoder: Encoder, packets: list[bytes]) -> list[bytes]:
    """Return the frames or pages that each packet completes."""
    return [encoder.push(packet) for packet in packets]


def metadata(title: str) -> bytes:
    """A metadata block with its length byte; the title is cut to `LONGEST_TITLE_BYTES` of UTF-8."""
    line = " ".join(title.split()).replace("'", "’")  # a quote would end the title
    cut = line.encode()[:LONGEST_TITLE_BYTES].decode(errors="ignore")
    text = f"StreamTitle='{cut}';".encode()
    units = -(-len(text) // _UNIT_BYTES)
    return bytes((units,)) + text.ljust(units * _UNIT_BYTES, b"\0")


class IcyBlocks:
    """Cuts a stream into blocks of `metaint` bytes, each with its metadata: the same for everybody.

    Args:
        metaint: bytes of sound in a block.
        backlog_blocks: newest blocks kept for listeners that join.
    """

    def __init__(self, metaint: int, backlog_blocks: int) -> None:
        self._metaint = metaint
        self._buffer = bytearray()
        self._recent: deque[bytes] = deque(maxlen=backlog_blocks)
        self._title = ""

    def push(self, data: bytes, title: str) -> list[bytes]:
        """Add sound; returns the complete blocks; the first one after a change has the title."""
        self._buffer += data
        done = []
        while len(self._buffer) >= self._metaint:
            sound = bytes(self._buffer[: self._metaint])
            del self._buffer[: self._metaint]
            self._recent.append(sound)
            done.append(sound + (_NO_METADATA if title == self._title else metadata(title)))
            self._title = title
        return done

    def backlog(self) -> bytes:
        """Return the backlog for a new listener: the newest blocks, with the current title."""
        first, *rest = self._recent or [b""]
        if not first:
            return b""
        return first + metadata(self._title) + b"".join(sound + _NO_METADATA for sound in rest)
