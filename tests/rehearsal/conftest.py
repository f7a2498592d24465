"""A rehearsal server in the test's own loop, and the sound of the prepared talk."""

from collections.abc import AsyncIterator

import av
import numpy as np
import pytest
from aiohttp.test_utils import TestServer

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.server import create_app
from broadcaster.rehearsal.sessions.session import RehearsalSettings
from tests.rehearsal.translation_client import Connect, connected


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    running = TestServer(create_app(RehearsalSettings(close_delay_s=0.1, response_speed=1_000.0)))
    async with running:
        yield running


@pytest.fixture
async def slow_server() -> AsyncIterator[TestServer]:
    """A server whose responses take as long as they sound."""
    running = TestServer(create_app(RehearsalSettings(response_speed=1.0)))
    async with running:
        yield running


@pytest.fixture
def connect(server: TestServer) -> Connect:
    return lambda: connected(server)


@pytest.fixture(scope="session")
def talk_pcm() -> bytes:
    """The prepared talk, s16le mono 24 kHz."""
    with av.open(str(talk.load().audio_path)) as recording:
        frames = [frame.to_ndarray() for frame in recording.decode(audio=0)]
    return np.concatenate(frames, axis=1).astype("<i2").tobytes()
