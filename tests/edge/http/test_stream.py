"""Continuous HTTP audio: encoded once, the same bytes for everybody, never a pause."""

import asyncio
import dataclasses
import io
import random
from functools import partial

import av
import numpy as np
import pytest

from broadcaster.audio.file import read_pcm
from broadcaster.audio.opus import silent_packet
from broadcaster.audio.pcm import PcmResampler
from broadcaster.edge.http.formats import LONGEST_TITLE_BYTES, MP3, metadata
from broadcaster.edge.http.listener import HTTP_BUDGET_BYTES, HttpListener, StreamForm
from broadcaster.edge.http.stream import HttpStream
from broadcaster.model import keys
from broadcaster.model.audio import (
    CLOCK_HZ,
    OPUS_FRAME_SAMPLES,
)
from broadcaster.model.event import EventState
from broadcaster.model.status import EdgeStatus, statuses
from broadcaster.rehearsal import talk
from tests.edge.conftest import EVENT, Edge
from tests.edge.http_players import packets, playing
from tests.edge.stalling import check_patience, jammed, slow_listeners, stop_reading
from tests.support.clock import FakeClock
from tests.support.sound import Samples, matches, samples
from tests.support.tasks import background_task

DEADLINE_S = 30.0
SPOKEN_S = 8
PACE_S = 0.005
FIRST_READ_BYTES = 32 * 1024
"""Chromium reads as much before it plays."""
BYTES_PER_S = MP3.kbps * 1000 // 8
AUDIBLE = 100.0
ALIKE = 0.8
"""Opus keeps the sound, not its exact waveform."""


def speech() -> bytes:
    """Some seconds of the prepared talk, whole Opus frames."""
    pcm = b"".join(read_pcm(talk.load().audio_path))
    count = SPOKEN_S * CLOCK_HZ // OPUS_FRAME_SAMPLES
    return pcm[: count * OPUS_FRAME_SAMPLES * 2]


def decoded(body: bytes) -> Samples:
    """An MP3 or Ogg file, however it ends, at 24 kHz, from its first sound on."""
    resampler = PcmResampler()
    pcm = bytearray()
    with av.open(io.BytesIO(body), "r") as container:
        for frame in container.decode(audio=0):
            pcm += resampler.convert(frame)
    heard = samples(bytes(pcm + resampler.flush()))
    loud = np.flatnonzero(np.abs(heard) > AUDIBLE)
    return heard[loud[0] :] if loud.size else heard


async def say_all(edge: Edge, said: list[bytes]) -> None:
    """Publish a channel faster than real time, but not faster than it is read."""
    for packet in said:
        edge.say("es", packet)
        await asyncio.sleep(PACE_S)


@pytest.mark.parametrize("frame_samples", [480, 960, 1_440])
@pytest.mark.parametrize("form", ["mp3", "ogg"])
async def test_what_is_played_is_what_was_said(edge: Edge, form: str, frame_samples: int) -> None:
    pcm = await asyncio.to_thread(speech)
    said = await asyncio.to_thread(packets, pcm, frame_samples)
    async with playing(edge, f"/listen/talk/es.{form}") as player:
        await player.has(1)
        await say_all(edge, said)
        await edge.put(dataclasses.replace(EVENT, state=EventState.CLOSED))
        await player.finish()
    heard = await asyncio.to_thread(decoded, bytes(player.body))
    found = await asyncio.to_thread(matches, heard, samples(pcm))
    worst = min(match.r for match in found)
    print(f"{form} of {frame_samples}: {len(player.body)} bytes, r {worst:.3f} and more")
    assert len(found) >= SPOKEN_S // 2
    assert all(match.r > ALIKE for match in found)
    starts = [match.at_s - match.found_s for match in found]
    assert max(starts) - min(starts) < 0.05


@pytest.mark.parametrize(
    ("channel", "kbps"), [("es", 96), ("es+floor", 96), ("es+low", 32), ("floor+low", 32)]
)
async def test_a_low_rate_variant_has_a_third_of_the_bytes(
    edge: Edge, channel: str, kbps: int
) -> None:
    async with playing(edge, f"/listen/talk/{channel}.mp3") as player:
        assert player.response.headers["icy-br"] == str(kbps)
        await player.has(FIRST_READ_BYTES)
    async with playing(edge, f"/listen/talk/{channel}.ogg") as player:
        await player.has(1)


async def test_twenty_players_share_one_encoder(edge: Edge) -> None:
    said = [silent_packet()] * 180
    async with playing(edge, "/listen/talk/es.mp3") as first:
        await first.has(1)
        others = [playing(edge, "/listen/talk/es.mp3") for _ in range(19)]
        joined = [await other.__aenter__() for other in others]
        for player in joined:
            await player.has(1)
        backlog = len(joined[0].body)
        await say_all(edge, said)
        await edge.put(dataclasses.replace(EVENT, state=EventState.CLOSED))
        for player in (first, *joined):
            await player.finish()
        hub = (await edge.rooms.open("talk")).audio("es")
        assert list(hub._outlets) == [(HttpStream, "mp3")]
        for other in others:
            await other.__aexit__(None, None, None)
    assert backlog > 0
    assert {bytes(player.body[-10_000:]) for player in joined} == {bytes(first.body[-10_000:])}


async def test_a_player_gets_sound_at_once_and_while_nobody_speaks(edge: Edge) -> None:
    async with playing(edge, "/listen/talk/ar.mp3") as player:
        await player.has(30_000)
        backlog = len(player.body)
        await player.has(backlog + 8_000)
        assert not player.ended
    heard = await asyncio.to_thread(decoded, bytes(player.body))
    assert len(heard) > 2 * CLOCK_HZ
    assert np.abs(heard).max() < 10


async def test_a_player_may_ask_for_less_at_once_and_gets_no_silence_of_a_new_encoder(
    edge: Edge,
) -> None:
    said = await asyncio.to_thread(packets, await asyncio.to_thread(speech))
    address = "/listen/talk/es.mp3"
    async with (
        playing(edge, f"{address}?backlog_ms=1200") as first,
        playing(edge, address) as whole,
    ):
        await say_all(edge, said)
        await first.has((SPOKEN_S - 1) * BYTES_PER_S)
        async with (
            playing(edge, f"{address}?backlog_ms=0") as nothing,
            playing(edge, f"{address}?backlog_ms=1200") as second,
        ):
            await say_all(edge, said[:8])
            await edge.put(dataclasses.replace(EVENT, state=EventState.CLOSED))
            for player in (first, whole, nothing, second):
                await player.finish()
    # Silence that was sent between two of them, on a busy machine, makes a difference smaller.
    assert 0 < len(second.body) - len(nothing.body) <= 1.2 * BYTES_PER_S
    left_out = len(whole.body) - len(first.body)
    assert 1.2 * BYTES_PER_S < left_out <= MP3.backlog_ms / 1000 * BYTES_PER_S


@pytest.mark.parametrize("backlog_ms", ["", "-1", "1e3", "10000"])
async def test_a_backlog_that_is_no_number_is_refused(edge: Edge, backlog_ms: str) -> None:
    address = f"/listen/talk/es.mp3?backlog_ms={backlog_ms}"
    async with edge.http.get(address) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"] == "wrong_backlog"


def ffmpeg_plays(url: str, seconds: float) -> tuple[dict[str, str], int]:
    """The metadata that FFmpeg finds at an address, and how many samples it could read."""
    heard = 0
    with av.open(url, "r", options={"icy": "1"}, timeout=DEADLINE_S) as container:
        for frame in container.decode(audio=0):
            heard += frame.samples * CLOCK_HZ // frame.sample_rate
            if heard > seconds * CLOCK_HZ:
                break
        return dict(container.metadata), heard


@pytest.mark.parametrize("form", ["mp3", "ogg"])
async def test_ffmpeg_plays(edge: Edge, form: str) -> None:
    await edge.caption(1, "Buenos días")
    async with playing(edge, f"/listen/talk/es.{form}") as first:
        await first.has(1)
        url = f"{edge.url}/listen/talk/es.{form}"
        metadata, heard = await asyncio.to_thread(ffmpeg_plays, url, 3.5)
    assert heard > 3 * CLOCK_HZ
    if form == "mp3":
        assert metadata["icy-name"] == "A talk · Interpretado por IA"
        assert metadata["StreamTitle"] == "Buenos días"


def parted(body: bytes, metaint: int) -> tuple[bytes, list[str]]:
    """Sound and titles of a stream with ICY metadata, as a player separates them."""
    sound, titles = bytearray(), []
    at = 0
    while at + metaint < len(body):
        sound += body[at : at + metaint]
        size = 16 * body[at + metaint]
        text = body[at + metaint + 1 : at + metaint + 1 + size]
        if size:
            titles.append(text.rstrip(b"\0").decode())
        at += metaint + 1 + size
    return bytes(sound), titles


async def test_the_caption_is_the_title_for_players_that_ask(edge: Edge) -> None:
    pcm = await asyncio.to_thread(speech)
    said = await asyncio.to_thread(packets, pcm)
    await edge.caption(1, "Buenos\ndías")
    async with (
        playing(edge, "/listen/talk/es.mp3", **{"Icy-MetaData": "1"}) as player,
        playing(edge, "/listen/talk/es.mp3") as plain,
    ):
        assert "icy-metaint" not in plain.response.headers
        metaint = int(player.response.headers["icy-metaint"])
        assert player.response.headers["icy-name"] == "A talk · Interpretado por IA"
        assert player.response.headers["icy-br"] == "96"
        await player.has(1)
        half = len(said) // 2
        await say_all(edge, said[:half])
        await edge.caption(2, "Hoy hablamos de l'eau")
        async with playing(edge, "/listen/talk/es.mp3", **{"Icy-MetaData": "1"}) as late:
            await say_all(edge, said[half:])
            await edge.put(dataclasses.replace(EVENT, state=EventState.CLOSED))
            for each in (player, plain, late):
                await each.finish()
    sound, titles = parted(bytes(player.body), metaint)
    assert titles[-2:] == ["StreamTitle='Buenos días';", "StreamTitle='Hoy hablamos de l’eau';"]
    assert parted(bytes(late.body), metaint)[1][-1] == titles[-1]
    assert sound in bytes(plain.body)
    heard = await asyncio.to_thread(decoded, sound)
    found = await asyncio.to_thread(matches, heard, samples(pcm))
    assert all(match.r > ALIKE for match in found)
    _, late_titles = parted(bytes(late.body), metaint)
    assert late_titles[0].startswith("StreamTitle='")


def test_titles_are_cut_at_a_letter_and_cannot_break_out() -> None:
    block = metadata("ü" * 500)
    assert block[0] * 16 == len(block) - 1
    assert block[1:].rstrip(b"\0").decode().count("ü") == LONGEST_TITLE_BYTES // 2
    assert metadata("a';b")[1:].rstrip(b"\0").decode() == "StreamTitle='a’;b';"
    assert metadata("")[1:].rstrip(b"\0") == b"StreamTitle='';"


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("/listen/nope/es.mp3", 404, "unknown_event"),
        ("/listen/talk/fr.mp3", 404, "unknown_channel"),
        ("/listen/talk/floor+floor.mp3", 404, "unknown_channel"),
        ("/listen/talk/es.wav", 404, "unknown_format"),
        ("/listen/talk/es", 404, "not_found"),
    ],
)
async def test_wrong_addresses(edge: Edge, path: str, status: int, error: str) -> None:
    await edge.refuses(path, status, error)


async def test_methods_other_than_get(edge: Edge) -> None:
    async with edge.http.head("/listen/talk/es+floor.ogg") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "audio/ogg"
        assert answer.headers["Cache-Control"] == "no-store"
    async with edge.http.post("/listen/talk/es.mp3") as answer:
        assert (answer.status, (await answer.json())["error"]) == (405, "wrong_method")
        assert "GET" in answer.headers["Allow"]
    async with edge.http.options("/listen/talk/es.mp3") as answer:
        assert answer.status == 204
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Icy-MetaData" in answer.headers["Access-Control-Allow-Headers"]


async def test_a_request_for_two_bytes_gets_the_live_stream(edge: Edge) -> None:
    async with playing(edge, "/listen/talk/es.mp3", Range="bytes=0-1") as player:
        assert "Content-Range" not in player.response.headers
        assert player.response.headers["Accept-Ranges"] == "none"
        await player.has(1_000)
    assert player.body[0] == 0xFF


async def test_an_old_player_gets_no_chunks(edge: Edge) -> None:
    host, port = edge.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(b"GET /listen/talk/es.ogg HTTP/1.0\r\nHost: talk\r\n\r\n")
        async with asyncio.timeout(DEADLINE_S):
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(4)
    finally:
        writer.close()
        await writer.wait_closed()
    assert b" 200 " in head
    assert b"chunked" not in head
    assert body == b"OggS"


async def test_a_closed_event_is_refused(edge: Edge) -> None:
    await edge.put(dataclasses.replace(EVENT, state=EventState.CLOSED))
    async with edge.http.get("/listen/talk/es.mp3") as answer:
        assert (answer.status, (await answer.json())["error"]) == (409, "event_closed")


async def test_players_are_counted_and_their_encoder_ends_with_them(edge: Edge) -> None:
    async with edge.bus.subscribe(keys.status("talk")) as messages, asyncio.timeout(DEADLINE_S):
        async with playing(edge, "/listen/talk/es.ogg"):
            async for status in statuses(messages):
                if isinstance(status, EdgeStatus) and status.listeners == {"es": 1}:
                    break
        async for status in statuses(messages):
            if isinstance(status, EdgeStatus) and not status.listeners:
                break
        hub = (await edge.rooms.open("talk")).audio("es")
        while hub._outlets:
            await asyncio.sleep(0.1)


async def test_a_player_that_stops_reading_does_not_affect_the_others(edge: Edge) -> None:
    async with (
        playing(edge, "/listen/talk/es.mp3") as good,
        edge.http.get("/listen/talk/es.mp3") as stalled,
    ):
        await good.has(1)
        stop_reading(stalled)
        before = len(good.body)
        spoken = 0
        hub = (await edge.rooms.open("talk")).audio("es")
        while not hub.slow.skipped_frames:
            await say_all(edge, [silent_packet()] * 20)
            spoken += 20
        await good.has(before + (spoken - 15) * 192)
        assert not good.ended


def page_numbers(body: bytes) -> list[int]:
    """Sequence numbers of the whole Ogg pages (RFC 3533 section 6), one after the other."""
    numbers, at = [], 0
    while at + 27 <= len(body):
        assert body[at : at + 4] == b"OggS"
        segments = body[at + 27 : at + 27 + body[at + 26]]
        numbers.append(int.from_bytes(body[at + 18 : at + 22], "little"))
        at += 27 + len(segments) + sum(segments)
    return numbers if at == len(body) else numbers[:-1]


async def test_players_that_come_and_go_miss_no_page_while_the_channel_stops_and_bursts(
    edge: Edge,
) -> None:
    chance = random.Random(3)
    said = await asyncio.to_thread(lambda: packets(speech()))
    bodies: list[bytes] = []

    async def speak() -> None:
        while True:
            for packet in said[: chance.randrange(1, 60)]:
                edge.say("es", packet)
                await asyncio.sleep(PACE_S * chance.randrange(2))
            await asyncio.sleep(chance.choice([0.0, 0.1, 1.2]))

    async def come_and_go() -> None:
        for _ in range(3):
            async with playing(edge, "/listen/talk/es.ogg") as player:
                await player.has(chance.randrange(4_000, 30_000))
            bodies.append(bytes(player.body))

    async with background_task(speak(), name="the channel"):
        await asyncio.gather(*(come_and_go() for _ in range(12)))
    assert len(bodies) == 36
    for body in bodies:
        head, numbers = page_numbers(body)[:2], page_numbers(body)[2:]
        assert head == [0, 1]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def test_a_closed_event_does_not_wait_for_a_stalled_player(edge: Edge) -> None:
    async with edge.http.get("/listen/talk/es.mp3") as stalled:
        stop_reading(stalled)
        hub = (await edge.rooms.open("talk")).audio("es")
        stream = hub._outlets[HttpStream, "mp3"]
        assert isinstance(stream, HttpStream)
        while not hub.slow.skipped_frames:
            await say_all(edge, [silent_packet()] * 20)
        (listener,) = stream.members()
        await edge.put(dataclasses.replace(EVENT, state=EventState.CLOSED))
        async with asyncio.timeout(DEADLINE_S):
            while not listener.transport.is_closing():
                await asyncio.sleep(0.05)


async def test_a_stalled_player_is_disconnected() -> None:
    async with jammed() as transport:
        clock = FakeClock()
        slow = slow_listeners(clock)
        listener = HttpListener(transport, StreamForm(chunked=True, icy=False), clock, slow)
        check_patience(transport, clock, slow, partial(listener.late, bytes(HTTP_BUDGET_BYTES)))


def test_the_blocks_of_mp3_hold_whole_frames() -> None:
    encoder = MP3.encoder({})
    body = b"".join(encoder.push(silent_packet()) for _ in range(180))
    assert len(body) > 2 * MP3.metaint
    assert all(body[at : at + 2] == body[:2] for at in range(0, len(body), MP3.metaint))
