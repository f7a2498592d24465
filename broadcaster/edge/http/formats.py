"""The forms in which a channel is offered as continuous HTTP audio."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from broadcaster.audio.containers import MP3_BITRATE, MP3_FRAME_BYTES, OggOpus, OpusToMp3
from broadcaster.audio.opus import SILENT_SAMPLES, silent_packet
from broadcaster.edge.fanout.backlog import Backlog
from broadcaster.model.audio import ms_to_samples


class Encoder(Protocol):
    """Opus packets in, a piece of a continuous stream out."""

    head: bytes
    """What every listener gets first."""

    def push(self, opus: bytes) -> bytes:
        """Add one packet; returns whole frames or pages, empty while none is complete."""


@dataclass(frozen=True, slots=True)
class HttpFormat:
    """One form.

    Attributes:
        name: the ending of its address.
        content_type: what HTTP calls it.
        encoder: makes one for a channel.
        backlog_ms: sound a new listener gets at once.
        block_ms: sound in one write; fewer writes cost less and come later.
        threaded: whether encoding is work for a thread beside the loop.
        kbps: bit rate told to players; 0 when it varies.
        metaint: bytes between two ICY metadata blocks, whole frames; 0 when it has none.
    """

    name: str
    content_type: str
    encoder: Callable[[], Encoder]
    backlog_ms: int
    block_ms: int
    threaded: bool = False
    kbps: int = 0
    metaint: int = 0


MP3 = HttpFormat(
    "mp3",
    "audio/mpeg",
    OpusToMp3,
    backlog_ms=3_300,
    block_ms=240,
    threaded=True,
    kbps=MP3_BITRATE // 1000,
    metaint=21 * MP3_FRAME_BYTES,
)
"""Chromium reads in pieces of 32 KiB, 2.7 s of this: the backlog is that and half a second more."""
OGG = HttpFormat("ogg", "audio/ogg", OggOpus, backlog_ms=1_020, block_ms=60)
"""For players with buffers of their own: every second sent ahead is a second of delay."""
FORMATS = {form.name: form for form in (MP3, OGG)}


def prepare(form: HttpFormat) -> tuple[Encoder, Backlog]:
    """An encoder and a backlog of silence made with it; takes some ten milliseconds."""
    encoder, backlog = form.encoder(), Backlog(ms_to_samples(form.backlog_ms))
    packets = ms_to_samples(form.backlog_ms) // SILENT_SAMPLES
    for piece in encode(encoder, [silent_packet()] * packets):
        backlog.push(piece, SILENT_SAMPLES)
    return encoder, backlog


def encode(encoder: Encoder, packets: list[bytes]) -> list[bytes]:
    """What each packet completes."""
    return [encoder.push(packet) for packet in packets]
