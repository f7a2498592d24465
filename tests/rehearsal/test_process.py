"""The server as a process of its own, and its workers."""

import asyncio
import base64
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import numpy as np
import pytest

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.speaking import voice
from tests.rehearsal.session_client import KEY
from tests.rehearsal.talk_sound import excerpt
from tests.rehearsal.translation_client import URL

SENTENCES = talk.load().sentences


@pytest.fixture
async def running() -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "broadcaster.rehearsal", "--port", "0"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    async with asyncio.timeout(30):
        ready = json.loads(await process.stdout.readline())
    yield process, ready["port"]
    if process.returncode is None:
        process.kill()
        await process.wait()


def workers_of(process: asyncio.subprocess.Process) -> list[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(pid) for pid in children.split()]


def any_lives(pids: list[int]) -> bool:
    return any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
async def test_workers_end_with_the_server(
    running: tuple[asyncio.subprocess.Process, int], talk_pcm: bytes, end: signal.Signals
) -> None:
    process, port = running
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"http://127.0.0.1:{port}{URL}", headers=KEY, max_msg_size=0) as socket,
    ):
        audio = base64.b64encode(excerpt(talk_pcm, 0, 5_600)).decode()
        await socket.send_json({"type": "session.input_audio_buffer.append", "audio": audio})
        async with asyncio.timeout(30):
            while (await socket.receive_json())["type"] != "session.output_transcript.delta":
                pass
        workers = workers_of(process)
        assert len(workers) == 2
        process.send_signal(end)
        async with asyncio.timeout(30):
            code = await process.wait()
            while any_lives(workers):
                await asyncio.sleep(0.05)
    assert code == (0 if end is signal.SIGTERM else -signal.SIGKILL)


def test_the_server_s_process_never_loads_the_engines() -> None:
    check = (
        "import sys, broadcaster.rehearsal.__main__; "
        "print({'pocketsphinx', 'espeakng_loader'} & set(sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", check], check=True, capture_output=True)
    assert loaded.stdout.strip() == b"set()"


async def test_the_voice_says_the_same_every_time_and_equally_loud_in_all_languages() -> None:
    one, other = voice.RehearsalVoice(), voice.RehearsalVoice()
    for language in sorted(talk.load().languages()):
        texts = [sentence.spoken_text(language) for sentence in SENTENCES[:4]]
        first = [await one.speak(text, language) for text in texts]
        assert [await other.speak(text, language) for text in texts[::-1]] == first[::-1]
        samples = np.frombuffer(b"".join(first), "<i2") / 32768
        assert 20 * np.log10(np.max(np.abs(samples))) <= -2.9
        level = 20 * np.log10(np.sqrt(np.mean(samples**2)))
        assert level == pytest.approx(-18.3, abs=0.7), language
    for speaker in (one, other):
        await speaker.close()


def test_a_language_without_a_voice_is_silent() -> None:
    assert voice.render("Hallo", "xx") == b""
