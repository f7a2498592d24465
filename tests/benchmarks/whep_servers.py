"""The servers that `bench_whep` compares; run as a program, one at a time.

`ours` is a whole edge with its HTTP and bus; `stock` is aiortc's own sender with packets that are
already encoded; `relay` is aiortc as its examples use it: decoded frames of 20 ms through a
`MediaRelay`, encoded once per listener. Lines on stdin: `start` and `stop`.
"""

import asyncio
import fractions
import secrets
import sys
from collections.abc import Callable
from typing import Any

import av
import numpy as np
import uvloop
from aiohttp import web
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.edge.whep.routes import WhepEndpoint
from broadcaster.model import keys
from broadcaster.model.audio import OPUS_FRAME_SAMPLES, AudioFrame, Kind
from broadcaster.model.clock import SystemClock
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.web.application import create_application
from broadcaster.webrtc.egress.port import EgressPort, EgressSettings

EVENT = Event("talk", "A talk", EventState.LIVE, (Channel("es"),), "key")
PAYLOAD = b"\x58" + secrets.token_bytes(189)
"""As long as 60 ms of speech at 24 kbit/s, which its first byte says; nobody decodes it."""
FRAME_S = 0.06
RELAY_FRAME_S = 0.02
RELAY_SAMPLES = 960


class Talk:
    """A frame every 60 ms while it is on."""

    def __init__(self) -> None:
        self.on = asyncio.Event()
        self.frames = 0

    async def obey(self) -> None:
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            (self.on.set if line.strip() == "start" else self.on.clear)()

    async def run(self, say: Any) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            await self.on.wait()
            due = max(due + FRAME_S, loop.time())
            await asyncio.sleep(due - loop.time())
            say(self.frames)
            self.frames += 1


async def serve(application: web.Application) -> None:
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(runner.addresses[0][1], flush=True)


async def ours() -> None:
    talk = Talk()
    async with EmbeddedBus(None) as bus, asyncio.TaskGroup() as tasks:
        clock = SystemClock()
        rooms, egress = Rooms(bus, clock, None), EgressPort(EgressSettings(), clock)
        await bus.put(keys.event_record("talk"), EVENT.to_json())

        def say(number: int) -> None:
            frame = AudioFrame(Kind.OPUS, number, number * OPUS_FRAME_SAMPLES, PAYLOAD)
            bus.publish(keys.opus("talk", "es"), frame.to_bytes())

        for part in (rooms.run(), egress.run(), talk.run(say)):
            tasks.create_task(part)
        await serve(create_application(bus, WhepEndpoint(rooms, egress, bus, clock).routes()))
        await talk.obey()
        raise SystemExit


class PacketTrack(MediaStreamTrack):
    """Packets that are ready, for one listener of aiortc's sender."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.queue: asyncio.Queue[Any] = asyncio.Queue(3)

    async def recv(self) -> Any:
        return await self.queue.get()


class SoundTrack(MediaStreamTrack):
    """Noise, decoded, a frame every 20 ms while the talk is on."""

    kind = "audio"

    def __init__(self, talk: Talk) -> None:
        super().__init__()
        self._talk = talk
        self._due = 0.0
        self._pts = 0
        noise = np.random.default_rng(1).integers(-3000, 3000, (1, 2 * RELAY_SAMPLES), np.int16)
        self._noise = noise

    async def recv(self) -> Any:
        loop = asyncio.get_running_loop()
        await self._talk.on.wait()
        self._due = max(self._due + RELAY_FRAME_S, loop.time())
        await asyncio.sleep(self._due - loop.time())
        frame = av.AudioFrame.from_ndarray(self._noise, "s16", "stereo")
        frame.sample_rate, frame.pts = 48_000, self._pts
        frame.time_base = fractions.Fraction(1, 48_000)
        self._pts += RELAY_SAMPLES
        return frame


async def aiortc_server(talk: Talk, track: Callable[[], MediaStreamTrack]) -> None:
    """Answers every offer with a connection that sends one more track."""
    connections = set[RTCPeerConnection]()

    async def subscribe(request: web.Request) -> web.Response:
        connection = RTCPeerConnection()
        connections.add(connection)
        connection.addTrack(track())
        await connection.setRemoteDescription(RTCSessionDescription(await request.text(), "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        return web.Response(status=201, text=connection.localDescription.sdp)

    application = web.Application()
    application.router.add_post("/whep/talk/es", subscribe)
    await serve(application)
    await talk.obey()


async def stock() -> None:
    talk, tracks = Talk(), list[PacketTrack]()

    def say(number: int) -> None:
        packet = av.Packet(PAYLOAD)
        packet.pts = number * OPUS_FRAME_SAMPLES * 2
        packet.time_base = fractions.Fraction(1, 48_000)
        for track in tracks:
            if not track.queue.full():
                track.queue.put_nowait(packet)

    def track() -> PacketTrack:
        tracks.append(PacketTrack())
        return tracks[-1]

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(talk.run(say))
        await aiortc_server(talk, track)
        raise SystemExit


async def relay() -> None:
    talk, shared = Talk(), MediaRelay()
    source = SoundTrack(talk)
    await aiortc_server(talk, lambda: shared.subscribe(source))


if __name__ == "__main__":
    uvloop.run({"ours": ours, "stock": stock, "relay": relay}[sys.argv[1]]())
