"""Microphones of human interpreters, over real HTTP and WebRTC."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import numpy as np
import pytest
import pytest_asyncio
from aiortc import RTCPeerConnection
from numpy.typing import NDArray

from broadcaster.model import keys
from broadcaster.model.audio import AudioFrame
from broadcaster.model.consoles.on_air import OnAir
from broadcaster.model.ports import Bus, Subscription
from tests.access.test_tokens import ask, holder
from tests.support.deadline import deadline
from tests.support.server import Server, running_server
from tests.support.signaling import FRAGMENT, error
from tests.webrtc.support import MutableTrack, VoiceTrack, answered, client, voice, worst_match

pytestmark = pytest.mark.usefixtures("loopback")
WHIP = "/whip/talk/es"
SDP = {"Content-Type": "application/sdp"}


class Booth:
    """A server with a live event, and its bus."""

    def __init__(self, server: Server, bus: Bus) -> None:
        self.server = server
        self.bus = bus

    async def token(self, name: str, channel: str = "es") -> dict[str, str]:
        """A new interpreter's token: `id` and `token`."""
        body = {"name": name, "role": "interpreter", "channel": channel}
        made: dict[str, str] = await ask(
            self.server.http, "POST", "/api/events/talk/tokens", 201, json=body
        )
        return made

    async def put(self, on_air: OnAir) -> None:
        await self.bus.put(keys.on_air_record("talk", "es"), on_air.to_json())

    @asynccontextmanager
    async def sound(self) -> AsyncIterator[Subscription]:
        topic = keys.interpreter_pcm("talk", "es")
        async with self.bus.subscribe(topic, depth=10_000) as frames:
            yield frames


@pytest_asyncio.fixture
async def booth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Booth]:
    buses: list[Bus] = []
    real_build = serving.app.build if hasattr(serving, "app") else serving.build

    def build(*given: object, **more: object) -> object:
        buses.append(given[3])
        return real_build(*given, **more)

    monkeypatch.setattr(serving, "build", build)
    async with running_server(tmp_path) as server:
        await server.create("es", "fr")
        yield Booth(server, buses[0])
