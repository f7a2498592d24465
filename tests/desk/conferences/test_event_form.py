"""The form of an event on the desk: its conference, room, planned times and what goes by itself."""

import re
from pathlib import Path
from typing import Any

from playwright.async_api import expect

from tests.desk.conferences.desk_pages import desk
from tests.support.axe import violations
from tests.support.server import Server

WATER = {"id": "water", "title": "Water", "time_zone": "Asia/Tokyo", "rooms": ["Hall 1", "Annex"]}


async def conference(server: Server, **fields: Any) -> None:
    async with server.http.post("/api/conferences", json={**WATER, **fields}) as answer:
        assert answer.ok, await answer.text()


async def event(server: Server) -> dict[str, Any]:
    async with server.http.get("/api/events/talk") as answer:
        body: dict[str, Any] = await answer.json()
    return body


async def test_an_event_is_put_into_a_room(tmp_path: Path) -> None:
    async with desk(tmp_path) as (server, page):
        await conference(server)
        await server.create("es", state="open")
        await page.goto(f"{server.url}/desk")
        card = page.locator("section[data-event='talk']")
        await card.locator(".edit").click(timeout=60_000)
        await page.locator("#advanced > summary").click()
        form = page.locator("#create")
        await form.locator("[name='conference']").select_option(label="Water")
        rooms = form.locator("#event-rooms option")
        assert [await one.get_attribute("value") for one in await rooms.all()] == WATER["rooms"]
        await expect(form).to_contain_text("Planned start, Japan Standard Time")
        await form.locator("[name='room']").fill("Annex")
        await form.locator("[name='starts-at']").fill("2027-03-01T09:00")
        await form.locator("[name='ends-at']").fill("2027-03-01T10:00")
        await form.locator("[name='auto-open-minutes']").fill("15")
        await form.locator("[name='auto-live']").check()
        for width in (360, 1280):
            await page.set_viewport_size({"width": width, "height": 900})
            assert await violations(page) == []
        await page.locator("#create-submit").click()
        await form.wait_for(state="hidden", timeout=60_000)
        saved = await event(server)
        assert (saved["conference"], saved["room"]) == ("water", "Annex")
        assert (saved["starts_at"], saved["ends_at"]) == (
            "2027-03-01T00:00:00Z",
            "2027-03-01T01:00:00Z",
        )
        assert (saved["auto_open_minutes"], saved["auto_live"]) == (15, True)
        await expect(card).to_contain_text(re.compile(r"Mar 1, 2027, 9:00.AM, Japan Standard Time"))

        await card.locator(".edit").click()
        await page.locator("#advanced > summary").click()
        assert await form.locator("[name='starts-at']").input_value() == "2027-03-01T09:00"
        await form.locator("[name='conference']").select_option("")
        assert await form.locator("[name='starts-at']").input_value() != "2027-03-01T09:00"
        await page.locator("#create-submit").click()
        await form.wait_for(state="hidden", timeout=60_000)
        after = await event(server)
        assert (after["conference"], after["starts_at"]) == (None, saved["starts_at"])


async def test_two_open_pages_show_each_other_s_conferences(tmp_path: Path) -> None:
    async with desk(tmp_path) as (server, page):
        await page.goto(f"{server.url}/desk/conferences")
        await expect(page.locator("#none")).to_be_visible()
        await conference(server)
        card = page.locator(".conference")
        await expect(card.locator("h2")).to_have_text("Water")
        async with server.http.patch("/api/conferences/water", json={"title": "Rain"}) as answer:
            assert answer.ok
        await expect(card.locator("h2")).to_have_text("Rain")
        async with server.http.delete("/api/conferences/water") as answer:
            assert answer.ok
        await expect(page.locator("#none")).to_be_visible()


async def test_groups_have_titles_and_days(tmp_path: Path) -> None:
    async with desk(tmp_path) as (server, page):
        await conference(server)
        for number in range(8):
            await server.create(
                "es",
                state="open",
                id=f"talk-{number}",
                title=f"Talk {number}",
                conference="water",
                room="Hall 1",
                starts_at=f"2027-03-0{1 + number % 2}T02:00:00Z",
            )
        await page.goto(f"{server.url}/desk")
        await page.locator("#event-group").select_option("conference")
        groups = page.locator(".group")
        await expect(groups).to_have_text(
            [
                "Water, Hall 1 · Monday, March 1, 2027 (4)",
                "Water, Hall 1 · Tuesday, March 2, 2027 (4)",
            ]
        )
