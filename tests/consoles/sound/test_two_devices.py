"""One interpreter's link open on two devices, whose microphones reach two processes over Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from broadcaster.access.tokens import Token
from broadcaster.bus.redis.bus import RedisBus
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.consoles.on_air import OnAir
from tests.consoles.sound.microphone_site import WHIP, Booth, microphone_site
from tests.support.deadline import deadline
from tests.support.redis_server import RedisServer
from tests.webrtc.support import VoiceTrack, client, voice, worst_match

pytestmark = pytest.mark.usefixtures("loopback")
PHONES_VOICE = voice(30)[::-1].copy()


@pytest_asyncio.fixture
async def two_sites(tmp_path: Path) -> AsyncIterator[tuple[Booth, Booth]]:
    redis = RedisServer(tmp_path)
    await asyncio.to_thread(redis.start)
    try:
        async with AsyncExitStack() as stack:
            sites = []
            for _ in range(2):
                bus = await stack.enter_async_context(RedisBus(redis.url))
                sites.append(await stack.enter_async_context(microphone_site(bus)))
            yield sites[0], sites[1]
    finally:
        await asyncio.to_thread(redis.stop)


async def until_alone(site: Booth, other: Booth) -> None:
    """Wait until the one microphone that is connected is at a site."""
    async with deadline():
        while (site.whip.session_count, other.whip.session_count) != (1, 0):
            await asyncio.sleep(0.01)


async def until_known(site: Booth, token: Token) -> None:
    async with deadline():
        while site.registry.get(token.id) is None:
            await asyncio.sleep(0.01)


async def test_the_newest_device_has_the_microphone_whichever_process_it_reaches(
    two_sites: tuple[Booth, Booth],
) -> None:
    here, there = two_sites
    ana, key = await here.token("Ana")
    await until_known(there, ana)
    await here.put(OnAir(ana.id, "Ana"))
    async with client() as laptop, client(VoiceTrack(PHONES_VOICE)) as phone, client() as back:
        await here.publish(laptop, key, "?device=laptop")
        await here.heard.loud(0.5)
        await there.publish(phone, key, "?device=phone")
        await until_alone(there, here)
        await here.heard.loud(0.5)
        here.heard.frames.clear()
        await here.heard.loud(2)
        positions = [frame.position for frame in here.heard.frames]
        assert len(positions) == len(set(positions)), "one microphone publishes"
        sound = here.heard.samples[: 2 * CLOCK_HZ]
        assert worst_match(sound, PHONES_VOICE[::2]) >= 0.9

        for site in (here, there):
            assert await site.refused(key, f"{WHIP}?device=laptop") == (409, "replaced")
        await until_alone(there, here)

        await here.publish(back, key, "?device=laptop&takeover=1")
        await until_alone(here, there)
        assert await there.refused(key, f"{WHIP}?device=phone") == (409, "replaced")
        assert await here.refused(key, f"{WHIP}?device=a%20b") == (422, "bad_request")
