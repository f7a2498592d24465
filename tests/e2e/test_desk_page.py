"""The desk's page shows a booth's report, and what is wrong with the store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.consoles.standby import Standby
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.failover.choices import Failover
from broadcaster.model.ports import Bus
from broadcaster.model.status import BoothState, BoothStatus
from tests.bus.databases import locked
from tests.support.axe import violations
from tests.support.browser import headless_shell
from tests.support.deadline import deadline
from tests.support.desk import served_desk
from tests.support.processes import TOKEN

CHANNELS = (Channel("es"), Channel("fr"), Channel("pt-BR"), Channel("pt-PT"))
EVENT = Event("talk", "A talk", EventState.LIVE, CHANNELS, "key")
REPORT = BoothStatus(
    "es",
    BoothState.LIVE,
    lag_ms=2_100,
    dropped_ms=3_240,
    unsent_ms=400,
    unusable_events=7,
    withheld_texts=3,
    glossary_said=12,
    glossary_hits=11,
    interpreter="translate",
)

pytestmark = pytest.mark.browser


@asynccontextmanager
async def desk_page(path: Path | None, report: BoothStatus) -> AsyncIterator[tuple[Bus, Page]]:
    """The desk of an event whose only booth sends a report over and over.

    Args:
        path: the database; None keeps all in memory.
        report: of the booth.
    """
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(EmbeddedBus(path))
        await bus.put(keys.event_record("talk"), EVENT.to_json())
        url = await stack.enter_async_context(served_desk(bus, (report,)))
        browser = await stack.enter_async_context(headless_shell())
        page = await browser.new_page(reduced_motion="reduce")
        await page.goto(f"{url}/desk?token={TOKEN}")
        yield bus, page


async def test_glossary_hits_and_lost_sound_are_shown() -> None:
    async with desk_page(None, REPORT) as (_, page):
        row = page.locator("tr[data-channel='es'][data-state='live']")
        text = await row.inner_text(timeout=60_000)
        assert "continuous · glossary 11 of 12" in text
        assert "3.2 s skipped · 0.4 s not sent · 7 answers unusable" in text
        assert "3 texts without speech not shown" in text
        other = await page.locator("tr[data-channel='fr']").inner_text()
        assert "glossary" not in other
        assert "skipped" not in other
        warning = await page.locator("section[data-event='talk'] .warnings").inner_text()
        assert "(Brazil) and Portuguese (Portugal) get the same interpretation" in warning


async def test_a_store_that_fails_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "bus.sqlite3"
    async with desk_page(path, REPORT) as (bus, page):
        disk = page.locator("#disk", has_text="Free space on the server’s disk: ")
        await disk.wait_for(timeout=60_000)
        assert await page.locator("#store").is_hidden()
        alert = page.locator("#store", has_text="Another program has locked the database")
        async with locked(path):
            await bus.put(keys.event_record("talk"), EVENT.to_json())
            text = await alert.inner_text(timeout=60_000)
            assert "Not stored yet: 1." in text
        await alert.wait_for(state="hidden", timeout=60_000)


async def stored_channels(bus: Bus) -> tuple[Channel, ...]:
    record = await bus.get(keys.event_record("talk"))
    assert record is not None
    return Event.from_json(record.value).channels


async def test_one_booth_is_restarted() -> None:
    async with desk_page(None, REPORT) as (bus, page):
        row = page.locator("tr[data-channel='es']")
        await row.locator("button", has_text="Restart").click(timeout=60_000)
        assert not await violations(page)
        async with deadline():
            while not (channels := await stored_channels(bus))[0].restarts:
                await asyncio.sleep(0.05)
        assert [channel.restarts for channel in channels] == [1, 0, 0, 0]
        assert await page.locator("tr[data-channel='fr'] button").count() == 0


async def test_what_attendees_meet_is_changed_in_the_form() -> None:
    async with desk_page(None, REPORT) as (bus, page):
        card = page.locator("section[data-event='talk']")
        await card.locator(".edit").click(timeout=60_000)
        await page.locator("#advanced > summary").click()
        form = page.locator("#create")
        await form.locator("[name='passcode']").fill("Water-24")
        await form.locator("[name='starts-at']").fill("2026-11-27T14:00")
        await form.locator("[name='notice']").fill("Lunch until 13:30")
        await form.locator("[name='notice-translations']").fill("es = Comida")
        await form.locator("[name='ai-notice']").select_option("own")
        await form.locator("[name='ai-notice-text']").fill("A machine interprets.")
        await form.locator("#retention").fill("30")
        await form.locator("#hold-back").select_option("10")
        await form.locator("#floor-delay").fill("250")
        assert not await violations(page)
        await page.locator("#create-submit").click()
        await form.wait_for(state="hidden", timeout=60_000)
        assert await card.locator(".edit").evaluate("(button) => button === document.activeElement")
        record = await bus.get(keys.event_record("talk"))
        assert record is not None
        event = Event.from_json(record.value)
        assert event.passcode is not None
        assert event.passcode.text == "Water-24"
        assert event.starts_at() == "2026-11-27T14:00:00Z"
        assert (event.notice, event.ai_notice) == ("Lunch until 13:30", "A machine interprets.")
        assert (event.notice_translations, event.retention_days) == ({"es": "Comida"}, 30)
        assert (event.hold_back_s, event.floor_delay_ms) == (10, 250)
        assert event.channels == CHANNELS  # what was not touched was not sent
        host = page.url.split("/")[2]
        text = await card.locator(".link-code").inner_text(timeout=60_000)
        assert text == f"or go to {host} and type {event.code[:3]} {event.code[3:]}"


async def test_an_event_is_created_with_a_passcode() -> None:
    async with desk_page(None, REPORT) as (bus, page):
        await page.locator("#new-event").click(timeout=60_000)
        await page.locator("#event-title").fill("Another talk")
        await page.locator("#event-id").fill("another-talk")
        await page.locator("#language-filter").fill("es")
        await page.locator("#language-list input[value='es']").check(timeout=60_000)
        await page.locator("#language-filter").fill("fr")
        await page.locator("#language-list input[value='fr']").check()
        await page.locator("#advanced > summary").click()
        await page.locator("#advanced [name='passcode']").fill("Water-24")
        services = page.locator("#advanced > .interpreting-fields")
        await services.locator("[name='providers']").fill("qwen, openai")
        await services.locator("[name='engine-standby']").select_option("warm")
        await services.locator("[name='behind_s']").fill("15")
        spanish = page.locator(".language-option[data-tag='es']")
        await spanish.locator("[name='voice']").fill("cedar")
        await spanish.locator(".interpreting summary").click()
        await spanish.locator("[name='relay_from']").select_option("fr")
        await spanish.locator("[name='standby']").select_option("cold")
        await spanish.locator("[name='providers']").fill("local, openai")
        assert not await violations(page)
        await page.locator("#create-submit").click()
        await page.locator("section[data-event='another-talk']").wait_for(timeout=60_000)
        record = await bus.get(keys.event_record("another-talk"))
        assert record is not None
        event = Event.from_json(record.value)
        assert event.passcode is not None
        assert event.passcode.text == "Water-24"
        assert event.starts_at_ms is None
        spanish_from_french = Channel(
            "es",
            voice="cedar",
            standby=Standby.COLD,
            relay_from="fr",
            providers=("local", "openai"),
        )
        assert event.channels == (spanish_from_french, Channel("fr"))
        assert event.failover == Failover(("qwen", "openai"), Standby.WARM, 15.0)
