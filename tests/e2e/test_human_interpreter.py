"""A human interpreter on a French channel: real WebRTC, real processes, the rehearsal server.

The human reads a later part of the prepared talk, which the transcriber knows.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest

from broadcaster.audio.file import read_pcm
from broadcaster.rehearsal import talk
from broadcaster.webrtc.clients.publisher import publishing
from tests.support.deadline import deadline
from tests.support.listener import Recording, recording
from tests.support.processes import TOKEN, Process, broadcaster, rehearsal_server
from tests.support.redis_server import RedisServer
from tests.support.sound import RATE_HZ, Samples, quick_matches, samples
from tests.webrtc.support import VoiceTrack, answered, client

pytestmark = pytest.mark.usefixtures("loopback")

SENTENCES = talk.load().sentences
LINGERS_S = 12.0
HALF_SECONDS = 4
"""Of her voice, that prove that she is heard: nothing else fits it, see `surely_heard`. On a busy
machine the others may have a gap."""
FIRST, SECOND = SENTENCES[8:10], SENTENCES[11:13]
"""The sentences that the human reads before and after the connection was lost."""
EVENT = {
    "id": "talk",
    "title": "Water",
    "languages": [{"tag": "fr", "always": True, "takeover_silence_s": 20}],
    "source_captions": False,
    "downloads": True,
}


@dataclass
class Site:
    """The address of everything but the booths, and the booths' processes."""

    url: str
    booths: list[Process] = field(default_factory=list)


@asynccontextmanager
async def one_process(folder: Path, realtime_url: str) -> AsyncIterator[Site]:
    async with broadcaster(folder, realtime_url=realtime_url) as (url, _):
        yield Site(url)


@asynccontextmanager
async def three_processes(folder: Path, realtime_url: str) -> AsyncIterator[Site]:
    """Floor, booths and edge apart over Redis; the booths twice."""
    redis = RedisServer(folder)
    await asyncio.to_thread(redis.start)
    shared = {"realtime_url": realtime_url, "redis_url": redis.url}
    try:
        async with AsyncExitStack() as stack:
            site = Site("")
            for name in ("first", "second"):
                booths = broadcaster(folder / name, "booths", **shared)
                site.booths.append((await stack.enter_async_context(booths))[1])
            everything = broadcaster(folder / "rest", "floor", "edge", "desk", **shared)
            site.url = (await stack.enter_async_context(everything))[0]
            yield site
    finally:
        await asyncio.to_thread(redis.stop)


SiteOf = Callable[[Path, str], AbstractAsyncContextManager[Site]]


@cache
def recorded() -> bytes:
    """The prepared talk; reading it blocks."""
    return b"".join(read_pcm(talk.load().audio_path))


def said(sentences: tuple[talk.TalkSentence, ...]) -> Samples:
    """The recording of some sentences, 24 kHz, with a pause after them."""
    whole = samples(recorded())
    start, end = sentences[0].start_ms - 200, sentences[-1].end_ms + 200
    return np.concatenate((whole[start * 24 : end * 24], np.zeros(RATE_HZ)))


def floor() -> Iterator[bytes]:
    while True:
        for start in range(0, len(recorded()), 960):
            yield recorded()[start : start + 960]


class Channel:
    """The French channel as the desk and its audience see it."""

    def __init__(self, site: Site, http: aiohttp.ClientSession, heard: Recording) -> None:
        self._http = http
        self.site = site
        self.heard = heard

    async def words(self) -> str:
        """Its captions, as words."""
        async with self._http.get("/e/talk/transcript/fr.txt") as answer:
            text = await answer.text()
        return _words(text)

    async def written(self, text: str) -> None:
        """Wait for a text in the captions."""
        words = ""
        try:
            async with deadline(120):
                while not _places(text, words := await self.words()):
                    await asyncio.sleep(0.5)
        except TimeoutError:
            raise AssertionError((text, words)) from None

    async def ai_written(self, letters: int) -> None:
        """Wait for some captions of the AI."""
        async with deadline(120):
            head = len(await self.words())
            while len(await self.words()) < head + letters:
                await asyncio.sleep(0.5)

    async def status(self, **wanted: object) -> dict[str, Any]:
        """Wait until the status has these values."""
        async with deadline(60):
            while True:
                async with self._http.get("/api/events/talk/status") as answer:
                    channels = (await answer.json())["channels"]
                [found] = [one for one in channels if one["channel"] == "fr"]
                if wanted.items() <= found.items():
                    return dict(found)
                await asyncio.sleep(0.1)

    async def surely_heard(self, sound: Samples) -> int:
        """The half seconds of the channel that are surely of this sound.

        Two codecs lie between, so it fits by 0.7 to 0.9; another voice fits by 0.3 at most.
        """
        found = await asyncio.to_thread(quick_matches, self.heard.sound(), sound)
        return sum(one.r > 0.65 for one in found)


def _places(text: str, words: str) -> list[int]:
    """The numbers of the words at which a text begins, if four of five of its words are there.

    On a busy machine the recogniser mistakes a word now and then, or the order of two.
    """
    wanted, written = Counter(_words(text).split()), words.split()
    places: list[int] = []
    for place in range(len(written)):
        here = wanted & Counter(written[place : place + wanted.total()])
        is_next = not places or place >= places[-1] + wanted.total()
        if is_next and here.total() >= 0.8 * wanted.total():
            places.append(place)
    return places


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


@asynccontextmanager
async def microphone(http: aiohttp.ClientSession, key: str, sound: Samples) -> AsyncIterator[None]:
    """Publish a sound; after it nothing more is sent, as when the network is gone."""
    doubled = np.repeat(sound, 2).astype(np.int16)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/sdp"}
    async with client(VoiceTrack(doubled)) as connection:
        offer = connection.localDescription.sdp
        path = "/whip/talk/fr?on_air=1"
        async with http.post(path, data=offer, headers=headers) as answer:
            assert answer.status == 201, await answer.text()
            await answered(connection, await answer.text())
        yield


@pytest.mark.parametrize("site_of", [one_process, three_processes])
async def test_a_human_and_the_ai_share_a_channel(site_of: SiteOf, tmp_path: Path) -> None:
    await asyncio.to_thread(recorded)
    async with AsyncExitStack() as stack:
        realtime_url = await stack.enter_async_context(rehearsal_server())
        site = await stack.enter_async_context(site_of(tmp_path, realtime_url))
        headers = {"Authorization": f"Bearer {TOKEN}"}
        http = await stack.enter_async_context(aiohttp.ClientSession(site.url, headers=headers))
        async with http.post("/api/events", json=EVENT) as answer:
            stage_key = (await answer.json())["stage_key"]
        async with http.patch("/api/events/talk", json={"state": "live"}) as answer:
            assert answer.status == 200
        ana = {"name": "Ana", "role": "interpreter", "channel": "fr"}
        async with http.post("/api/events/talk/tokens", json=ana) as answer:
            key = (await answer.json())["token"]
        anonymous = await stack.enter_async_context(aiohttp.ClientSession(site.url))
        speaker = publishing(anonymous, f"{site.url}/whip/talk", stage_key, floor())
        await stack.enter_async_context(speaker)
        heard = await stack.enter_async_context(recording(site.url, "talk", "fr"))
        channel = Channel(site, http, heard)

        await channel.ai_written(100)
        assert (await channel.status(on_air="ai"))["on_air_reason"] == ""
        async with microphone(anonymous, key, said(FIRST)):
            await channel.status(on_air="human", on_air_name="Ana")
            await channel.status(on_air="ai", on_air_reason="connection_lost")
            for one in FIRST:
                await channel.written(one.text)
            spoken = await channel.words()
            await channel.ai_written(60)
            # Silence follows, so that she is still there when the next booth begins.
            heard_on = np.concatenate((said(SECOND), np.zeros(int(LINGERS_S * RATE_HZ))))
            async with microphone(anonymous, key, heard_on):
                await channel.status(on_air="human")
                if site.booths:
                    await channel.written(SECOND[0].text[:30])
                    await kill_booth(channel)
                for one in SECOND:
                    await channel.written(one.text)
                await channel.status(on_air="ai")
        words = await channel.words()
        assert words.startswith(spoken), "what was written stays"
        places = [_places(one.text, words) for one in (*FIRST, *SECOND)]
        assert [len(of_one) for of_one in places] == [1] * len(places), (places, words)
        assert places == sorted(places)
        for sentences in (FIRST, SECOND):
            assert await channel.surely_heard(said(sentences)) >= HALF_SECONDS


async def kill_booth(channel: Channel) -> None:
    """Kill the process that has the booth without a warning; the other one goes on."""
    [working] = [
        one for one in channel.site.booths if any("is heard on" in line for line in one.lines)
    ]
    last = channel.heard.frames[-1].position
    working.process.kill()
    async with deadline():
        while channel.heard.frames[-1].position == last:
            await asyncio.sleep(0.02)
        count = len(channel.heard.frames)
        while len(channel.heard.frames) < count + 20:
            await asyncio.sleep(0.02)
    positions = [frame.position for frame in channel.heard.frames]
    gap_s = max(np.diff(positions)) / RATE_HZ
    print(f"silent after the kill for {gap_s:.1f} s")
    await channel.status(on_air="human")
