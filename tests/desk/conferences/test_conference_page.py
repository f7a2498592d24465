"""An organizer's programme: conference, import with a preview, poster, the audience's page."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import zxingcpp
from playwright.async_api import expect

from tests.desk.conferences.desk_pages import desk
from tests.support.axe import violations


def schedule(now: datetime) -> dict[str, Any]:
    """Two rooms: one talk is on, one follows."""

    def talk(uid: str, title: str, minutes: int) -> dict[str, Any]:
        date = (now + timedelta(minutes=minutes)).isoformat(timespec="seconds")
        return {"guid": uid, "title": title, "date": date, "duration": "00:45", "language": "en"}

    rooms = {
        "Great hall": [talk("a", "Opening keynote", -5), talk("b", "Pipes", 60)],
        "Annex": [talk("c", "Rain in the city", 60), {"guid": "d", "title": "Lunch"}],
    }
    days = [{"index": 1, "date": now.date().isoformat(), "rooms": rooms}]
    return {"schedule": {"conference": {"title": "Water", "days": days}}}


async def test_from_a_file_to_the_audience(tmp_path: Path) -> None:
    file = tmp_path / "schedule.json"
    file.write_text(json.dumps(schedule(datetime.now(UTC))))
    async with desk(tmp_path / "data") as (server, page):
        await page.goto(f"{server.url}/desk")
        await page.get_by_role("link", name="Conferences").click()
        await expect(page.locator("#none")).to_be_visible()
        await page.locator("#new").click()
        await page.locator("#title").fill("Water for cities")
        await page.locator("#zone").fill("Europe/Berlin")
        await page.locator("#rooms").fill("Great hall\nAnnex")
        await page.locator("#tags").fill("es, fr")
        await page.locator("#minutes").fill("90")
        for width in (360, 1280):
            await page.set_viewport_size({"width": width, "height": 900})
            assert await violations(page) == []
        await page.get_by_role("button", name="Save").click()
        await page.locator("input[type=file]").set_input_files(file)
        preview = page.locator("[role=status]", has_text="3 new talks")
        await expect(preview).to_contain_text("1 entry is left out")
        assert await violations(page) == []
        await page.get_by_role("button", name="Import these changes").click()
        await expect(page.locator("input[type=file]")).to_have_value("")
        await page.locator("input[type=file]").set_input_files(file)
        await expect(page.locator("[role=status]")).to_contain_text("3 talks are unchanged")
        address = await page.locator(".conference a").first.get_attribute("href")
        assert address is not None

        await page.get_by_role("link", name="Poster").click()
        await page.locator("#print:enabled").wait_for(timeout=60_000)
        pdf = pypdfium2.PdfDocument(await page.pdf(prefer_css_page_size=True))
        picture = pdf[0].render(scale=2).to_numpy()
        assert address in [code.text for code in zxingcpp.read_barcodes(picture)]
        pdf.close()

        await page.goto(f"{address}?lang=fr")
        keynote = page.locator("a.talk", has_text="Opening keynote")
        await keynote.wait_for(timeout=60_000)  # it opened by itself
        assert await page.locator(".now .talk").count() == 1
        assert await page.locator(".next .talk").count() == 2
        await keynote.click()
        await page.wait_for_url("**?lang=fr")
        await expect(page.locator("#title")).to_have_text("Opening keynote")


async def test_a_conference_is_deleted_on_the_page(tmp_path: Path) -> None:
    async with desk(tmp_path) as (server, page):
        new = {"id": "water", "title": "Water", "time_zone": "Europe/Berlin"}
        async with server.http.post("/api/conferences", json=new) as answer:
            assert answer.ok
        await server.create("es", state="open", conference="water", room="Great hall")
        page.on("dialog", lambda dialog: dialog.accept())
        await page.goto(f"{server.url}/desk/conferences")
        await page.get_by_role("button", name="Delete").click()
        await expect(page.locator("#none")).to_be_visible()
        async with server.http.get("/api/events") as answer:
            assert await answer.json() == []
