"""Publishes during a benchmark: marked Opus packets and captions, evenly."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Protocol

import aiohttp

from broadcaster.model import keys
from broadcaster.model.audio import AudioFrame, Kind, ms_to_samples
from broadcaster.model.caption import Caption
from broadcaster.model.ports import Bus
from tests.support.tasks import background_task

FRAME_MS = 60
_FIRST_BYTES = {20: b"\x48", 40: b"\x50", 60: b"\x58"}
"""First byte of an Opus packet by its length in ms. The edge reads nothing else."""
EVENT = "bench"


class Source(Protocol):
    """Publishes one marked message a tick."""

    async def publish(self, sequence: int) -> None:
        """Publish the message with this number."""


def mark(sequence: int) -> bytes:
    """Sequence and time of publishing as native/wire.h reads them."""
    return b"@@bench@%08x%016x" % (sequence & 0xFFFF_FFFF, time.monotonic_ns())


def packet_bytes(frame_ms: int) -> int:
    """Of an Opus packet at 24 kbit/s."""
    return 3 * frame_ms


def packet(sequence: int, frame_ms: int) -> bytes:
    """A marked payload of an Opus packet's size; nobody on the way decodes it."""
    return (_FIRST_BYTES[frame_ms] + mark(sequence)).ljust(packet_bytes(frame_ms), b"\x5a")


class Ticker:
    """Runs a source at an even pace, off and on.

    Args:
        source: what publishes.
        interval_ms: pace.
    """

    def __init__(self, source: Source, interval_ms: float) -> None:
        self._source = source
        self._interval_s = interval_ms / 1000
        self._numbers = count()
        self._running: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def ticking(self) -> AsyncIterator[None]:
        """Publish inside the context."""
        async with background_task(self._run(), name="source"):
            yield

    async def _run(self) -> None:
        due = time.monotonic()
        while True:
            await self._source.publish(next(self._numbers))
            due += self._interval_s
            await asyncio.sleep(max(0.0, due - time.monotonic()))


class ChannelSound:
    """Frames of one channel, onto the bus.

    Args:
        bus: what the edge listens to.
        channels: every frame goes to each of them.
        frame_ms: sound in a frame.
    """

    def __init__(self, bus: Bus, *channels: str, frame_ms: int = FRAME_MS) -> None:
        self._bus = bus
        self._frame_ms = frame_ms
        self._topics = [keys.opus(EVENT, channel) for channel in channels]

    async def publish(self, sequence: int) -> None:
        position = sequence * ms_to_samples(self._frame_ms)
        for topic in self._topics:
            payload = packet(sequence, self._frame_ms)
            frame = AudioFrame(Kind.OPUS, sequence & 0xFFFF_FFFF, position, payload)
            self._bus.publish(topic, frame.to_bytes())


def caption(sequence: int) -> bytes:
    """A marked caption of about 200 bytes; every fifth is final."""
    text = mark(sequence).decode() + "\nand so we raised the dyke by a metre"
    number, step = divmod(sequence, 5)
    start_ms = number * 2_000
    made = Caption(f"es-{number}", "es", start_ms, start_ms + 400 * step, text, final=step == 4)
    return made.to_json()


class ChannelCaptions:
    """Captions of one channel, onto the bus."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def publish(self, sequence: int) -> None:
        await self._bus.append(keys.captions(EVENT, "es"), caption(sequence))


class NchanCaptions:
    """The same captions, posted to nchan."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url

    async def publish(self, sequence: int) -> None:
        async with self._http.post(self._url, data=caption(sequence)) as answer:
            answer.raise_for_status()


class OggSound:
    """The same Opus packets to Icecast, one Ogg page each.

    Args:
        to: a connection on which Icecast has accepted a source.
        frame_ms: sound in a packet.
    """

    def __init__(self, to: asyncio.StreamWriter, frame_ms: int) -> None:
        self._to = to
        self._frame_ms = frame_ms
        self._pages = count(2)
        head = b"OpusHead\x01\x01" + (312).to_bytes(2, "little") + (48_000).to_bytes(4, "little")
        self._to.write(ogg_page(head + b"\0\0\0", 0, 0, first=True))
        tags = b"OpusTags" + (5).to_bytes(4, "little") + b"bench" + bytes(4)
        self._to.write(ogg_page(tags, 1, 0))

    async def publish(self, sequence: int) -> None:
        number = next(self._pages)
        granule = (number - 1) * 48 * self._frame_ms
        self._to.write(ogg_page(packet(sequence, self._frame_ms), number, granule))


def ogg_page(body: bytes, number: int, granule: int, *, first: bool = False) -> bytes:
    """One Ogg page (RFC 3533 §6) with one packet of less than 510 bytes."""
    lacing = b"\xff" * (len(body) // 255) + bytes((len(body) % 255,))
    head = b"OggS\0" + bytes((2 if first else 0,)) + granule.to_bytes(8, "little")
    head += (1).to_bytes(4, "little") + number.to_bytes(4, "little")
    rest = bytes((len(lacing),)) + lacing + body
    return head + ogg_crc(head + bytes(4) + rest).to_bytes(4, "little") + rest


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1) ^ (0x04C1_1DB7 if value & 0x8000_0000 else 0)
        table.append(value & 0xFFFF_FFFF)
    return tuple(table)


_CRC = _crc_table()


def ogg_crc(data: bytes) -> int:
    """The page checksum of RFC 3533: CRC-32 without reflection, starting at 0."""
    value = 0
    for byte in data:
        value = ((value << 8) & 0xFFFF_FFFF) ^ _CRC[(value >> 24) ^ byte]
    return value
