"""The whole broadcast with real parts: a microphone in Chromium, phones in Chromium."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import numpy as np
import pytest

from broadcaster.audio.file import read_pcm
from broadcaster.rehearsal import talk
from tests.support.browser import Attendee, chromium, chromium_with_microphone, until, write_wav
from tests.support.listener import Recording, recording
from tests.support.processes import TOKEN, broadcaster, rehearsal_server
from tests.support.redis_server import RedisServer
from tests.support.sound import RATE_HZ, hears, samples

SENTENCES = talk.load().sentences
SETTLE_S = 3.0
"""Players trim their buffers in their first seconds; they are not compared there."""

pytestmark = pytest.mark.browser


@dataclass(frozen=True, slots=True)
class Site:
    """The addresses of the floor, booths and desk, and of the edge. One process has one address."""

    stage: str
    edge: str


@asynccontextmanager
async def one_process(folder: Path, realtime_url: str) -> AsyncIterator[Site]:
    async with broadcaster(folder, realtime_url=realtime_url) as (url, _):
        yield Site(url, url)


@asynccontextmanager
async def three_processes(folder: Path, realtime_url: str) -> AsyncIterator[Site]:
    redis = RedisServer(folder)
    await asyncio.to_thread(redis.start)
    try:
        async with (
            broadcaster(
                folder / "stage",
                *("floor", "booths", "desk"),
                realtime_url=realtime_url,
                redis_url=redis.url,
            ) as (stage, _),
            broadcaster(folder / "edge", "edge", redis_url=redis.url) as (edge, _),
        ):
            yield Site(stage, edge)
    finally:
        await asyncio.to_thread(redis.stop)


SiteOf = Callable[[Path, str], AbstractAsyncContextManager[Site]]


def microphone(path: Path) -> Path:
    """The prepared talk as Chromium's microphone, with a pause at its end."""
    pcm = samples(b"".join(read_pcm(talk.load().audio_path)))
    write_wav(path, np.concatenate((pcm, np.zeros(3 * RATE_HZ))), RATE_HZ)
    return path


async def create_event(site: Site) -> str:
    """An event with Spanish and French, live; returns its speaker's link."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    event = {"id": "talk", "title": "Water", "languages": ["es", "fr"]}
    async with aiohttp.ClientSession(site.stage, headers=headers, raise_for_status=True) as http:
        async with http.post("/api/events", json=event) as answer:
            link: str = (await answer.json())["links"]["stage"]
        async with http.patch("/api/events/talk", json={"state": "live"}):
            return link


@pytest.mark.parametrize("site_of", [one_process, three_processes])
async def test_a_speaker_is_heard_and_read_in_other_languages(
    site_of: SiteOf, tmp_path: Path
) -> None:
    wav = await asyncio.to_thread(microphone, tmp_path / "microphone.wav")
    async with AsyncExitStack() as stack:
        realtime_url = await stack.enter_async_context(rehearsal_server())
        site = await stack.enter_async_context(site_of(tmp_path, realtime_url))
        stage_link = await create_event(site)
        booth = {
            tag: await stack.enter_async_context(recording(site.edge, "talk", tag))
            for tag in ("es", "fr")
        }
        speakers = await stack.enter_async_context(chromium_with_microphone(wav))
        phones = await stack.enter_async_context(chromium())

        speaker = await speakers.new_page(reduced_motion="reduce")
        await speaker.goto(stage_link)
        await speaker.click("#allow")
        await speaker.click("#publish")
        await speaker.wait_for_selector("#air[data-status='live']")

        link = f"{site.edge}/e/talk"
        b = await Attendee.open(phones, f"{link}?lang=es")
        c = await Attendee.open(phones, f"{link}?lang=fr")
        for page in (b, c):
            await page.listen()
            await page.record()
        await b.wait_for_caption(SENTENCES[1].translations["es"])
        await c.wait_for_caption(SENTENCES[1].translations["fr"])
        async with asyncio.TaskGroup() as checks:
            checks.create_task(check_sound(b, booth["es"], booth["fr"]))
            checks.create_task(check_sound(c, booth["fr"], booth["es"]))

        d = await Attendee.open(phones, f"{link}?lang=es", tapped=False)
        await d.listen()
        await d.wait_for_caption(SENTENCES[0].translations["es"])
        assert SENTENCES[1].translations["es"].split()[-1] in await d.captions()

        await check_switch(b, booth["fr"], booth["es"])
        for page in (b, c, d):
            assert not page.errors
        assert booth["es"].unbroken()
        assert booth["fr"].unbroken()


async def check_sound(page: Attendee, own: Recording, other: Recording) -> None:
    """Check that the page plays the sound of its own channel's booth, and of no other."""
    await asyncio.sleep(SETTLE_S)
    await page.newly_heard()
    await hears(page.newly_heard, own.recent_sound, other.recent_sound)


async def check_switch(page: Attendee, wanted: Recording, left: Recording) -> None:
    """After a tap on another channel that one is heard, and the one before is not any more."""
    await page.choose("fr")
    await until(page.page, "() => window.broadcasterPlayer.channel === 'fr'")
    await check_sound(page, wanted, left)
