"""The attendee page while there is nothing to read, and the page with the code field."""

import asyncio
import dataclasses
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route

from broadcaster.model import keys
from broadcaster.model.event import Channel, EventState
from broadcaster.model.join import Passcode
from broadcaster.web.client_limits import AddressLimits
from tests.edge.conftest import EVENT, Edge, running_edge
from tests.edge.faulty_proxy import faulty
from tests.support.axe import violations
from tests.support.browser import DEADLINE_MS, Attendee, headless_shell, until
from tests.support.deadline import deadline

pytestmark = pytest.mark.browser

TALK = dataclasses.replace(
    EVENT,
    title="Water for everyone: the future of rivers, lakes and drinking water",
    channels=tuple(Channel(tag) for tag in ("es", "fr", "de", "ar", "ja")),
)
OPEN = dataclasses.replace(TALK, state=EventState.OPEN, starts_at_ms=1_795_784_400_000)
"""It starts at 13:00 UTC."""
PASSCODE = Passcode("Water-24", "secret")
SIZES = ((320, 568), (360, 640), (390, 844), (1280, 800), (320, 256))
"""The last one is a screen of 1280 × 1024 at a zoom of 400 %."""
CUT_OFF = """() => {
  const width = document.documentElement.clientWidth;
  const parts = document.querySelectorAll('h1, h2, p, a, button, input, label');
  const shown = [...parts].filter((one) => one.checkVisibility() && !one.closest('#channels'));
  const found = shown.filter((one) => {
    const {left, right} = one.getBoundingClientRect();
    return right > left && (left < -1 || right > width + 1);
  }).map((one) => `${one.id || one.className || one.tagName} is cut off`);
  if (document.scrollingElement.scrollWidth > width) found.push('the page scrolls sideways');
  return found;
}"""
SMALL_TARGETS = """() => [...document.querySelectorAll('button, input, a')]
  .filter((one) => one.checkVisibility())
  .filter((one) => {
    const {width, height} = one.getBoundingClientRect();
    return width < 44 || height < 44;
  }).map((one) => one.outerHTML)"""
OVERLAPS = """() => {
  const panel = [...document.querySelectorAll('#placeholder > *')];
  const scroller = document.querySelector('#scroller');
  return panel.filter((one) => one.getBoundingClientRect().height === 0).length
    + (scroller.scrollWidth > scroller.clientWidth + 1 ? 1 : 0);
}"""


@asynccontextmanager
async def reader(browser: Browser, url: str, **context: Any) -> AsyncIterator[Page]:
    """A phone that opens an address; its context is closed at the end."""
    phone: dict[str, Any] = {
        "viewport": {"width": 390, "height": 844},
        "locale": "en-GB",
        "reduced_motion": "reduce",
    }
    attendee = Attendee(await (await browser.new_context(**phone | context)).new_page())
    await attendee.page.goto(url)
    yield attendee.page
    await attendee.page.context.close()


async def panel(page: Page, state: str) -> str:
    """The text in the middle of the page, once it shows a state."""
    shown = f"#placeholder[data-state='{state}']"
    if state == "wrong":  # after a few attempts, which do not wait when the network returns
        async with deadline():
            while not await page.query_selector(shown):
                await page.evaluate("() => dispatchEvent(new Event('online'))")
                await asyncio.sleep(0.05)
    await page.wait_for_selector(shown)
    text = await page.inner_text("#placeholder")
    return " ".join(text.split())


async def prepare(edge: Edge, state: str) -> str:
    """Bring the event into a state that a phone finds; returns the address to open."""
    events = {
        "waiting": OPEN,
        "paused": dataclasses.replace(
            TALK, state=EventState.PAUSED, notice="Lunch until 13:30 in the restaurant."
        ),
        "ended": dataclasses.replace(TALK, state=EventState.CLOSED),
        "soon": TALK,
        "passcode": dataclasses.replace(TALK, passcode=PASSCODE),
    }
    await edge.put(events.get(state, TALK))
    return f"{edge.url}/e/{'nosuch' if state in {'missing', 'wrong'} else 'talk'}"


STATES = ("waiting", "paused", "ended", "soon", "passcode", "missing", "wrong")
LIGHT = {"color_scheme": "light"}
DARK = {"color_scheme": "dark", "locale": "ar"}
LOOKS = (((16, LIGHT), (32, DARK)), ((16, DARK), (32, LIGHT)))
"""Size of text and look of a state; the next state has the other two. `make matrix` has all."""


@pytest.mark.parametrize(("number", "state"), list(enumerate(STATES)), ids=STATES)
async def test_each_state_is_readable_in_every_width_and_for_everybody(
    number: int, state: str
) -> None:
    wrong: dict[object, list[str]] = {}
    async with running_edge() as edge:
        url = await prepare(edge, state)
        for root_px, look in LOOKS[number % len(LOOKS)]:
            async with (
                headless_shell(f"--blink-settings=defaultFontSize={root_px}") as browser,
                reader(browser, url, **look) as page,
            ):
                assert await panel(page, state)
                wrong["axe", root_px] = await violations(page)
                for width, height in SIZES:
                    await page.set_viewport_size({"width": width, "height": height})
                    wrong[root_px, width, height] = await page.evaluate(CUT_OFF)
                    assert await page.evaluate(OVERLAPS) == 0
                if root_px == 16:
                    wrong["targets"] = await page.evaluate(SMALL_TARGETS)
                await photograph(page, f"{state}-{root_px}-{look['color_scheme']}")
    assert not {where: found for where, found in wrong.items() if found}


async def photograph(page: Page, name: str) -> None:
    """Keep pictures for a person, if BROADCASTER_PICTURES names a folder."""
    folder = os.environ.get("BROADCASTER_PICTURES")
    if folder:
        for width, height in ((360, 640), (1280, 800)):
            await page.set_viewport_size({"width": width, "height": height})
            await page.screenshot(path=Path(folder) / f"{name}-{width}.png")


@pytest.mark.parametrize(
    ("locale", "zone", "time"),
    [
        ("en-GB", "Europe/London", "Planned start: {day}13:00"),
        ("en-US", "America/New_York", "Planned start: {day}8:00 AM EST"),
        ("en-IN", "Asia/Kolkata", "Planned start: {day}6:30 pm"),
    ],
)
async def test_the_planned_start_is_in_the_time_of_the_phone(
    edge: Edge, locale: str, zone: str, time: str
) -> None:
    await edge.put(OPEN)
    async with (
        headless_shell() as browser,
        reader(browser, f"{edge.url}/e/talk", locale=locale, timezone_id=zone) as page,
    ):
        text = (await panel(page, "waiting")).replace("\u202f", " ")
        assert text.startswith("Planned start: ")
        assert time.partition("{day}")[2] in text
        assert "Leave this page open." in text


async def test_a_phone_follows_the_event_through_its_states(edge: Edge) -> None:
    await edge.put(OPEN)
    async with headless_shell() as browser, reader(browser, f"{edge.url}/e/talk?lang=es") as page:
        assert "Planned start" in await panel(page, "waiting")
        later = dataclasses.replace(OPEN, starts_at_ms=None, notice="We begin a little later.")
        await edge.put(later)
        await until(
            page,
            "() => document.querySelector('#organizer-notice').textContent.includes('later')",
        )
        assert "Planned start" not in await panel(page, "waiting")
        await edge.put(dataclasses.replace(TALK, notice="Questions: sli.do #water"))
        await page.wait_for_selector("#organizer-notice:has-text('sli.do')")
        await edge.caption(1, "Hola.")
        await until(page, "() => document.querySelector('#captions').textContent === 'Hola.'")
        paused = dataclasses.replace(TALK, state=EventState.PAUSED, notice="Lunch until 13:30")
        await edge.put(paused)
        assert (await panel(page, "paused")).startswith("Lunch until 13:30 Leave this page open.")
        assert await page.is_visible("#placeholder")
        assert not await page.is_visible("#organizer-notice")
        assert not await violations(page)
        await edge.put(dataclasses.replace(TALK, state=EventState.CLOSED))
        assert "Thank you" in await panel(page, "ended")
        assert await page.is_visible("#placeholder")
        assert await page.inner_text("#captions") == "Hola."


async def test_a_passcode_is_entered_with_the_keyboard_alone(edge: Edge) -> None:
    await edge.put(dataclasses.replace(TALK, passcode=PASSCODE))
    await edge.caption(1, "Hola.")
    async with headless_shell() as browser, reader(browser, f"{edge.url}/e/talk?lang=es") as page:
        await panel(page, "passcode")
        assert "Water" not in await page.inner_text("body")
        await page.wait_for_selector("#passcode:focus")
        await page.keyboard.type("wrong-one")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#passcode-problem:not(:empty)")
        assert not await violations(page)
        await page.keyboard.type("water-24")  # what was typed is selected
        await page.keyboard.press("Enter")
        await until(page, "() => document.querySelector('#captions').textContent === 'Hola.'")
        assert "Water for everyone" in await page.inner_text("#title")
        assert "broadcaster_pass" not in await page.evaluate("document.cookie")
        await page.reload()
        await until(page, "() => document.querySelector('#captions').textContent === 'Hola.'")


async def test_a_network_that_guessed_too_often_is_told_to_wait() -> None:
    async with running_edge(address_limits=AddressLimits(wrong_passcodes=1)) as edge:
        await edge.put(dataclasses.replace(TALK, passcode=PASSCODE))
        async with headless_shell() as browser, reader(browser, f"{edge.url}/e/talk") as page:
            await panel(page, "passcode")
            for text in ("This passcode is not right", "Wait a minute"):
                await page.fill("#passcode", "wrong-one")
                await page.click(".join-form button")
                await page.wait_for_selector(f"#passcode-problem:has-text('{text}')")


async def test_a_page_that_was_open_before_the_passcode_asks_for_it(edge: Edge) -> None:
    await edge.put(TALK)
    await edge.caption(1, "Hola.")
    async with (
        faulty(edge.url) as (url, proxy),
        headless_shell() as browser,
        reader(browser, f"{url}/e/talk?lang=es") as page,
    ):
        await until(page, "() => document.querySelector('#captions').textContent === 'Hola.'")
        await edge.put(dataclasses.replace(TALK, passcode=PASSCODE))
        await proxy.cut()
        proxy.cut_off = False
        await panel(page, "passcode")


async def test_a_page_whose_channel_is_removed_shows_those_that_are_left(edge: Edge) -> None:
    await edge.put(TALK)
    await edge.caption(1, "Hola.")
    async with headless_shell() as browser, reader(browser, f"{edge.url}/e/talk?lang=es") as page:
        await until(page, "() => document.querySelector('#captions').textContent === 'Hola.'")
        left = [channel for channel in TALK.channels if channel.language != "es"]
        async with page.expect_event("load", timeout=DEADLINE_MS):
            await edge.put(dataclasses.replace(TALK, channels=tuple(left)))
        french = "() => document.querySelector('#channels')?.textContent.includes('Français')"
        await page.wait_for_function(french, timeout=DEADLINE_MS)
        assert "Español" not in await page.inner_text("#channels")


async def without_answers(route: Route) -> None:
    """The page as it is when its event was not known yet."""
    response = await route.fetch()
    html = re.sub(
        r"<script [^>]*data-answer.*?</script>", "", await response.text(), flags=re.DOTALL
    )
    await route.fulfill(response=response, body=html)


async def test_a_full_server_says_what_happens_next(edge: Edge) -> None:
    async with running_edge(address_limits=AddressLimits(joins=1)) as full:
        await full.put(TALK)
        async with headless_shell() as browser, reader(browser, f"{edge.url}/e/talk") as page:
            await page.route("**/e/talk", without_answers)
            await page.route(
                "**/e/talk/info",
                lambda route: route.fulfill(
                    status=429,
                    headers={"Retry-After": "30"},
                    json={"error": "too_many_joins", "message": "m", "hint": "h"},
                ),
            )
            await page.reload()
            assert "You are in the queue." in await panel(page, "full")
            assert not await violations(page)
            await photograph(page, "full-16-light")


async def test_a_wrong_link_has_a_field_for_the_code(edge: Edge) -> None:
    await edge.put(dataclasses.replace(TALK, code="K7F2Q0"))
    await edge.bus.put(keys.code_record("K7F2Q0"), b"talk")
    async with headless_shell() as browser, reader(browser, f"{edge.url}/e/nosuch") as page:
        await panel(page, "wrong")
        assert not await page.is_visible("#listen")
        await page.fill("#code", "k7f 2qo")
        await page.press("#code", "Enter")
        await page.wait_for_url("**/e/talk")


@pytest.mark.parametrize(
    ("ai_notice", "translations", "shown"),
    [
        (None, {}, "Interpretation and captions are made by AI and may contain mistakes."),
        ("A machine interprets today.", {"es": "Una IA."}, "A machine interprets today."),
        ("A machine interprets.", {"en": "A British machine.", "de": "KI."}, "A British machine."),
        ("", {"en": "A machine."}, None),
    ],
)
async def test_what_is_read_about_ai_before_the_first_sound(
    edge: Edge, ai_notice: str | None, translations: dict[str, str], shown: str | None
) -> None:
    await edge.put(
        dataclasses.replace(TALK, ai_notice=ai_notice, ai_notice_translations=translations)
    )
    async with headless_shell() as browser, reader(browser, f"{edge.url}/e/talk") as page:
        await panel(page, "soon")
        visible = await page.is_visible("#ai-notice")
        assert (await page.inner_text("#ai-notice") if visible else None) == shown


async def test_the_page_names_the_service_that_processes_the_sound(edge: Edge) -> None:
    async def with_provider(route: Route) -> None:
        answer = await route.fetch()
        body = await answer.text()
        await route.fulfill(response=answer, body=body.replace('"provider": ""', '"provider": "X"'))

    async with headless_shell() as browser, reader(browser, "about:blank") as page:
        await page.route("**/e/talk*", with_provider)
        await page.goto(f"{edge.url}/e/talk")
        await page.wait_for_selector("#ai-notice >> text=The sound is processed by X.")


async def test_captions_without_sound_get_the_room_of_the_notice_back(edge: Edge) -> None:
    await edge.caption(1, "Buenos días a todos.")
    async with headless_shell() as browser, reader(browser, "about:blank") as page:
        await page.clock.install()
        await page.add_init_script(
            "try { localStorage['broadcaster.captions-only'] = 'yes'; } catch {}"
        )
        await page.goto(f"{edge.url}/e/talk?read=es")
        await page.wait_for_selector("#captions >> text=Buenos días a todos.")
        await page.clock.run_for(10_000)
        assert await page.is_visible("#ai-notice")
        await page.clock.run_for(20_000)
        assert not await page.is_visible("#ai-notice")


async def test_a_code_is_typed_on_a_phone_in_seconds(edge: Edge) -> None:
    await edge.put(dataclasses.replace(TALK, code="K7F2Q0"))
    await edge.bus.put(keys.code_record("K7F2Q0"), b"talk")
    wrong: dict[object, list[str]] = {}
    async with headless_shell() as browser:
        async with reader(browser, edge.url) as page:
            await page.wait_for_selector("#code:focus")
            await page.keyboard.type("k7f2q1")
            await page.keyboard.press("Enter")
            await page.wait_for_selector("#problem:not(:empty)")
            assert "“k7f2q1”" in await page.inner_text("#problem")
            assert await page.input_value("#code") == "k7f2q1"
            wrong["unknown"] = await violations(page)
            await photograph(page, "join-unknown")
            await page.keyboard.type("k7f2qo")  # what was typed is selected
            await page.keyboard.press("Enter")
            await page.wait_for_url("**/e/talk")
        for look in ({"color_scheme": "light"}, {"color_scheme": "dark", "locale": "ar"}):
            async with reader(browser, edge.url, **look) as page:
                await page.wait_for_selector("#code:focus")
                wrong["axe", str(look)] = await violations(page)
                wrong["targets", str(look)] = await page.evaluate(SMALL_TARGETS)
                await photograph(page, f"join-{look['color_scheme']}")
    for root_px in (16, 32):
        async with headless_shell(f"--blink-settings=defaultFontSize={root_px}") as browser:
            async with reader(browser, f"{edge.url}/nothing") as page:
                await page.wait_for_selector("#problem:not(:empty)")
                for width, height in SIZES:
                    await page.set_viewport_size({"width": width, "height": height})
                    wrong[root_px, width] = await page.evaluate(CUT_OFF)
    assert not {where: found for where, found in wrong.items() if found}


async def test_the_code_field_works_without_scripts(edge: Edge) -> None:
    await edge.put(dataclasses.replace(TALK, code="K7F2Q0"))
    await edge.bus.put(keys.code_record("K7F2Q0"), b"talk")
    async with (
        headless_shell() as browser,
        reader(browser, edge.url, java_script_enabled=False) as page,
    ):
        await page.fill("#code", "k7f2qo")
        await page.press("#code", "Enter")
        await page.wait_for_url("**/e/talk", timeout=DEADLINE_MS)
