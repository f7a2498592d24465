"""Free speech through the whole server: captions of the original, and English text and voice."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestServer

from broadcaster.rehearsal.server import STREAMS, create_app
from broadcaster.rehearsal.sessions.session import RehearsalSettings
from tests.interpreter.human_speech import silence
from tests.interpreter.listening import WORKER
from tests.rehearsal.realtime_client import TRANSCRIPTION, RealtimeClient, realtime
from tests.rehearsal.translation_client import connected
from tests.support.deadline import deadline

ITEM = "conversation.item.input_audio_transcription"


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    settings = RehearsalSettings(close_delay_s=0.1, stream_worker=(WORKER,), tells_places=True)
    running = TestServer(create_app(settings))
    async with running:
        yield running


async def captioned(client: RealtimeClient, pcm: bytes) -> str:
    """The text of a sound, which is sent as one item."""
    model = {"model": "gpt-live-transcribe"}
    session = {"type": "transcription", "audio": {"input": {"transcription": model}}}
    await client.send("session.update", session=session)
    await client.until("session.updated")
    for at in range(0, len(pcm), 9_600):
        await client.append(pcm[at : at + 9_600])
    await client.send("input_audio_buffer.commit")
    completed = await client.until(f"{ITEM}.completed")
    text: str = completed["transcript"]
    return text


async def test_spanish_is_captioned_and_becomes_spoken_english(
    server: TestServer, spanish_pcm: bytes
) -> None:
    pcm = spanish_pcm + silence(2_000)
    async with realtime(server, TRANSCRIPTION) as reader, connected(server) as listener:
        await listener.configure("en")
        async with deadline(120), asyncio.TaskGroup() as tasks:
            captions = tasks.create_task(captioned(reader, pcm))
            tasks.create_task(listener.interpret(pcm))
        assert len(server.app[STREAMS].alive()) <= 1, "they share a recogniser"
    assert "biblioteca" in captions.result()
    deltas = reader.of(f"{ITEM}.delta")
    assert "".join(one["delta"] for one in deltas) == captions.result()
    times_ms = [one[at] for one in deltas for at in ("audio_start_ms", "audio_end_ms")]
    assert times_ms == sorted(times_ms)
    assert times_ms[-1] <= len(pcm) // 48
    assert "library" in listener.text()
    assert len(listener.spoken()) > 48_000
