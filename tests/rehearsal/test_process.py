"""The server as a process of its own, and its workers."""

import asyncio
import base64
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.rehearsal.session_client import KEY
from tests.rehearsal.talk_sound import excerpt
from tests.rehearsal.translation_client import URL
from tests.support.deadline import deadline
from tests.support.processes import children, runs


@pytest.fixture
async def running() -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "broadcaster.rehearsal", "--port", "0"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    async with deadline():
        ready = json.loads(await process.stdout.readline())
    yield process, ready["port"]
    if process.returncode is None:
        process.kill()
        await process.wait()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
async def test_workers_end_with_the_server(
    running: tuple[asyncio.subprocess.Process, int], talk_pcm: bytes, end: signal.Signals
) -> None:
    process, port = running
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"http://127.0.0.1:{port}{URL}", headers=KEY, max_msg_size=0) as socket,
    ):
        german = {"audio": {"output": {"language": "de"}}}  # whose voice is not rendered ahead
        await socket.send_json({"type": "session.update", "session": german})
        audio = base64.b64encode(excerpt(talk_pcm, 0, 5_600)).decode()
        await socket.send_json({"type": "session.input_audio_buffer.append", "audio": audio})
        async with deadline():
            while (await socket.receive_json())["type"] != "session.output_transcript.delta":
                pass
            while len(workers := children(process.pid)) < 2:  # the voice begins after the text
                await asyncio.sleep(0.05)
        process.send_signal(end)
        async with deadline():
            code = await process.wait()
            while any(map(runs, workers)):
                await asyncio.sleep(0.05)
    assert code == (-signal.SIGKILL if end is signal.SIGKILL else 0)


def test_the_server_s_process_never_loads_the_engines() -> None:
    check = (
        "import sys, broadcaster.rehearsal.__main__; "
        "print({'pocketsphinx', 'espeakng_loader'} & set(sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", check], check=True, capture_output=True)
    assert loaded.stdout.strip() == b"set()"
