"""The parts of each role in virtual time, with all that goes in and out in an event of hours.

What speaks, listens and interprets runs in the same process. Its memory counts too.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, cast
from unittest import mock

import aiohttp

from broadcaster.audio.file import read_pcm
from broadcaster.audio.opus import OpusEncoder
from broadcaster.audio.stereo.downmix import StereoDownmix
from broadcaster.booths.booth import Booth
from broadcaster.booths.dependencies import BoothDependencies
from broadcaster.booths.engines.opening import Engines
from broadcaster.booths.playout.catch_up import CatchUpLimits
from broadcaster.config import Role
from broadcaster.edge.fanout.caption_history import MOST_CAPTIONS
from broadcaster.floor.feed import FloorFeed
from broadcaster.model import keys
from broadcaster.model.audio import (
    OPUS_FRAME_SAMPLES,
    PCM_FRAME_SAMPLES,
    SAMPLE_BYTES,
    AudioFrame,
    Kind,
)
from broadcaster.model.caption import Caption
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.ports import Bus
from broadcaster.model.status import BoothState, BoothStatus, EdgeStatus, status_to_json
from broadcaster.realtime.endpoint import Endpoint
from broadcaster.rehearsal import talk
from broadcaster.webrtc.incoming_sound import IncomingSound, PcmChunk
from broadcaster.webrtc.ingest import IngestPeer, PeerState
from broadcaster.webrtc.packet_order import ReceivedPacket
from tests.benchmarks.memory.deployment import EVENT, organize
from tests.benchmarks.memory.interpreter import interpreting
from tests.benchmarks.memory.listeners import GUEST_S, by_http, by_websocket, by_whep, client, stay
from tests.support.server import Server, running_server
from tests.support.virtual_time import LoopClock, VirtualTimeBus, outside_work

FRAME_S = 0.06
_FRAME_BYTES = OPUS_FRAME_SAMPLES * SAMPLE_BYTES
_PCM_BYTES = PCM_FRAME_SAMPLES * SAMPLE_BYTES
_PUBLISHER_S = 1_800.0
"""After this long another speaker comes."""
_LOST, _BROKEN = 0.01, 0.001
"""Shares of a publisher's packets."""
_CAPTION_S, _VERSIONS = 4.0, 6

Running = Callable[[Path], Coroutine[Any, Any, None]]


def bus_on_disk(folder: Path) -> VirtualTimeBus:
    """A bus whose database is a file, as in a deployment; one in memory grows with each caption."""
    return VirtualTimeBus(database=folder / "broadcaster.db")


def live_event() -> Event:
    """An event with one language."""
    now_ms = LoopClock().now_ms()
    return Event(
        EVENT, "A talk", EventState.LIVE, (Channel("es"),), "key",
        source_captions=False, live_at_ms=now_ms,
    )  # fmt: skip


def talk_pcm() -> bytes:
    """The prepared talk, s16le mono 24 kHz, as long as a whole number of frames."""
    pcm = b"".join(read_pcm(talk.load().audio_path))
    return pcm[: len(pcm) // _FRAME_BYTES * _FRAME_BYTES]


def encoded_talk(frame_samples: int) -> list[bytes]:
    """The talk as Opus packets of one length."""
    pcm, encoder, size = talk_pcm(), OpusEncoder(frame_samples), frame_samples * SAMPLE_BYTES
    return [encoder.encode(pcm[at : at + size]) for at in range(0, len(pcm), size)]


async def repeat(interval_s: float, act: Callable[[int], None]) -> None:
    """Call `act` with a number, in even intervals."""
    now = asyncio.get_running_loop().time
    began_s, number = now(), 0
    while True:
        act(number)
        number += 1
        await asyncio.sleep(began_s + number * interval_s - now())


def audience(bus: Bus) -> Callable[[int], None]:
    """Report the listeners of each second; every other minute somebody needs the variants."""

    def report(second: int) -> None:
        names = ["floor", "es"]
        if second // 60 % 2:
            names += ["es+floor", "es+fec", "es+floor+fec", "floor+fec"]
        status = EdgeStatus("edge", dict.fromkeys(names, 3), {"es": 2})
        bus.publish(keys.status(EVENT), status_to_json(status))

    return report


class Publisher:
    """A publisher as its floor sees it, from the packets on; its network loses some.

    Args:
        packets: Opus of 20 ms, sent again and again.
    """

    def __init__(self, packets: list[bytes]) -> None:
        self.state, self.end_reason, self.frames_lost, self.pauses = PeerState.LIVE, None, 0, False
        self._packets = packets
        self._chunks: asyncio.Queue[PcmChunk | None] = asyncio.Queue()
        self._sound = IncomingSound(self._chunks.put_nowait, asyncio.get_running_loop().time)
        self._chance = random.Random(1)

    @property
    def downmix(self) -> StereoDownmix:
        return self._sound.downmix

    async def frames(self) -> AsyncGenerator[PcmChunk, None]:
        while (chunk := await self._chunks.get()) is not None:
            yield chunk

    async def close(self) -> None:
        self._chunks.put_nowait(None)

    def send(self, number: int) -> None:
        payload = self._packets[number % len(self._packets)]
        if self._chance.random() < _BROKEN:
            payload = self._chance.randbytes(40)
        if self._chance.random() >= _LOST:
            packet = ReceivedPacket(number & 0xFFFF, number * 960 & 0xFFFF_FFFF, payload)
            self._sound.push_packet(1, packet)
        self._sound.pass_time()


async def floor(folder: Path) -> None:
    """A floor with one speaker after the other, from their packets to the bus."""
    packets = encoded_talk(PCM_FRAME_SAMPLES)
    async with bus_on_disk(folder) as bus, asyncio.TaskGroup() as tasks:
        event = live_event()
        await bus.put(keys.event_record(EVENT), event.to_json())
        feed = FloorFeed(event, bus, LoopClock(), OPUS_FRAME_SAMPLES)
        tasks.create_task(feed.run(), name="floor")
        tasks.create_task(repeat(1.0, audience(bus)), name="audience")
        while True:
            publisher = Publisher(packets)
            before = feed.take(cast("IngestPeer", publisher))
            if before is not None:
                await before.close()
            sending = tasks.create_task(repeat(0.02, publisher.send), name="packets")
            await asyncio.sleep(_PUBLISHER_S)
            sending.cancel()


async def booths(folder: Path) -> None:
    """A booth from the floor's frames over sessions to the channel's sound and captions."""
    pcm = talk_pcm()
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(bus_on_disk(folder))
        url = await stack.enter_async_context(interpreting(lambda: LoopClock().now_ms() // 1000))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        event = live_event()
        await bus.put(keys.event_record(EVENT), event.to_json())
        dependencies = BoothDependencies(
            bus=bus,
            clock=LoopClock(),
            engines=Engines(http, Endpoint(url, "key"), "converse", "transcribe"),
            price=lambda _kind, sent_ms, _usage: sent_ms / 60_000,
            limits=CatchUpLimits(),
        )
        booth = Booth(event=event, channel=event.channels[0], dependencies=dependencies)

        def speak(number: int) -> None:
            """60 ms of floor, in the frames of 20 ms in which it is published."""
            for part in range(3 * number, 3 * number + 3):
                at = part * _PCM_BYTES % len(pcm)
                sound = pcm[at : at + _PCM_BYTES]
                frame = AudioFrame(Kind.PCM, part & 0xFFFF_FFFF, part * PCM_FRAME_SAMPLES, sound)
                bus.publish(keys.floor_pcm(EVENT), frame.to_bytes())

        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        tasks.create_task(repeat(1.0, audience(bus)), name="audience")
        tasks.create_task(repeat(FRAME_S, speak), name="speaker")
        tasks.create_task(booth.run(), name="booth")


@asynccontextmanager
async def served(role: Role, folder: Path) -> AsyncIterator[tuple[Server, VirtualTimeBus]]:
    """The application of one role, in this process and in virtual time."""
    bus = bus_on_disk(folder)
    with (
        mock.patch("broadcaster.app.SystemClock", LoopClock),
        mock.patch("broadcaster.serving.SystemClock", LoopClock),
        mock.patch("broadcaster.serving.open_bus", return_value=bus),
    ):
        async with running_server(folder, frozenset({role})) as server:
            yield server, bus


async def edge(folder: Path) -> None:
    """An edge with sound and captions of a channel, and listeners that come and go."""
    packets = encoded_talk(OPUS_FRAME_SAMPLES)
    async with served(Role.EDGE, folder) as (server, bus), client(server.url) as http:
        await bus.put(keys.event_record(EVENT), live_event().to_json())

        def sound(number: int) -> None:
            payload, position = packets[number % len(packets)], number * OPUS_FRAME_SAMPLES
            frame = AudioFrame(Kind.OPUS, number & 0xFFFF_FFFF, position, payload)
            bus.publish(keys.opus(EVENT, "es"), frame.to_bytes())

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(repeat(FRAME_S, sound), name="sound")
            tasks.create_task(write_captions(bus), name="captions")
            audio, captions = f"/e/{EVENT}/audio/es", f"/e/{EVENT}/captions/es"
            for listen, address, seconds in (
                (by_websocket, audio, 1e9),
                (by_http, f"/listen/{EVENT}/es.mp3", 1e9),
                (by_http, captions, 1e9),
                (by_websocket, audio, GUEST_S),
                (by_http, f"/listen/{EVENT}/es.ogg", GUEST_S),
                (by_http, captions, GUEST_S),
                (by_whep, f"{server.url}/whep/{EVENT}/es", GUEST_S),
            ):
                tasks.create_task(stay(http, listen, address, seconds), name=address)


async def write_captions(bus: Bus) -> None:
    """A caption every few seconds, in several versions, after as many as the edge keeps.

    Otherwise the edge's history of captions would grow for its first hours.
    """
    words = [one.translations.get("es", one.text) for one in talk.load().sentences]
    for number in count():
        text, start_ms = words[number % len(words)], int(number * _CAPTION_S * 1000)
        for version in range(1, _VERSIONS + 1):
            begun = text[: len(text) * version // _VERSIONS]
            final = version == _VERSIONS
            if number < MOST_CAPTIONS and not final:
                continue
            caption = Caption(f"es-{start_ms}", "es", start_ms, start_ms + 3_000, begun, final)
            await bus.append(keys.captions(EVENT, "es"), caption.to_json())
            if number >= MOST_CAPTIONS:
                await asyncio.sleep(_CAPTION_S / _VERSIONS)


async def desk(folder: Path) -> None:
    """A desk that collects every stage's reports, and an organizer who watches."""
    async with served(Role.DESK, folder) as (server, bus), asyncio.TaskGroup() as tasks:
        with outside_work():
            await server.create("es", id=EVENT)

        def report(second: int) -> None:
            status = BoothStatus("es", BoothState.LIVE, sent_ms=1_000 * second, lag_ms=2_000)
            bus.publish(keys.status(EVENT), status_to_json(status))

        tasks.create_task(repeat(1.0, audience(bus)), name="audience")
        tasks.create_task(repeat(1.0, report), name="reports")
        tasks.create_task(organize(server.http), name="organizer")


ROLES: dict[str, Running] = {"floor": floor, "booths": booths, "edge": edge, "desk": desk}
