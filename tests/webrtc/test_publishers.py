"""Publishers we did not write: FFmpeg's WHIP muxer and libwebrtc."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from broadcaster.webrtc.ingest import IngestEndReason, IngestSettings
from tests.support.deadline import deadline
from tests.webrtc.support import STAGE_KEY, Samples, Stage, heard, stage, voice, worst_match

pytestmark = pytest.mark.usefixtures("loopback")
HERE = Path(__file__).parent
NODE_MODULES = HERE / "wrtc" / "node_modules"


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "voice.s16le"
    path.write_bytes(voice(8).tobytes())
    return path


@asynccontextmanager
async def program(*command: str | Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A publisher's program, killed at the end if it still runs."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def first_seconds(whip: Stage, process: asyncio.subprocess.Process) -> Samples:
    """Five seconds of the publisher; what the program wrote when none comes."""
    try:
        peer = await whip.arrival()
    except TimeoutError:
        process.kill()
        output, errors = await process.communicate()
        pytest.fail(f"the publisher did not come: {(output + errors).decode()}")
    return await heard(peer, 5)


def node() -> str:
    found = shutil.which("node")
    if found is None or not NODE_MODULES.is_dir():
        pytest.fail("libwebrtc for node is missing; run: npm ci --prefix tests/webrtc/wrtc")
    return found


async def test_ffmpeg(sound: Path, tmp_path: Path) -> None:
    module = "tests.webrtc.ffmpeg_publisher"
    async with (
        stage(IngestSettings()) as whip,
        program(
            sys.executable, "-m", module, f"{whip.url}/whip/demo", STAGE_KEY, sound, tmp_path
        ) as process,
    ):
        received = await first_seconds(whip, process)
        [peer] = whip.floor.peers.values()
        async with deadline():
            assert await peer.wait_closed() is IngestEndReason.HUNG_UP
            _, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()
    assert worst_match(received, voice(8)[::2]) >= 0.9


async def test_libwebrtc(sound: Path) -> None:
    script = HERE / "wrtc" / "wrtc_publisher.mjs"
    async with (
        stage(IngestSettings()) as whip,
        program(node(), script, f"{whip.url}/whip/demo", STAGE_KEY, sound) as process,
    ):
        received = await first_seconds(whip, process)
        [peer] = whip.floor.peers.values()
        async with deadline():
            assert await peer.wait_closed() is IngestEndReason.HUNG_UP
            output, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()
        assert "DELETE 200" in output.decode()
        assert set(output.decode().split("\n")) <= {"PATCH 204", "DELETE 200", ""}
    assert worst_match(received[24_000:], voice(8)[::2]) >= 0.9


async def test_a_killed_publisher_is_noticed(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aioice.ice.CONSENT_INTERVAL", 0.2)
    script = HERE / "wrtc" / "wrtc_publisher.mjs"
    async with (
        stage(IngestSettings()) as whip,
        program(node(), script, f"{whip.url}/whip/demo", STAGE_KEY, sound) as process,
    ):
        peer = await whip.arrival()
        await heard(peer, 1)
        process.kill()
        async with deadline():
            assert await peer.wait_closed() is IngestEndReason.CONSENT_EXPIRED
        assert whip.endpoint.session_count == 0
