"""The organizer's steps on the desk's pages, as a person takes them."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import zxingcpp
from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.support.processes import TOKEN

WAIT_MS = 60_000
KEYNOTE = "Opening keynote"
TALKS = (KEYNOTE, "Rivers without borders", "Rain in the city", "What a well costs")


def programme(begins: datetime) -> dict[str, Any]:
    """Two rooms with two talks each, as pretalx exports them, and a lunch without a time."""

    def entry(number: int, title: str) -> dict[str, Any]:
        date = (begins + timedelta(minutes=60 * (number // 2))).isoformat(timespec="seconds")
        return {"guid": f"t{number}", "title": title, "date": date, "duration": "00:45"}

    talks = [entry(number, title) for number, title in enumerate(TALKS)]
    rooms = {"Great hall": talks[::2], "Annex": [*talks[1::2], {"guid": "l", "title": "Lunch"}]}
    days = [{"index": 1, "date": begins.date().isoformat(), "rooms": rooms}]
    return {"schedule": {"conference": {"title": "Water for cities", "days": days}}}


class Desk:
    """The pages of an organizer who is signed in."""

    def __init__(self, context: BrowserContext, url: str, page: Page) -> None:
        self.context = context
        self.url = url
        self.page = page

    @classmethod
    async def signed_in(cls, context: BrowserContext, url: str) -> "Desk":
        """Open the link that the server printed."""
        page = await context.new_page()
        page.set_default_timeout(WAIT_MS)
        await page.goto(f"{url}/desk#token={TOKEN}")
        await page.locator("#account").wait_for()
        return cls(context, url, page)

    def card(self, title: str) -> Locator:
        """The event's card."""
        heading = self.page.get_by_role("heading", name=title, exact=True)
        return self.page.locator(".event").filter(has=heading)

    async def id_of(self, title: str) -> str:
        """The event's id, once its card is there."""
        return str(await self.card(title).get_attribute("data-event"))

    async def make_conference(self, folder: Path, begins: datetime) -> None:
        """A conference with two rooms, then the import of its programme, after a look at it."""
        page = self.page
        await page.get_by_role("link", name="Conferences").click()
        await page.locator("#new").click()
        await page.locator("#title").fill("Water for cities")
        await page.locator("#zone").fill("Europe/Berlin")
        await page.locator("#rooms").fill("Great hall\nAnnex")
        await page.locator("#tags").fill("es, pl")
        await page.locator("#minutes").fill("240")
        await page.get_by_role("button", name="Save").click()
        file = folder / "schedule.json"
        await asyncio.to_thread(file.write_text, json.dumps(programme(begins)))
        await page.locator("input[type=file]").set_input_files(file)
        preview = page.locator("[role=status]", has_text="4 new talks")
        await expect(preview).to_contain_text("1 entry is left out")
        for title in TALKS:
            await expect(preview).to_contain_text(title)
        await page.get_by_role("button", name="Import these changes").click()
        await expect(page.locator("input[type=file]")).to_have_value("")
        await page.get_by_role("link", name="Back to the desk").click()
        for title in TALKS:  # each opens by itself, in time before its start
            await expect(self.card(title)).to_have_attribute("data-state", "open", timeout=WAIT_MS)

    async def printed_code(self, title: str) -> str:
        """The address in the QR code on the event's poster, read from the printed PDF."""
        page = await self.context.new_page()
        await page.goto(f"{self.url}/desk/poster/{await self.id_of(title)}")
        await page.locator("#print:enabled").wait_for(timeout=WAIT_MS)
        pdf = pypdfium2.PdfDocument(await page.pdf(prefer_css_page_size=True))
        [code] = zxingcpp.read_barcodes(pdf[0].render(scale=2).to_numpy())
        pdf.close()
        await page.close()
        return str(code.text)

    async def check(self, title: str, wanted: dict[str, str]) -> None:
        """Run the sound check until it shows the lights of `wanted`, by what was checked."""
        button = self.card(title).locator(".check-run")
        await expect(button).to_be_enabled(timeout=WAIT_MS)
        await button.click()
        for check, light in wanted.items():
            await self.verdict(title, check, light).first.wait_for()
        await expect(button).to_have_text("Check again", timeout=WAIT_MS)

    def verdict(self, title: str, check: str, light: str) -> Locator:
        """A line of the event's sound check that has this light."""
        return self.card(title).locator(f"[data-check='{check}'][data-light='{light}']")

    def channel(self, title: str, tag: str) -> Locator:
        """The row of a channel in the event's card."""
        return self.card(title).locator(f"tr[data-channel='{tag}']")

    async def edit(self, title: str) -> Locator:
        """Open the form of the event, with all its fields."""
        await self.card(title).locator(".edit").click()
        await self.page.locator("#advanced > summary").click()
        return self.page.locator("#create")

    async def save(self) -> None:
        """Save the form."""
        await self.page.locator("#create-submit").click()
        await self.page.locator("#create").wait_for(state="hidden")

    async def state(self, title: str, wanted: str) -> None:
        """Wait until the card shows this state."""
        await expect(self.card(title)).to_have_attribute("data-state", wanted, timeout=WAIT_MS)

    async def revoke_stage_link(self, title: str) -> None:
        """Replace the speaker's link, so that the one in use ends."""
        card = self.card(title)
        await card.locator(".menu summary").click()
        await card.locator(".tokens").click()
        row = self.page.locator("dialog.access [data-token='stage-link']")
        await row.locator(".revoke").click()
        await row.locator(".sure").click()

    async def delete(self, title: str) -> None:
        """Delete the event, with its title typed."""
        card = self.card(title)
        await card.locator(".menu summary").click()
        await card.locator(".delete").click()
        await self.page.locator("#delete-title").fill(title)
        await self.page.locator("#confirm-delete-submit").click()
        await card.wait_for(state="detached")
