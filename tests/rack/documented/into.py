"""A command that sends the recording into a server, and whether a listener hears it."""

import asyncio
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import numpy as np

from broadcaster.model.audio import CLOCK_HZ
from tests.commands.publishers import stage
from tests.rack.documented.places import SECONDS, at
from tests.rack.documented.running import here, kept_running
from tests.rack.documented.trials import Trial
from tests.support.deadline import deadline
from tests.support.listener import recording
from tests.support.sound import matches, samples
from tests.webrtc.support import voice

LONGEST_S = 150
"""For the recording to be heard, also on a busy machine; it lasts for 60 s, and is sent again."""
WINDOWS = 5
"""Seconds of the recording that must be found in the listener's sound."""
SURE = 0.8
"""Correlation of a window that is surely the recording."""


async def into(trial: Trial, folder: Path) -> tuple[bool, str]:
    """Run the commands; returns whether the recording was heard, and how."""
    said = samples(voice(SECONDS, CLOCK_HZ).tobytes())
    good: list[float] = []
    async with stage(folder / "data") as (whip, key, _), AsyncExitStack() as stack:
        base = whip.partition("/whip/")[0]
        addresses = {"https://talks.example": base, "--key KEY": f"--key {key}"}
        found = await stack.enter_async_context(at(trial.peer.place, folder))
        environment = {**found, "BROADCASTER_STAGE_KEY": key}
        for line in (*trial.peer.lines, *trial.lines):
            command = here(line, "heard.wav", addresses)
            await stack.enter_async_context(kept_running(command, folder, environment))
        with suppress(TimeoutError):
            async with recording(base, "talk", "floor") as record, deadline(LONGEST_S):
                while len(good) < WINDOWS:
                    await asyncio.sleep(1)
                    fits = await asyncio.to_thread(matches, record.recent_sound(), said)
                    good = [one.r for one in fits if one.r > SURE]
    return len(good) >= WINDOWS, f"{len(good)} s heard, r = {np.median(good or [0]):.3f}"
