"""An event's life on the desk's page: by two organizers, and with many events."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from broadcaster.bus import open_bus
from broadcaster.model import keys
from broadcaster.model.event import Channel, Event, EventState
from tests.support.axe import violations
from tests.support.browser import headless_shell
from tests.support.server import TOKEN, Server, running_server

pytestmark = pytest.mark.browser

WAIT_MS = 60_000
CARD = "section[data-event='talk']"


@asynccontextmanager
async def desks(folder: Path, count: int = 1) -> AsyncIterator[tuple[Server, list[Page]]]:
    """A server, and pages of organizers who do not share a browser profile."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(running_server(folder))
        browser: Browser = await stack.enter_async_context(headless_shell())
        pages = []
        for _ in range(count):
            context = await browser.new_context(reduced_motion="reduce")
            page = await context.new_page()
            await page.goto(f"{server.url}/desk?token={TOKEN}")
            pages.append(page)
        yield server, pages


async def state(page: Page, wanted: str) -> None:
    await page.locator(f"{CARD}[data-state='{wanted}']").wait_for(timeout=WAIT_MS)


async def step(page: Page, selector: str) -> None:
    await page.locator(f"{CARD} {selector}").click(timeout=WAIT_MS)


async def test_two_desks_see_each_others_changes(tmp_path: Path) -> None:
    async with desks(tmp_path, 2) as (server, [one, other]):
        draft = {"id": "talk", "title": "A talk", "languages": ["es", "fr"], "state": "draft"}
        async with server.http.post("/api/events", json=draft) as answer:
            assert answer.status == 201
        for action, after in (("open", "open"), ("live", "live"), ("pause", "paused")):
            await step(one, f".step[data-action='{action}']")
            await state(other, after)
        await one.locator(f"{CARD} [name='pause-notice']").fill("Back at 3")
        await one.locator(f"{CARD} [name='pause-translations']").fill("es = A las 3")
        assert not await violations(one)
        await step(one, ".pause-notice button")
        await other.wait_for_function(
            "() => document.querySelector('[name=pause-translations]').value === 'es = A las 3'"
        )
        await step(other, ".step[data-action='resume']")
        await state(one, "live")
        await step(one, ".close")
        await one.locator("#confirm-close").click()
        await state(other, "closed")
        await step(other, ".menu summary")
        assert not await violations(other)
        for link, start in ((".report", b"<!doctype html>"), (".transcripts", b"PK")):
            address = await other.locator(f"{CARD} {link}").get_attribute("href")
            async with server.http.get(str(address)) as answer:
                assert (await answer.read()).startswith(start)
        await step(other, ".archive")
        await state(one, "archived")
        await step(one, ".step[data-action='reopen']")
        await state(other, "open")
        await step(one, ".menu summary")
        await step(one, ".duplicate")
        copy = other.locator("section[data-event]", has_text="A talk (copy)")
        await copy.wait_for(timeout=WAIT_MS)
        await step(one, ".menu summary")
        await step(one, ".delete")
        assert not await violations(one)
        submit = one.locator("#confirm-delete-submit")
        await one.locator("#delete-title").fill("A tal")
        assert await submit.is_disabled()
        await one.locator("#delete-title").fill("A talk")
        await submit.click()
        await other.locator(CARD).wait_for(state="detached", timeout=WAIT_MS)
        assert await copy.count() == 1
        async with server.http.get("/api/events/talk") as answer:
            assert answer.status == 404


async def test_what_another_desk_has_changed_is_not_overwritten(tmp_path: Path) -> None:
    async with desks(tmp_path) as (server, [page]):
        await server.create("es", state="open")
        await step(page, ".edit")
        await page.locator("#event-title").fill("Mine")
        async with server.http.patch("/api/events/talk", json={"notice": "Lunch"}) as answer:
            assert answer.status == 200
        await page.locator("#create-submit").click()
        await page.locator(CARD, has_text="Mine").wait_for(timeout=WAIT_MS)
        async with server.http.get("/api/events/talk") as answer:
            event = await answer.json()
            assert (event["title"], event["notice"]) == ("Mine", "Lunch")

        await step(page, ".edit")
        await page.locator("#event-title").fill("Mine again")
        async with server.http.patch("/api/events/talk", json={"title": "Theirs"}) as answer:
            assert answer.status == 200
        await page.locator("#create-submit").click()
        problem = page.locator("#problem", has_text="Somebody else has changed this")
        assert "title" in await problem.inner_text(timeout=WAIT_MS)
        await page.locator(CARD, has_text="Theirs").wait_for(timeout=WAIT_MS)
        await page.locator("#create-submit").click()
        await page.locator(CARD, has_text="Mine again").wait_for(timeout=WAIT_MS)


async def test_languages_come_and_go_while_the_event_is_live(tmp_path: Path) -> None:
    async with desks(tmp_path) as (server, [page]):
        await server.create("es", "fr")
        await step(page, ".edit")
        await page.locator("#chosen-languages button", has_text="Français").click()
        await page.locator("#language-filter").fill("german")
        await page.locator("#language-list input[value='de']").check(timeout=WAIT_MS)
        await page.locator("#advanced > summary").click()
        await page.locator("[data-tag='de'] [name='interpreter']").select_option("converse")
        await page.locator("#glossary-file").set_input_files(
            {
                "name": "terms.csv",
                "mimeType": "text/csv",
                "buffer": b"term,es,de\nsluice,esclusa,Schleuse\nAquaNet\n",
            }
        )
        await page.locator("#create-submit").click()
        await page.locator(f"{CARD} tr[data-channel='de']").wait_for(timeout=WAIT_MS)
        await page.locator(f"{CARD} tr[data-channel='fr']").wait_for(
            state="detached", timeout=WAIT_MS
        )
        async with server.http.get("/api/events/talk") as answer:
            event = await answer.json()
        assert [(one["tag"], one["interpreter"]) for one in event["languages"]] == [
            ("es", "auto"),
            ("de", "converse"),
        ]
        assert event["glossary"] == [
            {"text": "sluice", "translations": {"es": "esclusa", "de": "Schleuse"}}
        ]
        assert event["do_not_translate"] == ["AquaNet"]


async def test_many_events_are_searched_sorted_and_grouped(tmp_path: Path) -> None:
    states = [one for one in EventState if one is not EventState.DELETED]
    first = Event("talk-0", "Talk 0", EventState.OPEN, (Channel("es"),), "key", code="K7F2QX")
    async with open_bus(None, tmp_path) as bus:
        for number in range(150):
            languages = (Channel("es"), Channel("ja")) if number % 50 == 7 else (Channel("es"),)
            one = replace(
                first,
                id=f"talk-{number}",
                title=f"Talk {number}",
                state=states[number % len(states)],
                channels=languages,
                starts_at_ms=1_795_788_000_000 + number % 3 * 24 * 3600 * 1000,
            )
            await bus.put(keys.event_record(one.id), one.to_json())
    async with desks(tmp_path) as (_, [page]):
        cards = page.locator("section[data-event]")
        await page.locator("#event-tools").wait_for(timeout=WAIT_MS)
        assert await cards.count() == 150
        assert await page.locator("section[data-state='live'] .details").count() == 25
        assert await page.locator("section[data-state='closed'] .details").count() == 0
        assert await cards.first.get_attribute("data-state") == "live"
        await page.locator("#event-sort").select_option("title")
        assert await cards.first.locator("h2").inner_text() == "Talk 0"
        assert await cards.nth(2).locator("h2").inner_text() == "Talk 2"
        await page.locator("#event-group").select_option("state")
        names = await page.locator(".group").all_inner_texts()
        assert names == [
            *("Draft (25)", "Open, not live yet (25)", "Live (25)"),
            *("Paused (25)", "Closed (25)", "Archived (25)"),
        ]
        await page.locator("#event-group").select_option("day")
        assert await page.locator(".group").count() == 3
        await page.locator("#event-search").fill("japan talk")
        assert await page.locator("#event-count").inner_text() == "3 of 150 events"
        assert await cards.count() == 3
        assert not await violations(page)


@pytest.mark.parametrize("width", [320, 1280])
async def test_the_page_fits(tmp_path: Path, width: int) -> None:
    async with desks(tmp_path) as (server, [page]):
        await page.set_viewport_size({"width": width, "height": 800})
        await server.create("es", "pt-BR")
        await server.move("paused")
        await page.locator(CARD).wait_for(timeout=WAIT_MS)
        await step(page, ".menu summary")
        await step(page, ".edit")
        await page.locator("#advanced > summary").click()
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert not await violations(page)
