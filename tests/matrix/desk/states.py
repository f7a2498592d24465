"""The states of the organizer's pages and dialogs, and the way into each."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Page, expect

WAIT_MS = 60_000
CARD = "section[data-event='{}']"
SCHEDULE = {
    "schedule": {
        "conference": {
            "title": "Water",
            "days": [
                {
                    "index": 1,
                    "date": "2027-05-11",
                    "rooms": {
                        "Great hall": [
                            {"guid": "a", "title": "Dams", "date": "2027-05-11T10:00:00+02:00"},
                            {"guid": "b", "title": "Lunch"},
                        ]
                    },
                }
            ],
        }
    }
}

Way = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class DeskState:
    """A state of an organizer's page.

    Attributes:
        name: of the state.
        path: to open.
        enter: leads from the loaded page into the state, and waits for it.
        signed_in: whether an organizer opens it.
    """

    name: str
    path: str
    enter: Way
    signed_in: bool = True


async def nothing(page: Page) -> None:
    """The form of a page that does not know its reader."""
    await page.locator("#sign-in:visible").wait_for(timeout=WAIT_MS)


async def wrong_token(page: Page) -> None:
    """A token that the server refuses."""
    await nothing(page)
    await page.fill("#token", "wrong")
    await page.click("#sign-in button")
    await page.locator("#problem:visible").wait_for()


async def cards(page: Page) -> None:
    """A card in each state, with all that is measured."""
    await page.locator("tr[data-channel='es'][data-state='live']").wait_for(timeout=WAIT_MS)
    await toggle_all(page, "false")


async def groups(page: Page) -> None:
    """The list in groups, without details."""
    await cards(page)
    await toggle_all(page, "true")


async def toggle_all(page: Page, expanded: str) -> None:
    """Open the cards that are closed, or close those that are open."""
    toggles = page.locator(f".toggle[aria-expanded='{expanded}']:visible")
    while await toggles.count():
        await toggles.first.click()


async def menu(page: Page) -> None:
    """The menu of an event that is closed."""
    await cards(page)
    await page.locator(CARD.format("closed")).locator(".menu summary").click()


async def new_event(page: Page) -> None:
    """The form of a new event, all of it."""
    await cards(page)
    await page.click("#new-event")
    await page.fill("#event-title", "Opening keynote")
    for tag in ("es", "fr"):
        await page.locator(f"#language-list input[value='{tag}']").check(timeout=WAIT_MS)
    await page.click("#advanced > summary")


async def problem(page: Page) -> None:
    """The server refuses what the form has sent."""
    await new_event(page)
    await page.fill("#event-id", "talk")
    await page.click("#create-submit")
    await page.locator("#problem:visible").wait_for()


async def edit(page: Page) -> None:
    """The form of an event that is live."""
    await cards(page)
    await page.locator(CARD.format("talk")).locator(".edit").click()
    await page.locator("#language-list label").first.wait_for()
    await page.click("#advanced > summary")


async def closing(page: Page) -> None:
    """The question before an event is closed."""
    await cards(page)
    await page.locator(CARD.format("talk")).locator(".close").click()


async def deleting(page: Page) -> None:
    """The question before an event is deleted, answered half."""
    await menu(page)
    await page.locator(CARD.format("closed")).locator(".delete").click()
    await page.fill("#delete-title", "Wel")


async def links(page: Page) -> None:
    """The links of an event: one that was made, and the question before one is replaced."""
    await cards(page)
    card = page.locator(CARD.format("talk"))
    await card.locator(".menu summary").click()
    await card.locator(".tokens").click()
    dialog = page.locator("dialog.access")
    await dialog.locator("[name=name]").fill("Ana, hall 2")
    await dialog.locator("button[type=submit]").click()
    await dialog.locator(".token-made img").wait_for()
    await dialog.locator("[data-token='stage-link'] .revoke").click()


async def summary(page: Page) -> None:
    """The order of an event's summary, on a server without a service."""
    await page.locator("section[data-event]").first.wait_for()
    await menu(page)
    await page.locator(CARD.format("closed")).locator(".summarise").click()
    await page.locator("dialog.summary").wait_for()


async def sound_check(page: Page) -> None:
    """A sound check that needs the organizer, and two services to compare."""
    await cards(page)
    card = page.locator(CARD.format("talk"))
    await card.locator(".comparison > summary").click()
    await card.locator(".comparison-start").wait_for()
    await card.locator(".check-run").click()
    await card.locator(".check-run[aria-disabled='true']").wait_for()
    await expect(card.locator(".check-run")).to_have_text("Check again", timeout=WAIT_MS)


async def live_view(page: Page) -> None:
    """One event with an alarm, its log, and all that can be set."""
    await page.locator("[data-alarm='booth_failed']").first.wait_for(timeout=WAIT_MS)
    await page.locator(".log li").first.wait_for()
    closed = page.locator("details:not([open]) > summary")
    while await closed.count():
        await closed.first.click()


async def all_rooms(page: Page) -> None:
    """All events that run, with the sound of alarms switched on."""
    await page.locator("[data-alarm='booth_failed']").first.wait_for(timeout=WAIT_MS)
    await page.click("#sound-on")
    await page.locator("[data-sound='on']").wait_for()


async def listening_in(page: Page) -> None:
    """A channel is listened to and read."""
    await page.locator(".tile[data-channel='es']").wait_for(timeout=WAIT_MS)
    await page.get_by_role("button", name="Listen to Spanish").click()
    await page.locator(".listen-in:visible").wait_for()


async def conference_form(page: Page) -> None:
    """The form of a conference, above the list."""
    await page.locator(".conference").wait_for(timeout=WAIT_MS)
    await page.get_by_role("button", name="Edit").click()


async def preview(page: Page) -> None:
    """The changes that the import of a programme would make."""
    await page.locator(".conference").wait_for(timeout=WAIT_MS)
    file = {
        "name": "schedule.json",
        "mimeType": "application/json",
        "buffer": json.dumps(SCHEDULE).encode(),
    }
    await page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    await page.get_by_role("button", name="Import these changes").wait_for()


async def poster(page: Page) -> None:
    """A poster, before it is printed."""
    await page.fill("#wifi-name", "Hall 1")
    await page.locator("#print:enabled").wait_for(timeout=WAIT_MS)


STATES = (
    DeskState("sign-in", "/desk", nothing, signed_in=False),
    DeskState("sign-in, refused", "/desk", wrong_token, signed_in=False),
    DeskState("cards in every state", "/desk", cards),
    DeskState("cards without details", "/desk", groups),
    DeskState("menu of an event", "/desk", menu),
    DeskState("form of a new event", "/desk", new_event),
    DeskState("form, refused", "/desk", problem),
    DeskState("form of a live event", "/desk", edit),
    DeskState("question before closing", "/desk", closing),
    DeskState("question before deleting", "/desk", deleting),
    DeskState("links of an event", "/desk", links),
    DeskState("summary of an event", "/desk", summary),
    DeskState("sound check", "/desk", sound_check),
    DeskState("live view with an alarm and the log", "/desk/live/talk", live_view),
    DeskState("live view of all events", "/desk/live", all_rooms),
    DeskState("listening in", "/desk/live/talk", listening_in),
    DeskState("form of a conference", "/desk/conferences", conference_form),
    DeskState("preview of a programme", "/desk/conferences", preview),
    DeskState("poster of an event", "/desk/poster/talk", poster),
    DeskState("poster of a conference", "/desk/poster/conference/water", poster),
)
