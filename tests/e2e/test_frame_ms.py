"""The setting `frame_ms` in a whole broadcaster: from the microphone to every channel."""

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from broadcaster.model.audio import ms_to_samples, opus_samples
from broadcaster.webrtc.clients.publisher import publishing
from tests.audio.sounds import speech
from tests.support.deadline import DEADLINE_S, deadline
from tests.support.listener import Recording, recording
from tests.support.server import running_server

SECONDS = 2


async def filled(record: Recording, samples: int) -> None:
    async with deadline():
        while sum(opus_samples(frame.payload) for frame in record.frames) < samples:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("frame_ms", [20, 40])
async def test_every_channel_has_packets_of_the_length_that_is_set(
    tmp_path: Path, frame_ms: int
) -> None:
    said = await asyncio.to_thread(speech)
    async with running_server(tmp_path, frame_ms=frame_ms) as server:
        event = await server.create("es")
        channels = ("floor", "es", "es+floor")
        async with (
            publishing(
                server.http,
                f"{server.url}/whip/talk",
                event["stage_key"],
                iter([said]),
            ),
            recording(server.url, "talk", channels[0]) as floor,
            recording(server.url, "talk", channels[1]) as interpreted,
            recording(server.url, "talk", channels[2]) as mixed,
        ):
            for record in (floor, interpreted, mixed):
                await filled(record, ms_to_samples(1_000 * SECONDS))
        async with server.http.ws_connect(
            "/e/talk/audio/es", protocols=["broadcaster.audio.v1"]
        ) as ws:
            assert (await ws.receive_json(timeout=DEADLINE_S))["frame_ms"] == frame_ms
    for record in (floor, interpreted, mixed):
        assert record.unbroken()
        assert {opus_samples(frame.payload) for frame in record.frames} == {24 * frame_ms}
        steps = [later.position - earlier.position for earlier, later in pairwise(record.frames)]
        assert min(steps) >= 24 * frame_ms
