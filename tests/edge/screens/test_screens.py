"""Screens and stage monitors: told their settings by the desk, which sees them."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest_asyncio

from broadcaster.model.clock import SystemClock
from broadcaster.model.consoles import console_keys
from broadcaster.model.consoles.slow_down import SlowDown
from broadcaster.model.event import EventState
from broadcaster.model.screens.settings import ALL, MOST_SCREENS, ScreenBook, ScreenSettings
from broadcaster.model.status import BoothState, BoothStatus, FloorStatus
from tests.edge.screens.hall import EVENT, Hall, hall
from tests.support.deadline import deadline

PATH = "/api/events/talk/screens"


@pytest_asyncio.fixture
async def venue() -> AsyncIterator[Hall]:
    async with hall() as found:
        yield found


class Screen:
    """A connected screen, without its page."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def told(self, kind: str, **wanted: object) -> dict[str, Any]:
        """The next message of a kind that has these values."""
        async with deadline():
            event = ""
            async for line in self._answer.content:
                name, _, value = line.decode().strip().partition(": ")
                if name == "event":
                    event = value
                if name == "data" and event == kind:
                    body: dict[str, Any] = json.loads(value)
                    if all(body[one] == wanted[one] for one in wanted):
                        return body
        raise AssertionError(kind)


@asynccontextmanager
async def screen(venue: Hall, name: str, query: str = "") -> AsyncIterator[Screen]:
    path = f"/e/talk/screens/{name}?name=Hall 1{query}"
    async with venue.http.get(path) as answer:
        assert answer.status == 200, await answer.text()
        yield Screen(answer)


async def change(venue: Hall, name: str, status: int = 200, **body: object) -> Any:
    async with venue.http.patch(f"{PATH}/{name}", json=body) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def connected(venue: Hall, *ids: str) -> list[dict[str, Any]]:
    """The screens that the desk knows, once they are these."""
    async with deadline():
        while True:
            async with venue.http.get(PATH) as answer:
                screens: list[dict[str, Any]] = (await answer.json())["screens"]
            if [one["id"] for one in screens] == list(ids):
                return screens


async def test_the_desk_sets_one_screen_or_all(venue: Hall) -> None:
    async with screen(venue, "left", "&shows=es") as left, screen(venue, "right") as right:
        assert (await left.told("hello"))["build"]
        open_settings = {"languages": None, "size": None, "lines": None, "blank": None}
        assert await left.told("settings") == open_settings
        [shown, _] = await connected(venue, "left", "right")
        assert (shown["name"], shown["shows"], shown["kind"]) == ("Hall 1", "es", "screen")
        await change(venue, "left", languages=["ar", "es"], size=7.5)
        told = await left.told("settings", size=7.5)
        assert told["languages"] == ["ar", "es"]
        await change(venue, "all", blank=True)
        assert (await left.told("settings", blank=True))["size"] == 7.5
        await right.told("settings", blank=True, languages=None)
        await change(venue, "right", blank=False)
        await change(venue, "all", blank=False)
        await left.told("settings", blank=False)
        await change(venue, "left", languages=None)
        await left.told("settings", languages=None)
        [shown, _] = await connected(venue, "left", "right")
        assert shown["settings"] == {**open_settings, "size": 7.5, "blank": False}
    await connected(venue)
    async with venue.http.get("/api/events/talk/log") as answer:
        entry = (await answer.json())["entries"][-1]
    assert (entry["what"], entry["values"]["screen"]) == ("screen_changed", "left")


async def test_what_no_screen_can_show_is_refused(venue: Hall) -> None:
    wrongs: tuple[dict[str, Any], ...] = (
        {"size": 1},
        {"size": 16},
        {"lines": 0},
        {"languages": []},
        {"languages": ["es", "ar", "ja"]},
        {"colour": "red"},
    )
    for wrong in wrongs:
        assert (await change(venue, "left", 422, **wrong))["error"] == "bad_request"
    assert (await change(venue, "left", 404, languages=["xx"]))["error"] == "unknown_channel"
    for path in ("all", "a b", "x" * 41, "left?kind=phone", f"left?name={'x' * 61}"):
        async with venue.http.get(f"/e/talk/screens/{path}") as answer:
            assert (await answer.json())["error"] == "wrong_screen", path


async def test_one_screen_too_many_is_told_to_come_later(venue: Hall) -> None:
    async with AsyncExitStack() as stack:
        for number in range(MOST_SCREENS):
            await stack.enter_async_context(screen(venue, f"screen-{number}"))
        async with venue.http.get("/e/talk/screens/one-more") as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
            assert (await answer.json())["error"] == "too_many_screens"


def test_settings_are_bounded_and_stay_with_a_screen() -> None:
    book = ScreenBook().with_change(ALL, {"lines": 3}).with_change("left", {"size": 5.0})
    assert ScreenBook.from_json(book.to_json()) == book
    assert book.of("left") == ScreenSettings(size=5.0, lines=3)
    assert book.of("new") == ScreenSettings(lines=3)
    for number in range(2 * MOST_SCREENS):
        book = book.with_change(f"s{number}", {"blank": True})
    assert len(book.screens) == MOST_SCREENS


async def test_the_monitor_tells_the_speaker_what_counts(venue: Hall) -> None:
    async with screen(venue, "stage", "&kind=monitor") as monitor:
        quiet = await monitor.told("monitor")
        assert (quiet["state"], quiet["floor"], quiet["lag_s"]) == ("live", "absent", None)
        venue.reports += [
            FloorStatus(publisher=True, level_dbfs=-20.0),
            BoothStatus("es", BoothState.LIVE, lag_ms=2_900),
            BoothStatus("ar", BoothState.LIVE, lag_ms=9_100),
        ]
        told = await monitor.told("monitor", slowest="ar", floor="speaking")
        assert told["lag_s"] == 9
        now_ms = SystemClock().now_ms()
        await venue.bus.put(console_keys.slow_down_record("talk"), SlowDown(now_ms, "es").to_json())
        await monitor.told("monitor", slow_down=True)
        ends_at_ms = 1_795_329_600_000
        paused = replace(EVENT, state=EventState.PAUSED, ends_at_ms=ends_at_ms)
        await venue.put(paused)
        told = await monitor.told("monitor", state="paused")
        assert told["ends_at"] == "2026-11-22T06:40:00Z"
        [shown] = await connected(venue, "stage")
        assert shown["kind"] == "monitor"


async def test_the_code_leads_to_the_attendees_page(venue: Hall) -> None:
    async with venue.http.get("/e/talk/qr.svg") as answer:
        assert answer.content_type == "image/svg+xml"
        assert b"<svg" in await answer.read()
