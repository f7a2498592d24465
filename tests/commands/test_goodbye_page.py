"""Attendee pages move from an edge that stops to another one: real processes, real Chromium."""

import asyncio
import signal
import time
from pathlib import Path

from tests.audio.sounds import speech
from tests.commands.two_edges import two_edges
from tests.edge.http_players import packets
from tests.edge.polling import SHOWN
from tests.support.browser import Attendee, chromium
from tests.support.deadline import deadline
from tests.support.switch import switch
from tests.support.tasks import background_task

FLAGS = ("--allow-loopback-in-peer-connection",)
TRANSPORTS = ("ws", "whep", "http")
BEFORE, DURING, AFTER = 5, 30, 5
PLAYED = """() => window.broadcasterPlayer.state === 'playing'
  ? window.broadcasterPlayer.played_frames : 0"""


async def hear_a_second(page: Attendee) -> None:
    """Wait until a second more was played; the browser's own player begins again at zero."""
    least = await page.page.evaluate(PLAYED)
    async with deadline():
        while (played := await page.page.evaluate(PLAYED)) < least + 48_000 or not least:
            least = min(least or played, played)
            await asyncio.sleep(0.05)


async def moves_over(page: Attendee, transport: str) -> None:
    """Check that a page whose edge has ended plays by the same transport, and goes on playing."""
    ended_at = time.monotonic()
    await hear_a_second(page)
    print(f"{transport}: a second of sound {time.monotonic() - ended_at:.1f} s after the end")
    assert await page.page.evaluate("() => window.broadcasterPlayer.transport") == transport


async def test_pages_move_over_and_show_every_caption_once(tmp_path: Path) -> None:
    sound = await asyncio.to_thread(lambda: packets(speech()[: 10 * 48_000]))
    async with (
        two_edges(tmp_path, goodbye_s="2") as them,
        background_task(them.sound(sound), "sound"),
        switch(them.url, them.other_url) as url,
        chromium(*FLAGS) as browser,
    ):
        await them.say(BEFORE)
        pages = {}
        for transport in TRANSPORTS:
            address = f"{url}/e/talk?lang=es&transport={transport}"
            pages[transport] = page = await Attendee.open(browser, address, tapped=False)
            await page.listen()
            await page.wait_for_caption(f"Frase {BEFORE - 1}.")
        them.process.process.send_signal(signal.SIGTERM)
        for _ in range(DURING):
            await them.say(1)
            await asyncio.sleep(0.1)
        async with deadline():
            assert await them.process.process.wait() == 0
        async with asyncio.TaskGroup() as checks:
            for transport, page in pages.items():
                checks.create_task(moves_over(page, transport))
        await them.say(AFTER)
        count = BEFORE + DURING + AFTER
        for transport, page in pages.items():
            await page.wait_for_caption(f"Frase {count - 1}.")
            shown = await page.page.evaluate(SHOWN)
            assert shown == [f"Frase {number}." for number in range(count)], transport
