"""A recording and its transcript compared with what was said, heard and read, also after kill -9.

`pytest -s tests/e2e/test_recording.py` prints what it measured.
"""

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import av
import numpy as np

from broadcaster.audio.ogg.opus_pages import PRE_SKIP
from broadcaster.audio.opus import OpusFrameDecoder
from broadcaster.bus import open_bus
from broadcaster.model import keys
from broadcaster.model.audio import AudioFrame
from broadcaster.model.event import Event
from broadcaster.rehearsal import talk
from tests.commands.publishers import ORGANIZER, publisher
from tests.e2e.downloads import check_downloads
from tests.e2e.spoken_there import sounding
from tests.support.deadline import deadline
from tests.support.listener import Recording, recording
from tests.support.processes import broadcaster, rehearsal_server
from tests.support.sound import Samples

RECORDINGS = "/api/events/talk/recordings"
TALK = talk.load().audio_path
FRAME_MS = 60
EXACT_MS = 1
"""The event's times are whole milliseconds."""
PLACES = 10
WINDOW = 48_000
"""A second at 48 kHz."""
SLACK = 144
"""3 ms at 48 kHz: the shortest packet, which is how exactly a gap is filled, is 2.5 ms long."""
NEAR_MS = 1_500
"""A caption begins with its first word, and a place may be in the pause before it."""
ALIKE = 0.6
"""A place sounds like a sentence. Tempo and gaps on a busy machine make it less so."""
RECOGNISED = 3
"""Places at least at which a sentence is recognised."""
TOGETHER = 3
"""Words in a row by which a caption is of a sentence."""
PLAYED_S = 25.0
FEWEST_CAPTIONS = 5
BEFORE_KILL_S = 10.0


@dataclass(frozen=True, slots=True)
class Speech:
    """Sound at 48 kHz that begins at a sample of the event clock."""

    start: int
    sound: Samples

    def window(self, position: int) -> Samples:
        """A second from a position of the event clock on; shorter at the end."""
        first = 2 * (position - self.start)
        return self.sound[first : first + WINDOW]


def played(path: Path) -> Samples:
    """A file as libav plays it."""
    with av.open(str(path), "r") as file:
        frames = file.decode(file.streams.audio[0])
        return np.concatenate([frame.to_ndarray().mean(axis=0) for frame in frames])


def heard(frames: list[AudioFrame]) -> Speech:
    """The sound that a listener's decoder makes of its packets, each in its place.

    The delay of the encoder is left out.
    """
    decoder = OpusFrameDecoder("mono")
    start = frames[0].position
    sound = np.zeros(2 * (frames[-1].position - start) + WINDOW)
    for frame in frames:
        first = 2 * (frame.position - start)
        for piece in decoder.decode(frame.payload):
            samples = piece.to_ndarray().mean(axis=0)
            sound[first : first + len(samples)] = samples
            first += len(samples)
    return Speech(start, sound[PRE_SKIP:-WINDOW])


def correlation(recorded: Speech, listened: Speech, position: int) -> tuple[float, float]:
    """How alike they are at a place, and by how many ms the recording is late there.

    It may be early or late by as much as a gap cannot be filled exactly.
    """
    window = listened.window(position)
    first = 2 * (position - recorded.start) - SLACK
    around = recorded.sound[first : first + WINDOW + 2 * SLACK]
    cross = np.correlate(around, window, "valid")
    lag = int(np.argmax(cross))
    norms = np.linalg.norm(around[lag : lag + WINDOW]) * np.linalg.norm(window)
    return float(cross[lag] / norms), (lag - SLACK) / 48


def places(sound: Speech, seed: str, begin_ms: int, end_ms: int) -> list[int]:
    """Random positions of the event clock, between two times, at which somebody was heard."""
    chance = random.Random(seed)
    end_ms = min(end_ms, (2 * sound.start + len(sound.sound)) // 48)
    loud = 0.3 * np.sqrt(np.mean(sound.sound**2))
    found: list[int] = []
    while len(found) < PLACES:
        position = 24 * chance.randrange(begin_ms, end_ms - 1_000)
        if np.sqrt(np.mean(sound.window(position) ** 2)) > loud:
            found.append(position)
    return found


class Venue:
    """A server whose event `talk` is recorded.

    Args:
        url: of the server.
        http: its organizer.
        folder: its data folder.
    """

    def __init__(self, url: str, http: aiohttp.ClientSession, folder: Path) -> None:
        self.url = url
        self._http = http
        self._folder = folder

    async def get(self, path: str) -> dict[str, Any]:
        async with self._http.get(path) as answer:
            body: dict[str, Any] = await answer.json()
            return body

    async def file(self, path: str) -> bytes:
        async with self._http.get(path) as answer:
            return await answer.read()

    async def create(self) -> tuple[str, str]:
        """The event, live and recorded; returns the address and the key of its speaker."""
        body = {"id": "talk", "title": "Water", "languages": ["es"]}
        async with self._http.post("/api/events", json=body) as answer:
            key: str = (await answer.json())["stage_key"]
        async with self._http.patch(RECORDINGS, json={"record": True}):
            pass
        async with self._http.post("/api/events/talk/live"):
            return f"{self.url}/whip/talk", key

    async def close(self) -> None:
        async with self._http.post("/api/events/talk/close"):
            pass

    async def captions(self, channel: str) -> list[dict[str, Any]]:
        """The captions of the first part, with the time of its files."""
        captions: list[dict[str, Any]] = (await self.get(f"{RECORDINGS}/1/{channel}.json"))[
            "captions"
        ]
        return captions

    async def until_complete(self, parts: int) -> dict[str, Any]:
        """Wait until this many parts have ended in order; returns the recordings."""
        async with deadline():
            while True:
                body = await self.get(RECORDINGS)
                complete = [part["complete"] for part in body["parts"]]
                if complete == [True] * parts:
                    return body
                await asyncio.sleep(0.1)

    def path(self, channel: str, part: int = 1) -> Path:
        return self._folder / "recordings" / "talk" / f"part-{part:03}" / f"{channel}.ogg"


@asynccontextmanager
async def venue(folder: Path, realtime_url: str) -> AsyncIterator[tuple[Venue, Any]]:
    serving = broadcaster(folder, realtime_url=realtime_url, on_demand="false")
    async with (
        serving as (url, process),
        aiohttp.ClientSession(url, headers=ORGANIZER, raise_for_status=True) as http,
    ):
        yield Venue(url, http, folder), process


async def test_a_recording_is_what_listeners_heard_and_its_captions_fit(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        realtime_url = await stack.enter_async_context(rehearsal_server())
        at, _ = await stack.enter_async_context(venue(tmp_path, realtime_url))
        address, key = await at.create()
        listeners = {
            channel: await stack.enter_async_context(recording(at.url, "talk", channel))
            for channel in ("floor", "es")
        }
        speaking = publisher(TALK, address, "--key", key, "--loop")
        await stack.enter_async_context(speaking)
        async with deadline(PLAYED_S + 90):
            while min(map(seconds_of, listeners.values())) < PLAYED_S:
                await asyncio.sleep(0.2)
            for channel in listeners:
                while len(await at.captions(channel)) < FEWEST_CAPTIONS:
                    await asyncio.sleep(0.5)
        await at.close()
        body = await at.until_complete(1)
        for channel, listener in listeners.items():
            captions = await at.captions(channel)
            await asyncio.to_thread(check_channel, at, channel, listener, captions)
        await check_downloads(at.file, tmp_path)
    event_ms = await length_of_event(tmp_path)
    for file in body["parts"][0]["files"]:
        print(f"{file['channel']}: {file['length_ms']} ms of {event_ms} ms")
        assert abs(file["length_ms"] - event_ms) <= EXACT_MS


def seconds_of(listener: Recording) -> float:
    return len(listener.frames) * FRAME_MS / 1_000


async def length_of_event(folder: Path) -> int:
    """From going live to closing in ms, as the database of a server that has ended has it."""
    async with open_bus(None, folder) as bus:
        record = await bus.get(keys.event_record("talk"))
    assert record is not None
    event = Event.from_json(record.value)
    return (event.closed_at_ms or 0) - (event.live_at_ms or 0)


def check_channel(
    at: Venue, channel: str, listener: Recording, captions: list[dict[str, Any]]
) -> None:
    recorded = Speech(0, played(at.path(channel)))
    listened = heard(listener.frames)
    found: list[tuple[float, float]] = []
    spoken: list[float] = []
    # While the connection begins, the stand-in of the service may not understand a sentence.
    for position in places(listened, channel, captions[0]["end_ms"], captions[-1]["end_ms"]):
        r, late_ms = correlation(recorded, listened, position)
        place_ms = position // 24
        near = [
            caption
            for caption in captions
            if caption["start_ms"] - NEAR_MS < place_ms + 500 < caption["end_ms"] + NEAR_MS
        ]
        found.append((r, late_ms))
        assert r > 0.9, f"{channel} at {place_ms} ms"
        times = [(one["start_ms"], one["end_ms"]) for one in captions]
        assert near, f"{channel} at {place_ms} ms has no caption: {times}"
        there = sounding(channel, recorded.window(position)[::2])
        if there.alike > ALIKE:
            spoken.append(there.alike)
            assert any(is_of(one["text"], there.text) for one in near), (there, near)
    print(
        f"{channel}: correlation at {PLACES} places from {min(found)[0]:.3f}, "
        f"early or late by at most {max(abs(late_ms) for _, late_ms in found):.1f} ms; "
        f"the caption is of the sentence that sounds, at all {len(spoken)} places that are "
        f"alike by more than {ALIKE}"
    )
    assert len(spoken) >= RECOGNISED


def is_of(caption: str, sentence: str) -> bool:
    """Whether a caption has words of a sentence, one after the other."""
    shown, said = words(caption), words(sentence)
    few = min(TOGETHER, len(shown), len(said))
    parts = {tuple(said[at : at + few]) for at in range(len(said) - few + 1)}
    return any(tuple(shown[at : at + few]) in parts for at in range(len(shown) - few + 1))


def words(text: str) -> list[str]:
    return ["".join(filter(str.isalnum, word)) for word in text.lower().split()]


async def test_kill_9_loses_less_than_two_seconds(tmp_path: Path) -> None:
    async with rehearsal_server() as realtime_url:
        async with venue(tmp_path, realtime_url) as (at, process):
            address, key = await at.create()
            live_s = time.monotonic()
            async with (
                recording(at.url, "talk", "floor") as listener,
                publisher(TALK, address, "--key", key, "--loop"),
            ):
                async with deadline(BEFORE_KILL_S + 60):
                    while seconds_of(listener) < BEFORE_KILL_S:
                        await asyncio.sleep(0.1)
                process.process.send_signal(signal.SIGKILL)
                killed_ms = (time.monotonic() - live_s) * 1_000
                await process.process.wait()
            for channel in ("floor", "es"):
                sound = await asyncio.to_thread(played, at.path(channel))
                lost_ms = killed_ms - len(sound) / 48
                print(f"{channel}: killed after {killed_ms:.0f} ms, {lost_ms:.0f} ms are lost")
                assert lost_ms < 2_000
        async with venue(tmp_path, realtime_url) as (at, _):
            async with deadline():
                while len((await at.get(RECORDINGS))["parts"]) < 2:
                    await asyncio.sleep(0.1)
            await asyncio.sleep(3)
            await at.close()
            body = await at.until_complete(2)
    event_ms = await length_of_event(tmp_path)
    first, second = body["parts"]
    for file in second["files"]:
        assert abs(second["start_ms"] + file["length_ms"] - event_ms) <= EXACT_MS
    assert len({file["length_ms"] for file in first["files"]}) == 1
