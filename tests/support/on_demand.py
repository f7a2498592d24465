"""Measures the delay of a language's first listener, with the whole application at work."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import aiohttp
import numpy as np
from aiohttp import WSMsgType, web

from broadcaster.app import build
from broadcaster.audio.file import read_pcm
from broadcaster.audio.opus import OpusDecoder
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.config import Role, Settings
from broadcaster.model import keys
from broadcaster.model.audio import AudioFrame, Kind
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.ports import Bus
from broadcaster.model.status import BoothState, BoothStatus, statuses
from broadcaster.rehearsal import talk
from broadcaster.sockets.acceptor import AcceptorSettings, accepting
from broadcaster.web.application import create_application
from tests.support.deadline import deadline

EVENT = Event("talk", "A talk", EventState.LIVE, (Channel("es"),), "key", source_captions=False)
TONE_HZ = 1_000
ANSWERS_AFTER_BLOCKS = 2
"""A continuous interpreter that speaks 0.4 s after the speaker."""


@dataclass(frozen=True, slots=True)
class First:
    """Seconds from the moment the first listener connects.

    Attributes:
        sound_s: to the first packet that is no silence, the original as a rule.
        live_s: until the booth's session is live.
        voice_s: to the first packet with the interpreter's voice.
    """

    sound_s: float
    live_s: float
    voice_s: float


async def first_listeners(count: int) -> list[First]:
    """The first listener of one event after the other."""
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(EmbeddedBus(None))
        realtime_url = await stack.enter_async_context(prompt_interpreter())
        http = await stack.enter_async_context(aiohttp.ClientSession())
        settings = Settings.model_validate({"realtime_url": realtime_url})
        parts = build(settings, frozenset({Role.BOOTHS, Role.EDGE}), "token", bus, http)
        tasks = [asyncio.create_task(run(), name=name) for name, run in parts.run.items()]
        stack.push_async_callback(_end, tasks)
        url = await stack.enter_async_context(
            served(create_application(bus, parts.routes, authenticate=parts.authenticate))
        )
        pcm = await asyncio.to_thread(lambda: b"".join(read_pcm(talk.load().audio_path)))
        chance = np.random.default_rng(1)
        firsts = []
        for number in range(count):
            event = replace(EVENT, id=f"talk-{number}")
            await bus.put(keys.event_record(event.id), event.to_json())
            async with _speaking(bus, event.id, pcm):
                await asyncio.sleep(2.0 + chance.random())
                firsts.append(await _first(bus, f"{url}/e/{event.id}/audio/es", event.id))
    return firsts


async def _first(bus: Bus, url: str, event: str) -> First:
    now = asyncio.get_running_loop().time
    started = now()
    decoder = OpusDecoder()
    sound_s = voice_s = 0.0
    live = asyncio.create_task(_live_at(bus, event), name="booth of the test")
    async with deadline(), aiohttp.ClientSession() as http:
        async with http.ws_connect(url, protocols=["broadcaster.audio.v1"]) as socket:
            async for message in socket:
                if message.type is not WSMsgType.BINARY:
                    continue
                frame = AudioFrame.from_bytes(message.data)
                sound = np.frombuffer(decoder.decode(frame.payload), "<i2").astype(float)
                if not sound_s and np.sqrt(np.mean(sound**2)) > 100:
                    sound_s = now() - started
                if _is_tone(sound):
                    voice_s = now() - started
                    break
        return First(sound_s, await live - started, voice_s)


async def _live_at(bus: Bus, event: str) -> float:
    async with bus.subscribe(keys.status(event)) as messages:
        async for status in statuses(messages):
            if isinstance(status, BoothStatus) and status.state is BoothState.LIVE:
                return asyncio.get_running_loop().time()
    raise AssertionError


def _is_tone(sound: np.ndarray) -> bool:
    power = np.abs(np.fft.rfft(sound * np.hanning(sound.size))) ** 2
    middle = round(TONE_HZ * sound.size / 24_000)
    return bool(power[middle - 2 : middle + 3].sum() > 0.5 * power.sum() > 0)


@asynccontextmanager
async def _speaking(bus: Bus, event: str, pcm: bytes) -> AsyncIterator[None]:
    async def speak() -> None:
        clock, position = asyncio.get_running_loop().time, 0
        started = clock()
        while True:
            await asyncio.sleep(max(0.0, started + position / 24_000 - clock()))
            at = position * 2 % (len(pcm) - 960)
            frame = AudioFrame(Kind.PCM, position // 480, position, pcm[at : at + 960])
            bus.publish(keys.floor_pcm(event), frame.to_bytes())
            position += 480

    task = asyncio.create_task(speak(), name="floor of the test")
    try:
        yield
    finally:
        await _end([task])


@asynccontextmanager
async def prompt_interpreter() -> AsyncIterator[str]:
    """A translation server that hums along with the speaker; yields its base URL."""
    time_s = np.arange(4_800) / 24_000
    hum = (8_000 * np.sin(2 * np.pi * TONE_HZ * time_s)).astype("<i2").tobytes()
    delta = {"type": "session.output_audio.delta", "delta": base64.b64encode(hum).decode()}

    async def session(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        session = {"id": "s", "type": "translation", "model": "m", "expires_at": 2_000_000_000}
        await socket.send_json({"type": "session.created", "session": {**session, "audio": {}}})
        heard = 0
        async for message in socket:
            event = json.loads(message.data)
            if event["type"] == "session.update":
                updated = {**session, "audio": event["session"]["audio"]}
                await socket.send_json({"type": "session.updated", "session": updated})
            elif event["type"] == "session.close":
                await socket.send_json({"type": "session.closed"})
            else:
                heard += 1
                if heard > ANSWERS_AFTER_BLOCKS:
                    await socket.send_json({**delta, "elapsed_ms": 200 * heard})
        return socket

    application = web.Application()
    application.router.add_get("/v1/realtime/translations", session)
    async with served(application) as url:
        yield f"{url}/v1"


@asynccontextmanager
async def served(application: web.Application) -> AsyncIterator[str]:
    """The application on a free port; yields its base URL."""
    runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    assert runner.server is not None
    try:
        async with accepting(AcceptorSettings("127.0.0.1", 0), runner.server) as acceptor:
            yield f"http://127.0.0.1:{acceptor.port}"
    finally:
        await runner.cleanup()


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
