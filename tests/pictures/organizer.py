"""Pictures of the organizer's pages, for docs/organizer.md."""

import dataclasses
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from playwright.async_api import Page

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.event import EventState
from broadcaster.model.status import BoothStatus
from tests.matrix.events import STARTS_AT_MS, TALK
from tests.pictures.desk import SPENT_USD, STATUSES
from tests.support.desk import served_desk
from tests.support.processes import TOKEN

HOUR_MS = 3_600_000
KEYNOTE = dataclasses.replace(TALK, title="Water for everyone", downloads=True)
EVENTS = (
    KEYNOTE,
    *(
        dataclasses.replace(
            KEYNOTE,
            id=f"talk-{number}",
            title=title,
            state=state,
            code=f"M4X7T{number}",
            starts_at_ms=STARTS_AT_MS + number * HOUR_MS,
        )
        for number, (title, state) in enumerate(
            (
                ("Rivers without borders", EventState.OPEN),
                ("Rain, roofs and tanks", EventState.OPEN),
                ("What a well costs", EventState.DRAFT),
                ("Salt in the delta", EventState.DRAFT),
                ("Pipes that report their leaks", EventState.DRAFT),
                ("Welcome", EventState.CLOSED),
            ),
            start=2,
        )
    ),
)

HEARD = [
    dataclasses.replace(one, level_dbfs=-19.5) if isinstance(one, BoothStatus) else one
    for one in STATUSES
]
"""The reports of the desk's picture, with sound in each channel."""

Way = Callable[[Page, str], Awaitable[None]]


async def event_list(page: Page, _: str) -> None:
    """The list in groups, with the live event folded."""
    await page.select_option("#event-group", "state")
    await page.get_by_role("button", name="Show less of Water for everyone").click()


async def event_form(page: Page, _: str) -> None:
    """The form of a new event, with languages chosen."""
    await page.click("#new-event")
    await page.fill("#event-title", "Opening keynote")
    for language in ("Spanish", "French", "Japanese"):
        await page.fill("#language-filter", language)
        await page.locator(
            "#language-list button:visible, #language-list label:visible"
        ).first.click()
    await page.fill("#language-filter", "")
    await page.evaluate("() => scrollTo(0, 0)")


async def links(page: Page, _: str) -> None:
    """The dialog of links, with a new one."""
    card = page.locator("section[data-event='talk']")
    await card.locator(".menu summary").click()
    await card.locator(".tokens").click()
    dialog = page.locator("dialog.access")
    await dialog.locator("input[type=text], input:not([type])").first.fill("Ana, hall 2")
    await dialog.locator("button[type=submit]").click()
    await dialog.locator("img, svg").first.wait_for()


async def sound_check(page: Page, _: str) -> None:
    """A sound check of an installation that needs the organizer."""
    card = page.locator("section[data-event='talk']")
    await card.locator(".check-run").click()
    await card.locator(".check-run", has_text="Check again").wait_for(timeout=60_000)
    await card.locator(".sound-check").evaluate("(check) => check.scrollIntoView({block: 'start'})")


async def live_view(page: Page, url: str) -> None:
    """The live view of one event."""
    await page.goto(f"{url}/desk/live/talk")
    await page.locator("[data-channel='es'][data-state='live']").wait_for()


async def poster(page: Page, url: str) -> None:
    """The poster, before it is printed."""
    await page.goto(f"{url}/desk/poster/talk")
    await page.locator("#print:not([disabled])").wait_for()


ORGANIZER: dict[str, Way] = {
    "organizer-list": event_list,
    "organizer-form": event_form,
    "organizer-links": links,
    "organizer-check": sound_check,
    "organizer-live": live_view,
    "organizer-poster": poster,
}
"""Names of pictures, and the way into each from the desk that `organizer_desk` serves."""


@asynccontextmanager
async def organizer_desk() -> AsyncIterator[tuple[str, str]]:
    """Yields the address of a server with several events, and the one that signs in to its desk."""
    async with EmbeddedBus(None) as bus:
        for event in EVENTS:
            await bus.put(keys.event_record(event.id), event.to_json())
        await bus.put(keys.spent_record("talk"), json.dumps(SPENT_USD).encode())
        async with served_desk(bus, HEARD, public_url="https://talks.example") as url:
            yield url, f"{url}/desk?token={TOKEN}"
