"""A human interpreter is heard beyond the 12 kHz of the engines, whoever had the channel before."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

import numpy as np
import pytest

from broadcaster.model import keys
from broadcaster.model.audio import AudioFrame
from broadcaster.model.consoles.on_air import OnAir
from broadcaster.model.event import Channel
from broadcaster.model.status import EdgeStatus, status_to_json
from tests.booths.human.scripted import (
    AI_HZ,
    FLOOR_HZ,
    HISS_HZ,
    HUMAN_HZ,
    Levels,
    Stage,
    decoded,
    stage,
)
from tests.booths.simulation import assert_unbroken, listening
from tests.support.tasks import background_task
from tests.support.virtual_time import VirtualTimeBus

HISS = 0.1
OFF_DBFS = -60.0


async def ai_human_ai(on_stage: Stage) -> None:
    """The AI has the channel, then a human from 8 s to 16 s, then the AI again."""
    async with background_task(on_stage.booth().run(), name="booth of the test"):
        await asyncio.sleep(7)
        on_stage.connected = True
        await asyncio.sleep(1)
        await on_stage.take()
        await asyncio.sleep(8)
        await on_stage.take(OnAir())
        await asyncio.sleep(1)
        on_stage.connected = False
        await asyncio.sleep(7)


async def test_the_full_band_is_heard_while_the_human_is() -> None:
    async with VirtualTimeBus() as bus, stage(bus) as on_stage:
        on_stage.hiss = HISS
        await ai_human_ai(on_stage)
        heard = on_stage.levels()
    assert_unbroken(on_stage.frames)
    assert heard.most(HISS_HZ, 3, 8) < OFF_DBFS
    assert heard.most(HISS_HZ, 9, 16) == pytest.approx(20 * np.log10(HISS), abs=3)
    assert heard.most(HISS_HZ, 18, 24) < OFF_DBFS
    assert heard.most(AI_HZ, 9, 16) < OFF_DBFS
    assert heard.first_s(HUMAN_HZ, 8) < 9
    assert heard.longest_hole_s(4, 24) < 1.0


async def test_neither_change_of_the_voice_clicks() -> None:
    async with VirtualTimeBus() as bus, stage(bus) as on_stage:
        await ai_human_ai(on_stage)
        began_s = on_stage.frames[0].position / 24_000
        sound = decoded(on_stage.frames)
    edges = np.abs(np.diff(sound, 2))

    def sharpest(start_s: float, end_s: float) -> float:
        return float(
            edges[int((start_s - began_s) * 48_000) : int((end_s - began_s) * 48_000)].max()
        )

    steady = sharpest(10, 15)
    assert sharpest(7.5, 10) <= 1.2 * steady
    assert sharpest(15, 19) <= 1.2 * steady


async def test_a_floor_process_without_the_full_band_is_heard_as_before() -> None:
    async with VirtualTimeBus() as bus, stage(bus) as on_stage:
        on_stage.old_floor = True
        await ai_human_ai(on_stage)
        heard = on_stage.levels()
    assert_unbroken(on_stage.frames)
    assert heard.first_s(HUMAN_HZ, 8) < 9
    assert heard.most(HUMAN_HZ, 9, 16) == pytest.approx(20 * np.log10(0.2), abs=1)
    assert heard.longest_hole_s(4, 24) < 1.0


async def test_every_variant_and_a_relayed_channel_have_the_human() -> None:
    """The floor lies under the voice in its variants; other codings have no room for the hiss."""
    variants = ("es+floor", "es+low", "es+fec")
    frames: dict[str, list[AudioFrame]] = {variant: [] for variant in variants}
    relayed: list[AudioFrame] = []
    async with VirtualTimeBus() as bus, stage(bus) as on_stage, AsyncExitStack() as stack:
        on_stage.hiss = HISS
        more = (*on_stage.event.channels, Channel("pt", relay_from="es"))
        on_stage.event = replace(on_stage.event, channels=more)
        await bus.put(keys.event_record("talk"), on_stage.event.to_json())
        for variant in variants:
            await stack.enter_async_context(
                listening(bus, keys.opus("talk", variant), frames[variant])
            )
        await stack.enter_async_context(listening(bus, keys.relay_pcm("talk", "es"), relayed))

        async def listen() -> None:
            while True:
                status = EdgeStatus("edge", dict.fromkeys(variants, 1))
                bus.publish(keys.status("talk"), status_to_json(status))
                await asyncio.sleep(1)

        await stack.enter_async_context(background_task(listen(), name="listeners of the test"))
        await ai_human_ai(on_stage)
    for variant in variants:
        assert_unbroken(frames[variant])
        heard = Levels.of(frames[variant])
        assert heard.most(HUMAN_HZ, 9, 16) == pytest.approx(20 * np.log10(0.2), abs=1.5), variant
        assert heard.most(AI_HZ, 9, 16) < OFF_DBFS, variant
        assert (heard.most(FLOOR_HZ, 9, 16) > -40) == (variant == "es+floor"), variant
        assert (heard.most(HISS_HZ, 9, 16) > -23) == (variant == "es+floor"), variant
    positions = [frame.position for frame in relayed]
    assert positions == list(range(positions[0], positions[-1] + 1, 480))
    pcm = np.concatenate([np.frombuffer(frame.payload, "<i2") for frame in relayed]) / 32_768
    at = int(12.4 * 24_000) - positions[0]
    spectrum = np.abs(np.fft.rfft(pcm[at : at + 6_000] * np.hanning(6_000))) * 4 / 6_000
    assert 20 * np.log10(spectrum[HUMAN_HZ // 4]) == pytest.approx(20 * np.log10(0.2), abs=1.5)
    assert 20 * np.log10(spectrum[2_250:].max()) < OFF_DBFS, "what does not fit does not fold back"
