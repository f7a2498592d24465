"""The delay of the floor at an edge: phones hear it later, and nobody else does."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

from broadcaster.model import keys
from broadcaster.model.audio import AudioFrame, ms_to_samples
from tests.edge.conftest import EVENT, Edge
from tests.edge.waiting import counted, until
from tests.support.deadline import deadline

DELAY_MS = 300
CHANNELS = ("floor", "floor+low", "floor+full", "es")


async def test_listeners_of_the_floor_hear_it_later(edge: Edge) -> None:
    record = await edge.bus.get(keys.event_record("talk"))
    assert record is not None
    late = replace(EVENT, floor_delay_ms=DELAY_MS)
    await edge.bus.put(keys.event_record("talk"), late.to_json(), record.version)
    came: list[tuple[str, AudioFrame]] = []

    async with AsyncExitStack() as stack, deadline():
        sockets = {}
        for channel in CHANNELS:
            address = f"/e/talk/audio/{channel}"
            listening = edge.http.ws_connect(address, protocols=["broadcaster.audio.v1"])
            sockets[channel] = await stack.enter_async_context(listening)
            await sockets[channel].receive_json()
        await until(lambda: counted(edge) == dict.fromkeys(CHANNELS, 1))

        async def one_frame(channel: str) -> None:
            came.append((channel, AudioFrame.from_bytes(await sockets[channel].receive_bytes())))

        async with asyncio.TaskGroup() as tasks:
            for channel in CHANNELS:
                edge.say(channel)
                tasks.create_task(one_frame(channel), name=channel)
        assert {channel for channel, _ in came[:2]} == {"floor+full", "es"}
        moved = {channel: frame.position for channel, frame in came}
        later = ms_to_samples(DELAY_MS)
        assert moved == {"floor": later, "floor+low": later, "floor+full": 0, "es": 0}

        record = await edge.bus.get(keys.event_record("talk"))
        assert record is not None
        await edge.bus.put(keys.event_record("talk"), EVENT.to_json(), record.version)
        room = await edge.rooms.open("talk")
        await until(lambda: room.event.floor_delay_ms == 0)
        said = edge.say("floor")
        assert await sockets["floor"].receive_bytes() == said, "at once, and as it is"
