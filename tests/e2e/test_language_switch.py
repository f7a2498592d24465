"""A guest speaks Spanish: listeners of the Spanish channel hear the guest, then the interpreter."""

import asyncio
from pathlib import Path

from tests.support.language_switch import FIRST_S, listening, on_stage, switches

GENEROUS_S = 14.0
"""Far above what is printed: the floor never comes, or never goes, when this fails."""


async def test_the_floor_is_heard_while_it_speaks_the_channels_language(tmp_path: Path) -> None:
    async with (
        on_stage(tmp_path) as (url, server),
        listening(url, "floor") as floor,
        listening(url, "es") as spanish,
    ):
        await asyncio.sleep(FIRST_S)
    found = await asyncio.to_thread(lambda: list(switches(floor, spanish)))
    for switch in found:
        print(f"carried after {switch.carried_s:.2f} s, back after {switch.back_s:.2f} s")
        assert switch.carried_s < GENEROUS_S
        assert switch.back_s < GENEROUS_S
    assert found
    assert not [line for line in server.lines if "booth retries" in line]
