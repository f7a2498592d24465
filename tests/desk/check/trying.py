"""A trial of the interpretation, and what is heard of it."""

import asyncio
import base64
import io
import wave
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

from broadcaster.audio.file import read_pcm
from broadcaster.rehearsal import talk
from broadcaster.rehearsal.speaking.voice import render_all
from broadcaster.webrtc.clients.publisher import publishing
from tests.support.deadline import deadline
from tests.support.server import Server
from tests.support.sound import Samples, samples

SENTENCES = talk.load().sentences


async def the_talk() -> Iterator[bytes]:
    """The prepared talk, again and again."""
    return cycle(await asyncio.to_thread(lambda: list(read_pcm(talk.load().audio_path))))


@asynccontextmanager
async def speaking(
    server: Server, stage_key: str, pieces: Iterator[bytes], seconds: float
) -> AsyncIterator[None]:
    """Somebody speaks; the floor has heard this much of it."""
    async with publishing(server.http, f"{server.url}/whip/talk", stage_key, pieces):
        async with deadline(60):
            while True:
                async with server.http.get("/api/events/talk/status") as answer:
                    floor = (await answer.json())["floor"]
                if floor is not None and floor["microphone"]["measured_s"] >= seconds:
                    break
                await asyncio.sleep(0.2)
        yield


def all_files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def heard(body: dict[str, Any]) -> Samples:
    with wave.open(io.BytesIO(base64.b64decode(body["wav"]))) as file:
        assert file.getparams()[:3] == (1, 2, 24_000)
        return samples(file.readframes(file.getnframes()))


async def spoken(language: str) -> Samples:
    """The first sentences as the rehearsal interpreter says them."""
    texts = [one.spoken_text(language) for one in SENTENCES[:6]]
    return samples(b"".join(await asyncio.to_thread(render_all, texts, language)))
