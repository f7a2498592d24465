"""A booth between a real bus and a Realtime server on a real socket."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import numpy as np
import pytest
from aiohttp import WSMsgType, web

from broadcaster.audio.opus import OpusDecoder
from broadcaster.audio.publishing.pcm_topic import PcmTopic
from broadcaster.booths.booth import Booth
from broadcaster.booths.demand.orders import BoothOrders
from broadcaster.booths.dependencies import BoothDependencies
from broadcaster.booths.engines.opening import Engines
from broadcaster.booths.playout.catch_up import CatchUpLimits
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.bus.retained.files import RetainedFiles
from broadcaster.floor.output import FloorOutput
from broadcaster.model import keys
from broadcaster.model.audio import (
    CLOCK_HZ,
    LOW_RATE_FRAME_SAMPLES,
    OPUS_FRAME_SAMPLES,
    AudioFrame,
    Kind,
    opus_samples,
)
from broadcaster.model.caption import Caption
from broadcaster.model.event import Channel, Event, EventState, Term
from broadcaster.model.status import BoothState, BoothStatus, EdgeStatus, status_to_json
from broadcaster.realtime.endpoint import Endpoint
from tests.support.deadline import DEADLINE_S
from tests.support.tasks import background_task
from tests.support.virtual_time import LoopClock, VirtualTimeBus
from tests.support.web import on_loopback

EVENT = Event("talk", "A talk", EventState.LIVE, (Channel("es"),), "key")
CAPTIONS = keys.captions("talk", "es")
SPEECH = b"\x11\x01" * 9_600
FRENCH = 1 << 40
"""Added to the positions in the frames of another channel, to tell them from the floor's."""


class Server:
    """A Realtime server that does what a test tells it."""

    def __init__(self) -> None:
        self.refusals: list[web.Response] = []
        self.attempts = 0
        self.appended: list[bytes] = []
        self.last_words: list[str] = []
        self.sockets: list[web.WebSocketResponse] = []
        self.base_url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.attempts += 1
        if self.refusals:
            return self.refusals.pop(0)
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        session = {"id": "s", "type": "translation", "model": "m", "expires_at": 2_000_000_000}
        await socket.send_json(
            {"type": "session.created", "session": {**session, "audio": {"output": {}}}}
        )
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            event = json.loads(message.data)
            if event["type"] == "session.update":
                updated = {**session, "audio": event["session"]["audio"]}
                await socket.send_json({"type": "session.updated", "session": updated})
                self.sockets.append(socket)
            elif event["type"] == "session.input_audio_buffer.append":
                self.appended.append(base64.b64decode(event["audio"]))
            else:
                for text in self.last_words:
                    await self.text(text)
                await socket.send_json({"type": "session.closed"})
        return socket

    async def send(self, kind: str, **fields: object) -> None:
        await self.sockets[-1].send_json({"type": kind, **fields})

    async def text(self, text: str) -> None:
        await self.send("session.output_transcript.delta", delta=text, elapsed_ms=200)

    async def sound(self, pcm: bytes) -> None:
        delta = base64.b64encode(pcm).decode()
        await self.sockets[-1].send_json(
            {"type": "session.output_audio.delta", "delta": delta, "elapsed_ms": 200}
        )


@asynccontextmanager
async def realtime() -> AsyncIterator[Server]:
    server = Server()
    application = web.Application()
    application.router.add_get("/v1/realtime/translations", server.handle)
    async with on_loopback(application) as url:
        server.base_url = f"{url}/v1"
        yield server


@asynccontextmanager
async def speaking(bus: EmbeddedBus) -> AsyncIterator[None]:
    """A floor that sends frames at real-time rate."""

    async def speak() -> None:
        position = sequence = 0
        while True:
            frame = AudioFrame(Kind.PCM, sequence, position, position.to_bytes(8, "big") * 120)
            bus.publish(keys.floor_pcm("talk"), frame.to_bytes())
            position, sequence = position + 480, sequence + 1
            await asyncio.sleep(0.02)

    async with background_task(speak(), name="floor of the test"):
        yield


@asynccontextmanager
async def booth(
    bus: EmbeddedBus, server: Server, orders: BoothOrders | None = None, event: Event = EVENT
) -> AsyncIterator[asyncio.Task[None]]:
    """A Spanish booth that interprets."""
    async with aiohttp.ClientSession() as http:
        engines = Engines(http, Endpoint(server.base_url, "key"), "converse", "transcribe")
        dependencies = BoothDependencies(
            bus=bus,
            clock=LoopClock(),
            engines=engines,
            price=lambda _kind, sent_ms, _usage: sent_ms / 60_000,
            limits=CatchUpLimits(),
        )
        work = Booth(
            event=event, channel=event.channels[0], dependencies=dependencies, orders=orders
        )
        async with background_task(
            work.run(),
            name="booth of the test",
        ) as running:
            yield running


async def status(bus: EmbeddedBus, **wanted: object) -> dict[str, object]:
    """The next status of the booth with these values."""
    async with bus.subscribe(keys.status("talk")) as messages, asyncio.timeout(DEADLINE_S):
        async for message in messages:
            found: dict[str, object] = json.loads(message.payload)
            if found["kind"] == "booth" and wanted.items() <= found.items():
                return found
    raise AssertionError


async def captions(bus: EmbeddedBus, count: int) -> list[str]:
    """The first final captions of the channel."""
    texts: list[str] = []
    async with asyncio.timeout(DEADLINE_S):
        async for entry in bus.follow(keys.captions("talk", "es")):
            caption = Caption.from_json(entry.payload)
            texts += [caption.text] if caption.final else []
            if len(texts) == count:
                break
    return texts


async def test_floor_in_captions_and_sound_out() -> None:
    async with VirtualTimeBus() as bus, realtime() as server, speaking(bus):
        async with booth(bus, server):
            await status(bus, state="live")
            await asyncio.sleep(1.0)
            async with bus.subscribe(keys.opus("talk", "es")) as sound:
                await server.text(" Hola")
                await server.text(" a todos")
                await server.text(".")
                await server.sound(bytes(19_200))
                await server.sound(SPEECH)
                assert await captions(bus, 1) == ["Hola a todos."]
                frames = []
                async with asyncio.timeout(DEADLINE_S):
                    async for message in sound:
                        frames.append(AudioFrame.from_bytes(message.payload))
                        if len(frames) == 20:
                            break
            numbers = [frame.sequence for frame in frames]
            assert numbers == list(range(numbers[0], numbers[0] + 20))
            assert any(len(frame.payload) > 40 for frame in frames), "speech was encoded"
            measured = await status(bus, state="live", queue_ms=0)
            assert isinstance(measured["lag_ms"], int)
    positions = []
    for pcm in server.appended:
        assert len(pcm) == 9_600
        positions += [int.from_bytes(pcm[at : at + 8], "big") for at in range(0, 9_600, 960)]
    assert measured["interpreter"] == "translate"
    assert measured["cost_usd"]
    first = positions[0]
    assert first % 4_800 == 0, "frames are cut on one grid for all languages"
    assert positions == list(range(first, first + 480 * len(positions), 480)), "nothing lost"


async def test_a_relayed_booth_interprets_the_other_channel_and_adds_its_lag() -> None:
    event = replace(EVENT, channels=(Channel("es", relay_from="fr"), Channel("fr")))
    async with VirtualTimeBus() as bus, realtime() as server, speaking(bus):

        async def speak_french() -> None:
            relay = PcmTopic(bus, keys.relay_pcm("talk", "fr"))
            lagging = BoothStatus("fr", BoothState.LIVE, lag_ms=3_000)
            position = 0
            while True:
                relay.push_topic_pcm(position, (FRENCH + position).to_bytes(8, "big") * 120)
                if position % CLOCK_HZ == 0:
                    bus.publish(keys.status("talk"), status_to_json(lagging))
                position += 480
                await asyncio.sleep(0.02)

        async with (
            background_task(speak_french(), name="relay of the test"),
            booth(bus, server, event=event),
        ):
            await status(bus, state="live", relay_from="fr")
            await asyncio.sleep(3.0)
            await server.sound(SPEECH)
            await asyncio.sleep(2.0)
            measured = await status(bus, channel="es")
    for pcm in server.appended:
        assert int.from_bytes(pcm[:8], "big") >= FRENCH
    assert isinstance(measured["lag_ms"], int)
    assert measured["lag_ms"] >= 3_000


async def test_a_channel_publishes_its_sound_while_others_are_interpreted_from_it() -> None:
    event = replace(EVENT, channels=(Channel("es"), Channel("gl", relay_from="es")))
    async with VirtualTimeBus() as bus, realtime() as server, speaking(bus):
        async with (
            booth(bus, server, event=event),
            bus.subscribe(keys.relay_pcm("talk", "es")) as sound,
        ):
            await status(bus, state="live")
            await asyncio.sleep(1.0)
            await server.sound(SPEECH * 5)
            frames = []
            async with asyncio.timeout(DEADLINE_S):
                async for message in sound:
                    frames.append(AudioFrame.from_bytes(message.payload))
                    if len(frames) == 200:
                        break
            retained = await bus.retained(keys.relay_pcm("talk", "es"), 0)
    positions = [frame.position for frame in frames]
    assert positions == list(range(positions[0], positions[0] + 480 * 200, 480))
    assert any(frame.payload.strip(b"\0") for frame in frames)
    assert retained


@pytest.mark.parametrize(
    ("status_code", "body"),
    [
        (401, {"error": {"code": "invalid_api_key", "message": "Incorrect key sk-secret"}}),
        (429, {"error": {"code": "insufficient_quota", "message": "no money"}}),
    ],
)
async def test_a_fatal_refusal_stops_with_a_sentence(
    status_code: int, body: dict[str, object]
) -> None:
    async with VirtualTimeBus() as bus, realtime() as server, speaking(bus):
        server.refusals = [web.json_response(body, status=status_code) for _ in range(9)]
        async with booth(bus, server):
            failed = await status(bus, state="failed")
            await asyncio.sleep(1.0)
    assert server.attempts == 1
    reason = str(failed["reason"])
    assert "sk-secret" not in reason
    assert len(reason) > 20


async def test_any_other_refusal_is_retried() -> None:
    async with VirtualTimeBus() as bus, realtime() as server, speaking(bus):
        server.refusals = [web.Response(status=503)]
        async with booth(bus, server):
            retrying = await status(bus, state="retrying")
            assert retrying["reason"]
            await status(bus, state="live", sessions=1)
            transport = server.sockets[0]._req.transport  # type: ignore[union-attr]
            assert transport is not None
            transport.abort()
            await status(bus, state="live", sessions=2)


async def test_unusable_answers_are_counted_over_all_sessions() -> None:
    async with VirtualTimeBus() as bus, realtime() as server, speaking(bus):
        async with booth(bus, server):
            await status(bus, state="live", unusable_events=0)
            for session in (1, 2):
                for _ in range(3):
                    await server.send("session.output_audio.delta", delta="***")
                await status(bus, unusable_events=3 * session)
                await server.sockets[-1].close(code=1011, message=b"upstream failed")
                await status(bus, state="live", sessions=session + 1)


async def test_an_interpreter_whose_sound_is_unusable_is_not_called_mute_alone() -> None:
    async with VirtualTimeBus() as bus, realtime() as server, speaking(bus):
        async with booth(bus, server):
            await status(bus, state="live")

            async def write() -> None:
                while True:
                    await server.send("session.output_audio.delta", delta="***")
                    await server.text(" Hoy hablamos de agua.")
                    await asyncio.sleep(1.0)

            async with background_task(write(), name="interpreter of the test"):
                retrying = await status(bus, state="retrying")
    assert "writes and does not speak, because what it sends cannot be used" in str(
        retrying["reason"]
    )


async def test_the_next_booth_goes_on_where_one_began_that_died_in_its_first_sentence() -> None:
    async with VirtualTimeBus() as bus, realtime() as server:
        floor = FloorOutput(bus, "talk", OPUS_FRAME_SAMPLES)

        async def speak() -> None:
            position = 0
            while True:
                marked = position.to_bytes(8, "big")
                floor.push_floor_pcm(position, marked * 120, marked * 240)
                position += 480
                await asyncio.sleep(0.02)

        began = []
        async with background_task(speak(), name="floor of the test"):
            for _ in range(2):
                await asyncio.sleep(2.0)
                async with booth(bus, server):
                    await status(bus, state="live")
                    await asyncio.sleep(2.0)
                began.append(int.from_bytes(server.appended[0][:8], "big"))
                server.appended.clear()
    assert began[0] >= 2 * CLOCK_HZ, "the first begins with what is said then"
    assert began[1] == began[0]


async def test_a_closing_booth_lets_the_interpreter_finish() -> None:
    async with VirtualTimeBus() as bus, realtime() as server, speaking(bus):
        server.last_words = [" Gracias", " por", " todo"]
        async with booth(bus, server):
            await status(bus, state="live")
            await server.text(" Hola.")
            assert await captions(bus, 1) == ["Hola."]
        assert await captions(bus, 2) == ["Hola.", "Gracias por todo"]


async def test_a_booth_stops_at_once_if_the_next_process_goes_on(tmp_path: Path) -> None:
    kept = RetainedFiles(tmp_path, LoopClock())
    async with VirtualTimeBus(kept) as bus, realtime() as server, speaking(bus):
        server.last_words = [" Gracias", " por", " todo"]
        async with booth(bus, server):
            await status(bus, state="live")
            await server.text(" Hola.")
            assert await captions(bus, 1) == ["Hola."]
        stored = [Caption.from_json(one.payload) for one in await bus.read(CAPTIONS)]
        assert {caption.text for caption in stored} == {"Hola."}


def loudness(frames: list[AudioFrame]) -> float:
    """RMS of the frames, decoded."""
    decoder = OpusDecoder()
    pcm = np.frombuffer(b"".join(decoder.decode(frame.payload) for frame in frames), "<i2")
    return float(np.sqrt(np.mean(pcm.astype(float) ** 2)))


def loud_ms(frames: list[AudioFrame]) -> int:
    """Milliseconds of them that are not silence."""
    return sum(60 for frame in frames if len(frame.payload) > 40)


async def heard(bus: EmbeddedBus, channel: str, count: int) -> list[AudioFrame]:
    """The next frames of a channel."""
    frames: list[AudioFrame] = []
    async with bus.subscribe(keys.opus("talk", channel)) as sound, asyncio.timeout(DEADLINE_S):
        async for message in sound:
            frames.append(AudioFrame.from_bytes(message.payload))
            if len(frames) == count:
                break
    return frames


async def test_the_floor_is_heard_while_nobody_interprets() -> None:
    async with VirtualTimeBus() as bus, realtime() as server, speaking(bus):
        server.refusals = [web.Response(status=401) for _ in range(9)]
        async with booth(bus, server):
            await status(bus, state="failed")
            await heard(bus, "es", 20)
            assert loudness(await heard(bus, "es", 20)) > 300


async def test_the_floor_is_not_heard_while_the_booth_is_live() -> None:
    async with VirtualTimeBus() as bus, realtime() as server, speaking(bus):
        async with booth(bus, server):
            await status(bus, state="live")
            await heard(bus, "es", 20)
            assert loudness(await heard(bus, "es", 10)) < 10


async def test_the_floor_is_heard_when_it_speaks_the_channels_language() -> None:
    async with VirtualTimeBus() as bus, realtime() as server, speaking(bus):
        async with booth(bus, server):
            await status(bus, state="live")
            source = BoothStatus("floor", BoothState.LIVE, floor_language="es")
            bus.publish(keys.status("talk"), status_to_json(source))
            await heard(bus, "es", 30)
            assert loudness(await heard(bus, "es", 10)) > 300
            source = BoothStatus("floor", BoothState.LIVE, floor_language="en")
            bus.publish(keys.status("talk"), status_to_json(source))
            await heard(bus, "es", 30)
            assert loudness(await heard(bus, "es", 10)) < 10


async def test_a_variant_with_the_floor_is_made_while_somebody_listens() -> None:
    levels = {}
    for variant in ("es+floor", "es+evenfloor"):
        async with VirtualTimeBus() as bus, realtime() as server, speaking(bus):
            async with booth(bus, server):
                await status(bus, state="live")
                counts = EdgeStatus("edge", {variant: 1})
                bus.publish(keys.status("talk"), status_to_json(counts))
                await heard(bus, variant, 30)
                levels[variant] = loudness(await heard(bus, variant, 10))
    assert 30 < levels["es+floor"] < levels["es+evenfloor"] / 2


async def frames_of(variant: str) -> list[AudioFrame]:
    """The first frames of a variant that somebody listens to."""
    async with VirtualTimeBus() as bus, realtime() as server, speaking(bus):
        async with booth(bus, server):
            await status(bus, state="live")
            counts = EdgeStatus("edge", {variant: 1})
            bus.publish(keys.status("talk"), status_to_json(counts))
            return await heard(bus, variant, 30)


@pytest.mark.parametrize("variant", ["es+fec", "es+floor+fec", "es+evenfloor+fec"])
async def test_a_protected_variant_is_made_while_somebody_needs_it(variant: str) -> None:
    frames = await frames_of(variant)
    assert all(frame.payload[0] >> 3 < 12 for frame in frames), "SILK, which FEC needs"
    assert (loudness(frames[-10:]) > 30) == ("floor" in variant)


@pytest.mark.parametrize("variant", ["es+low", "es+floor+low", "es+evenfloor+low"])
async def test_a_low_rate_variant_is_made_while_somebody_listens(variant: str) -> None:
    frames = await frames_of(variant)
    assert {opus_samples(frame.payload) for frame in frames} == {LOW_RATE_FRAME_SAMPLES}
    assert sum(len(frame.payload) for frame in frames) / len(frames) < 110
    assert (loudness(frames[-10:]) > 30) == ("floor" in variant)


async def test_a_suspended_booth_lets_the_floor_be_heard_until_it_goes_on() -> None:
    orders = BoothOrders()
    async with VirtualTimeBus() as bus, realtime() as server, speaking(bus):
        async with booth(bus, server, orders):
            await status(bus, state="live")
            await server.text(" Hola.")
            assert await captions(bus, 1) == ["Hola."]
            server.last_words = [" Adiós."]
            before = await heard(bus, "es", 1)
            orders.suspend("the spend cap is reached")
            await status(bus, state="failed", reason="the spend cap is reached")
            assert await captions(bus, 2) == ["Hola.", "Adiós."]
            await heard(bus, "es", 20)
            sound = await heard(bus, "es", 20)
            assert loudness(sound) > 300
            assert sound[0].sequence > before[0].sequence, "the channel went on"
            assert server.attempts == 1
            orders.suspend("")
            await status(bus, state="live", sessions=2)
            await heard(bus, "es", 20)
            assert loudness(await heard(bus, "es", 10)) < 10


async def test_a_booth_that_is_suspended_from_the_start_lets_the_floor_be_heard() -> None:
    orders = BoothOrders()
    orders.suspend("the spend cap is reached")
    async with VirtualTimeBus() as bus, realtime() as server, speaking(bus):
        async with booth(bus, server, orders):
            await status(bus, state="failed", sessions=0)
            await heard(bus, "es", 20)
            assert loudness(await heard(bus, "es", 20)) > 300
            assert server.attempts == 0


async def test_a_booth_whose_orders_end_is_heard_to_its_last_word_and_stops() -> None:
    orders = BoothOrders()
    async with VirtualTimeBus() as bus, realtime() as server, speaking(bus):
        server.last_words = [" Adiós."]
        async with booth(bus, server, orders) as running:
            await status(bus, state="live")
            await heard(bus, "es", 1)
            async with bus.subscribe(keys.opus("talk", "es")) as sound:
                await server.sound(5 * SPEECH)
                await server.text(" Hola.")
                assert await captions(bus, 1) == ["Hola."]
                orders.end()
                async with asyncio.timeout(DEADLINE_S):
                    await asyncio.wait({running})
                assert running.exception() is None
                frames: list[AudioFrame] = []
                async with asyncio.timeout(DEADLINE_S):
                    while loud_ms(frames) < 5 * 400 - 100:
                        frames.append(AudioFrame.from_bytes((await anext(sound)).payload))
        assert await captions(bus, 2) == ["Hola.", "Adiós."]


async def test_terms_of_the_glossary_are_counted() -> None:
    event = replace(EVENT, glossary=(Term("water", {"es": "agua"}),), do_not_translate=("Clara",))
    async with VirtualTimeBus() as bus, realtime() as server, speaking(bus):
        async with booth(bus, server, event=event):
            await status(bus, state="live")
            await heard(bus, "es", 1)
            said = Caption("floor-1", "floor", 0, 100, "Clean water, said Clara.", final=True)
            await bus.append(keys.captions("talk", "floor"), said.to_json())
            await server.text(" Agua limpia, dijo")
            await server.text(" Clara.")
            counted = await status(bus, glossary_hits=2)
            assert counted["glossary_said"] == 2
