"""A channel speaks an announcement in a pause of its interpretation, by the provider."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from broadcaster.audio.file import read_pcm
from broadcaster.rehearsal import talk
from broadcaster.rehearsal.speaking import voice
from broadcaster.webrtc.clients.publisher import publishing
from tests.support.deadline import deadline
from tests.support.listener import recording
from tests.support.processes import rehearsal_server
from tests.support.server import running_server
from tests.support.sound import matches, samples

pytestmark = pytest.mark.usefixtures("loopback")

TEXT = "La comida se sirve ahora en la sala dos, junto a la entrada principal"
SPEECH_S = 10


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def interpreter() -> AsyncIterator[str]:
    async with rehearsal_server() as url:
        yield url


def floor(recorded: bytes) -> Iterator[bytes]:
    """The beginning of the prepared talk, then silence."""
    for start in range(0, SPEECH_S * 48_000, 960):
        yield recorded[start : start + 960]
    while True:
        yield bytes(960)


async def test_a_channel_speaks_an_announcement_of_its_provider(
    tmp_path: Path, interpreter: str
) -> None:
    recorded = await asyncio.to_thread(lambda: b"".join(read_pcm(talk.load().audio_path)))
    said = samples(await asyncio.to_thread(voice.render, TEXT, "es"))
    async with running_server(tmp_path, realtime_url=interpreter) as server:
        languages = [{"tag": "es", "always": True}]
        created = await server.create(languages=languages, downloads=True)
        async with (
            aiohttp.ClientSession(server.url) as anonymous,
            publishing(anonymous, f"{server.url}/whip/talk", created["stage_key"], floor(recorded)),
            recording(server.url, "talk", "es") as heard,
        ):
            body = {"text": "Lunch is served", "translations": {"es": TEXT}, "speak": True}
            async with server.http.post("/api/events/talk/announcements", json=body) as answer:
                assert answer.status == 201, await answer.text()
            found: Any = None
            async with deadline(120):
                while found != {"es": {"state": "spoken", "reason": ""}}:
                    await asyncio.sleep(0.2)
                    async with server.http.get("/api/events/talk/announcements") as answer:
                        found = (await answer.json())["announcements"][0]["speech"]
            windows = await asyncio.to_thread(matches, heard.sound(), said)
        async with server.http.get("/e/talk/transcript/es.txt") as answer:
            text = await answer.text()
    surely = [one for one in windows if one.r > 0.7]
    print(f"{len(surely)} s are surely the announcement, which lasts {len(said) / 24_000:.1f} s")
    assert len(surely) >= len(said) // 24_000 - 2
    in_order = [one.found_s for one in surely]
    assert in_order == sorted(in_order)
    assert "comida" not in text
