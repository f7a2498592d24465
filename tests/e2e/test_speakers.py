"""Two microphones by real WHIP take turns, and listeners of every channel read their names."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from broadcaster.audio.file import read_pcm
from broadcaster.rehearsal import talk
from broadcaster.webrtc.clients.publisher import publishing
from tests.support.deadline import deadline
from tests.support.processes import TOKEN, broadcaster, rehearsal_server

pytestmark = pytest.mark.usefixtures("loopback")

SENTENCES = talk.load().sentences[:5]
NAMES = ["Chair", "Panel <2>"]
BEGINS_MS = 2_000
PAUSE_MS = 600
"""Between two people, besides the pause in the recording."""


TURNS = [SENTENCES[at : at + 2] for at in range(0, len(SENTENCES), 2)]


def speaker_of(number: int) -> str:
    """The name of the person who says a sentence: they take turns after two of them."""
    return NAMES[number // 2 % 2]


def microphone(name: str, pcm: bytes, begun: asyncio.Event) -> Iterator[bytes]:
    """The prepared talk, in which only the sentences of one person are heard.

    It begins when all microphones are on the floor.
    """
    sound = bytearray(48 * (SENTENCES[-1].end_ms + 30_000))
    for number, one in enumerate(SENTENCES):
        if speaker_of(number) == name:
            start, end = 48 * (one.start_ms - 100), 48 * (one.end_ms + 100)
            later = 48 * (BEGINS_MS + number // 2 * PAUSE_MS)
            sound[later + start : later + end] = pcm[start:end]
    while not begun.is_set():
        yield bytes(960)
    for start in range(0, len(sound), 960):
        yield bytes(sound[start : start + 960])


@asynccontextmanager
async def event(url: str) -> AsyncIterator[tuple[aiohttp.ClientSession, dict[str, str]]]:
    """A live event, and the key of each microphone."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    body = {"id": "talk", "title": "Water", "languages": ["es"], "downloads": True}
    async with aiohttp.ClientSession(url, headers=headers, raise_for_status=True) as http:
        await http.post("/api/events", json=body)
        found = {}
        for name in NAMES:
            link = {"name": name, "role": "stage", "channel": "floor"}
            async with http.post("/api/events/talk/tokens", json=link) as answer:
                found[name] = (await answer.json())["token"]
        await http.patch("/api/events/talk", json={"state": "live"})
        yield http, found


async def read(url: str, channel: str) -> list[tuple[str, str]]:
    """The words of each person, by the stream of a channel, until the last one has spoken."""
    finals: list[dict[str, Any]] = []
    said: list[tuple[str, str]] = []
    try:
        async with (
            deadline(90),
            aiohttp.ClientSession() as http,
            http.get(f"{url}/e/talk/captions/{channel}") as answer,
        ):
            async for line in answer.content:
                if line.startswith(b'data: {"id"'):
                    caption = json.loads(line.removeprefix(b"data: "))
                    finals += [caption] if caption["final"] else []
                    if len(said := said_by(finals)) == len(TURNS):
                        return said
    except TimeoutError:
        pytest.fail(f"{channel}: {said}")
    raise AssertionError


def said_by(captions: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """The words of each person, one after the other."""
    found: list[tuple[str, str]] = []
    for one in captions:
        name, text = one.get("speaker", ""), one["text"].replace("\n", " ")
        if found and found[-1][0] == name:
            text = f"{found.pop()[1]} {text}"
        found.append((name, text))
    return found


async def test_two_microphones_take_turns_and_captions_name_them(tmp_path: Path) -> None:
    pcm = b"".join(await asyncio.to_thread(lambda: list(read_pcm(talk.load().audio_path))))
    async with AsyncExitStack() as stack:
        realtime_url = await stack.enter_async_context(rehearsal_server())
        url, _ = await stack.enter_async_context(broadcaster(tmp_path, realtime_url=realtime_url))
        http, found = await stack.enter_async_context(event(url))
        anonymous = await stack.enter_async_context(aiohttp.ClientSession())
        reading = [
            asyncio.create_task(read(url, channel), name=channel) for channel in ("floor", "es")
        ]
        begun = asyncio.Event()
        for name, key in found.items():
            sound = microphone(name, pcm, begun)
            whip = publishing(anonymous, f"{url}/whip/talk", key, sound)
            await stack.enter_async_context(whip)
        begun.set()
        for channel, said in zip(("floor", "es"), await asyncio.gather(*reading), strict=True):
            assert [name for name, _ in said] == [speaker_of(2 * at) for at in range(len(TURNS))]
            known = [one.translations.get(channel, one.text) for one in SENTENCES]
            heard = [[at for at, (_, text) in enumerate(said) if one in text] for one in known]
            assert all(at == [number // 2] for number, at in enumerate(heard) if at), said
            assert len(list(filter(None, heard))) >= 3, "the recogniser knows the talk"
        async with anonymous.get(f"{url}/e/talk/transcript/es.vtt") as answer:
            assert "<v Panel &lt;2&gt;>" in await answer.text()
        async with http.get("/api/events/talk/transcript/floor.txt") as answer:
            assert "Panel <2>: " in await answer.text()
