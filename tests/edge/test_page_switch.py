"""Another channel on the attendee page: the same connection, no gap and no click."""

import asyncio

import numpy as np
import pytest

from tests.edge.channel_switch import NOTE_TAPS, TONES_HZ, heard_switch, measured, tones
from tests.edge.conftest import Edge
from tests.edge.voices import speaking
from tests.edge.waiting import counted
from tests.edge.waiting import until as until_true
from tests.support.browser import Attendee, chromium, until
from tests.support.sound import RATE_HZ

pytestmark = pytest.mark.browser

SWITCHES = 6
LONGEST_GAP_MS = 60
CLICK = 0.01
"""A cross-fade has less than 0.001."""
UNDERRUNS = "() => window.broadcasterPlayer.underruns"


def test_a_cut_and_a_gap_would_be_noticed() -> None:
    time_s = np.arange(RATE_HZ // 2) / RATE_HZ
    es, ar = (5_000 * np.sin(2 * np.pi * hz * time_s) for hz in TONES_HZ.values())
    heard = measured(np.concatenate((es[:-7], np.zeros(RATE_HZ // 10), ar[7:])), 0.1, "ar")
    assert 80 < heard.gap_ms < 110
    assert heard.click > 2 * CLICK
    assert 390 < heard.after_ms < 510


async def test_another_channel_follows_without_a_gap_or_a_click(edge: Edge) -> None:
    sounds = await asyncio.to_thread(tones)
    async with speaking(edge, sounds), chromium() as browser:
        page = await Attendee.open(browser, f"{edge.url}/e/talk?lang=es&transport=ws")
        await page.listen()
        await page.record()
        await page.page.evaluate(NOTE_TAPS)
        connections = []
        page.page.on("websocket", lambda socket: connections.append(socket.url))
        good, channel = 0, "es"
        for _ in range(3 * SWITCHES):
            underruns = await page.page.evaluate(UNDERRUNS)
            channel = "ar" if channel == "es" else "es"
            heard = await heard_switch(page, channel)
            print(heard)
            # On a machine that is too busy to play at all, nothing is said about the change.
            if await page.page.evaluate(UNDERRUNS) > underruns:
                continue
            assert heard.gap_ms <= LONGEST_GAP_MS
            assert heard.click < CLICK
            good += 1
            if good == SWITCHES:
                break
        assert good == SWITCHES
        assert counted(edge) == {channel: 1}
        assert not connections
        assert not page.errors


async def test_a_channel_without_sound_is_waited_for(edge: Edge) -> None:
    sounds = await asyncio.to_thread(tones)
    async with speaking(edge, {"es": sounds["es"]}), chromium() as browser:
        page = await Attendee.open(browser, f"{edge.url}/e/talk?lang=es&transport=ws")
        await page.listen()
        await page.choose("ar")
        await until_true(lambda: counted(edge) == {"es": 1, "ar": 1})
        assert await page.page.evaluate("window.broadcasterPlayer.channel") == "es"
        async with speaking(edge, {"ar": sounds["ar"]}):
            await until(page.page, "() => window.broadcasterPlayer.channel === 'ar'")
            await until_true(lambda: counted(edge) == {"ar": 1})
