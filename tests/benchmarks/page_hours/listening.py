"""Hours of listening: the player in virtual time, and some minutes of the whole page."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, ViewportSize

from broadcaster.model import keys
from broadcaster.model.status import (
    STATUS_INTERVAL_S,
    BoothState,
    BoothStatus,
    FloorStatus,
    status_to_json,
)
from tests.benchmarks.page_hours.captions import write_captions
from tests.edge.conftest import Edge
from tests.edge.voices import speaking
from tests.support.browser import Attendee, until
from tests.support.tasks import background_task

PROGRAM = Path(__file__).with_name("listening.mjs")
DEADLINE_S = 600
SETTLE_S = 20.0
"""The buffer begins cautiously, and the page loads what it needs later."""
FIRST_CAPTION = 1_000_000
"""Of this part; the captions of hours of reading came before."""
PHONE: ViewportSize = {"width": 390, "height": 844}
PLAYS = "() => window.broadcasterPlayer?.state === 'playing'"
STATS = "() => [window.broadcasterPlayer.underruns, window.broadcasterPlayer.target_ms]"


@dataclass(frozen=True, slots=True)
class PlayerSize:
    """The player after some hours in virtual time.

    Attributes:
        hours: of listening.
        heap_bytes: of the program, after a collection of garbage.
        decoders: that are open.
        timers: that wait.
        underruns: how often sound was missing.
        fill_ms: sound in the buffer.
        target_ms: how much should be there.
        skipped_ms: sound that was left out to catch up.
    """

    hours: float
    heap_bytes: int
    decoders: int
    timers: int
    underruns: int
    fill_ms: float
    target_ms: float
    skipped_ms: float


@dataclass(frozen=True, slots=True)
class ListeningCost:
    """The page in real time.

    Attributes:
        minutes: measured.
        main_thread_ms: CPU time of the main thread in a minute.
        renderer_ms: of all threads of the page's process, the worker and the sound among them.
        underruns: how often sound was missing.
        target_ms: sound that the buffer wants.
    """

    minutes: float
    main_thread_ms: float
    renderer_ms: float
    underruns: int
    target_ms: float


async def player_hours(hours: float) -> AsyncIterator[PlayerSize]:
    """Run the player for hours of virtual time; yields its size each half hour of it."""
    program = await asyncio.create_subprocess_exec(
        *("node", "--expose-gc", str(PROGRAM), f"{hours:g}"), stdout=asyncio.subprocess.PIPE
    )
    assert program.stdout is not None
    try:
        async with asyncio.timeout(DEADLINE_S):
            async for line in program.stdout:
                yield PlayerSize(**json.loads(line))
            if await program.wait():
                raise SystemExit("the player failed")
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()


async def listening(edge: Edge, browser: Browser, minutes: float) -> ListeningCost:
    """Listen and read in real time by WebSocket, on a phone, and on a network without faults."""
    devtools = await browser.new_browser_cdp_session()
    async with talking(edge):
        context = await browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True)
        attendee = Attendee(await context.new_page())
        page = attendee.page
        await page.goto(f"{edge.url}/e/talk?lang=es&transport=ws")
        await page.tap("#listen")
        await until(page, PLAYS)
        await asyncio.sleep(SETTLE_S)
        of_page = await page.context.new_cdp_session(page)
        await of_page.send("Performance.enable", {"timeDomain": "threadTicks"})

        async def cpu_s() -> tuple[float, float]:
            metrics = (await of_page.send("Performance.getMetrics"))["metrics"]
            main = next(one["value"] for one in metrics if one["name"] == "ThreadTime")
            processes = (await devtools.send("SystemInfo.getProcessInfo"))["processInfo"]
            return main, sum(one["cpuTime"] for one in processes if one["type"] == "renderer")

        before = await cpu_s()
        underruns, _ = await page.evaluate(STATS)
        await asyncio.sleep(60 * minutes)
        after = await cpu_s()
        underruns_now, target_ms = await page.evaluate(STATS)
        await context.close()
    main_ms, renderer_ms = (
        1_000 * (now - then) / minutes for now, then in zip(after, before, strict=True)
    )
    return ListeningCost(minutes, main_ms, renderer_ms, underruns_now - underruns, target_ms)


@asynccontextmanager
async def talking(edge: Edge) -> AsyncIterator[None]:
    """Speech and captions in real time."""

    async with (
        speaking(edge),
        background_task(write_captions(edge, FIRST_CAPTION), "captions"),
        background_task(report(edge), "reports"),
    ):
        yield


async def report(edge: Edge) -> None:
    """Say until cancelled that a speaker is there, and an interpreter."""
    while True:
        for status in (FloorStatus(publisher=True), BoothStatus("es", BoothState.LIVE)):
            edge.bus.publish(keys.status("talk"), status_to_json(status))
        await asyncio.sleep(STATUS_INTERVAL_S)
