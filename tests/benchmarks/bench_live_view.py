"""Measure what a technician's page of many rooms costs the desk, and how soon it shows a change.

    python -m tests.benchmarks.bench_live_view
    python -m tests.benchmarks.bench_live_view --rooms 10 --languages 8 --seconds 30

`broadcaster serve --role desk` runs over a real Redis. Every channel, floor and edge reports
once a second, and every figure changes each time. Chromium has the live view of all rooms
open. The server's CPU time is that of its own processes.
"""

import argparse
import asyncio
import random
import statistics
import time
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Page

from broadcaster.bus.redis.bus import RedisBus
from broadcaster.model import keys
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.ports import Bus
from broadcaster.model.status import (
    STATUS_INTERVAL_S,
    BoothState,
    BoothStatus,
    EdgeStatus,
    FloorStatus,
    Status,
    status_to_json,
)
from tests.benchmarks.cpu import cpu_ns, family, machine
from tests.support.browser import chromium, until
from tests.support.processes import TOKEN, broadcaster
from tests.support.redis_server import RedisServer
from tests.support.tasks import background_task

LANGUAGES = ("es", "fr", "de", "it", "pt", "nl", "pl", "ja", "zh", "ar", "ru", "uk")
SETTLE_S = 8.0
"""The page loads, and the desk judges nothing in its first seconds."""
CHANGES = 10
SHOWN = """async ([selector, text]) => {
  while (document.querySelector(selector)?.textContent !== text) {
    await new Promise((done) => setTimeout(done, 5));
  }
  return Date.now();
}"""


class Talks:
    """Rooms that report over and over.

    Args:
        bus: where they report.
        rooms: how many.
        languages: of each.
    """

    def __init__(self, bus: Bus, rooms: int, languages: int) -> None:
        self._bus = bus
        self._languages = LANGUAGES[:languages]
        self.ids = [f"room-{number}" for number in range(rooms)]
        self.listeners = 100
        self._chance = random.Random(5)

    async def write(self) -> None:
        """Write the events' records."""
        channels = tuple(Channel(language) for language in self._languages)
        for event_id in self.ids:
            title = f"Talk in {event_id}"
            event = Event(event_id, title, EventState.LIVE, channels, "", code=event_id[-6:])
            await self._bus.put(keys.event_record(event_id), event.to_json())

    async def report(self) -> None:
        """Report once a second until cancelled."""
        while True:
            for event_id in self.ids:
                for status in self._reports():
                    self._bus.publish(keys.status(event_id), status_to_json(status))
            await asyncio.sleep(STATUS_INTERVAL_S)

    def publish_listeners(self, event_id: str, listeners: int) -> None:
        """Report another number of listeners at once, and from now on."""
        self.listeners = listeners
        status = EdgeStatus("a", dict.fromkeys(self._languages, listeners))
        self._bus.publish(keys.status(event_id), status_to_json(status))

    def _reports(self) -> list[Status]:
        level = -20.0 - self._chance.random() * 5
        floor = FloorStatus(
            publisher=True, level_dbfs=level, position=self._chance.randrange(10**9)
        )
        booths = [
            BoothStatus(
                channel,
                BoothState.LIVE,
                lag_ms=2_000 + self._chance.randrange(500),
                sent_ms=self._chance.randrange(10**7),
                level_dbfs=level,
            )
            for channel in ("floor", *self._languages)
        ]
        return [floor, *booths, EdgeStatus("a", dict.fromkeys(self._languages, self.listeners))]


async def cpu_share(pid: int, seconds: float) -> float:
    """The share of a core that a process and its children used over some time."""
    before, began = cpu_ns(family(pid)), time.monotonic_ns()
    await asyncio.sleep(seconds)
    return (cpu_ns(family(pid)) - before) / (time.monotonic_ns() - began)


async def visible_s(page: Page, talks: Talks) -> list[float]:
    """Seconds from each change of a number of listeners until the page shows it."""
    taken = []
    event_id = talks.ids[-1]
    selector = f"[data-event='{event_id}'] [data-channel='es'] [data-figure='listeners'] dd"
    for number in range(CHANGES):
        listeners = 500 + number
        shown = asyncio.create_task(page.evaluate(SHOWN, [selector, str(listeners)]))
        await asyncio.sleep(random.uniform(0.3, 1.3))
        began_ms = time.time() * 1000
        talks.publish_listeners(event_id, listeners)
        taken.append((await shown - began_ms) / 1000)
    return taken


async def measure(rooms: int, languages: int, seconds: float) -> None:
    """Measure once, and print it."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        redis = RedisServer(folder)
        await asyncio.to_thread(redis.start)
        stack.push_async_callback(asyncio.to_thread, redis.stop)
        bus = await stack.enter_async_context(RedisBus(redis.url))
        talks = Talks(bus, rooms, languages)
        await talks.write()
        url, process = await stack.enter_async_context(
            broadcaster(folder / "desk", "desk", redis_url=redis.url)
        )
        pid = process.process.pid
        await stack.enter_async_context(background_task(talks.report(), "reports"))
        await asyncio.sleep(SETTLE_S)
        print(f"{machine()}; {rooms} rooms, {languages} languages each")
        print(f"no page: {await cpu_share(pid, seconds):.1%} of a core")
        browser = await stack.enter_async_context(chromium())
        page = await browser.new_page()
        await page.goto(f"{url}/desk?token={TOKEN}")
        await page.goto(f"{url}/desk/live")
        await until(page, f"() => document.querySelectorAll('.tile').length >= {rooms * languages}")
        await asyncio.sleep(SETTLE_S)
        print(f"one page: {await cpu_share(pid, seconds):.1%} of a core (goal: under 5 %)")
        taken = await visible_s(page, talks)
        middle = statistics.median(taken)
        print(
            f"a change is seen after {middle:.2f} s, at most {max(taken):.2f} s (goal: under 1 s)"
        )


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rooms", type=int, default=10)
    parser.add_argument("--languages", type=int, default=8, choices=range(1, len(LANGUAGES) + 1))
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    asyncio.run(measure(options.rooms, options.languages, options.seconds))


if __name__ == "__main__":
    main()
