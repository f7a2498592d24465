"""An organizer without a second machine lets the server fetch an input, on the desk."""

from contextlib import AsyncExitStack

from playwright.async_api import expect

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.inputs.pulled import (
    Pull,
    PulledState,
    pulled_record,
    pulled_state_record,
)
from broadcaster.model.inputs.rules import InputRole
from tests.support.axe import violations
from tests.support.browser import headless_shell
from tests.support.desk import served_desk
from tests.support.processes import TOKEN


async def test_an_input_is_started_stopped_and_removed() -> None:
    event = Event("talk", "Water for cities", EventState.LIVE, (Channel("es"),), "key")
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(EmbeddedBus(None))
        await bus.put(keys.event_record("talk"), event.to_json())
        # The test plays the process that fetches the input.
        await stack.enter_async_context(bus.lease(pulled_record("talk", InputRole.MAIN)))
        url = await stack.enter_async_context(served_desk(bus))
        browser = await stack.enter_async_context(headless_shell())
        page = await (await browser.new_context(viewport={"width": 1280, "height": 900})).new_page()
        await page.goto(f"{url}/desk#token={TOKEN}")
        inputs = page.locator(".pulled-inputs")
        main = inputs.locator("[data-role=main]")

        # A wrong address is explained, and what was typed stays.
        await main.locator("[name=address]").fill("file:///etc/passwd")
        await main.get_by_role("button", name="Start: Main").click()
        await expect(inputs.get_by_role("alert")).to_contain_text("begins with srt://")
        await expect(main.locator("[name=address]")).to_have_value("file:///etc/passwd")
        assert await violations(page) == []

        await main.locator("[name=address]").fill("http://ana:secret@127.0.0.1:9/hall.mp3")
        await main.get_by_role("button", name="Start: Main").click()
        await expect(main).to_contain_text("http://127.0.0.1:9")
        await expect(inputs.get_by_role("alert")).to_be_hidden()
        await main.get_by_role("button", name="Stop: Main").click()
        await expect(main.get_by_role("status")).to_contain_text("Stopped by hand")
        await main.get_by_role("button", name="Start: Main").click()
        await expect(main.get_by_role("button", name="Stop: Main")).to_be_visible()
        number = 3  # of the address: set, stopped, started
        name = pulled_state_record("talk", InputRole.MAIN)
        record = await bus.get(name)
        playing = PulledState(number, Pull.PLAYING, level_dbfs=-20)
        await bus.put(name, playing.to_json(), record.version if record else 0)
        await expect(main.get_by_role("status")).to_contain_text("Its sound arrives")
        await expect(main.get_by_role("meter")).to_have_attribute("aria-valuenow", "-20")
        assert await violations(page) == []
        assert "ana:secret" not in await page.content()

        await main.get_by_role("button", name="Remove: Main").click()
        await expect(main.locator("[name=address]")).to_be_focused()
        await expect(inputs.locator("[data-role=backup] [name=address]")).to_be_visible()
