"""The attendee page in every width, with large text, in forced colours, and for screen readers."""

import dataclasses

import pytest

from broadcaster.model import keys
from broadcaster.model.event import Channel, EventState
from broadcaster.model.status import BoothState, BoothStatus, status_to_json
from tests.edge.conftest import EVENT, Edge
from tests.edge.page_sizes import CUT_OFF, SIZES, SMALL_TARGETS, read, say
from tests.support.axe import violations
from tests.support.browser import Attendee, headless_shell, until

pytestmark = pytest.mark.browser

LONG = dataclasses.replace(
    EVENT,
    title="Water for everyone: the future of rivers, lakes and drinking water",
    channels=tuple(Channel(tag) for tag in ("es", "fr", "de", "ar", "ja")),
)
NOT_CUT_OFF = "#title, #status, #notice, #listen, #settings-button, #settings *, .caption"
MARKED = """() => {
  const style = (selector, name) => getComputedStyle(document.querySelector(selector))[name];
  return {
    chosen: style('#channels input:checked + span', 'backgroundColor'),
    other: style('#channels input:not(:checked) + span', 'backgroundColor'),
    newest: style('#captions > :last-child', 'borderInlineStartColor'),
    older: style('#captions > :nth-last-child(2)', 'borderInlineStartColor'),
    paper: style('body', 'backgroundColor'),
    button: style('#listen', 'borderTopWidth'),
  };
}"""


@pytest.mark.parametrize("root_px", [16, 32])
async def test_nothing_is_cut_off_in_any_width_with_large_text(edge: Edge, root_px: int) -> None:
    """`root_px` is the size of text that the reader has set in the browser: 100 or 200 %."""
    await edge.put(LONG)
    await say(edge, "es", "Buenos días a todos.", "Bienvenidos a la Confederación Hidrográfica.")
    await say(edge, "ar", "صباح الخير جميعًا.", "مرحبًا بكم.")
    wrong: dict[tuple[object, ...], list[str]] = {}
    async with headless_shell(f"--blink-settings=defaultFontSize={root_px}") as browser:
        for locale, tag, text in (("de", "es", "Hidrográfica"), ("ar", "ar", "مرحبًا")):
            url = f"{edge.url}/e/talk?lang={tag}"
            async with read(browser, url, text, locale=locale) as page:
                for with_settings in (False, True):
                    if with_settings:
                        await page.click("#settings-button")
                    for width, height in SIZES:
                        await page.set_viewport_size({"width": width, "height": height})
                        found = await page.evaluate(CUT_OFF, NOT_CUT_OFF)
                        wrong[locale, width, height, with_settings] = found
                    wrong[locale, "targets"] = await page.evaluate(SMALL_TARGETS)
    assert not {where: found for where, found in wrong.items() if found}


async def test_forced_colours_show_what_is_chosen_and_what_is_newest(edge: Edge) -> None:
    await say(edge, "es", "Buenos días a todos.", "Bienvenidos.")
    async with headless_shell() as browser:
        url = f"{edge.url}/e/talk?lang=es"
        async with read(browser, url, "Bienvenidos.", forced_colors="active") as page:
            marked = await page.evaluate(MARKED)
    assert marked["chosen"] != marked["other"]
    assert marked["newest"] != marked["older"] == marked["paper"]
    assert marked["button"] == "2px"


async def test_no_state_of_the_page_breaks_a_rule_of_accessibility(edge: Edge) -> None:
    await edge.put(LONG)
    await say(edge, "es", "Buenos días a todos.", "Bienvenidos.")
    await say(edge, "ar", "صباح الخير جميعًا.", "مرحبًا بكم.")
    wrong: dict[str, list[str]] = {}
    async with headless_shell() as browser:
        url = f"{edge.url}/e/talk?lang=es"
        async with read(browser, url, "Bienvenidos.") as page:
            wrong["reading"] = await violations(page)
            await page.click("#settings-button")
            wrong["settings"] = await violations(page)
            await page.focus("#data-settings input:checked")
            await page.keyboard.press("Tab")
            assert not await page.is_visible("#settings"), "it would cover what has the focus"
            await page.click("#settings-button")
            await page.focus("#data-settings input:checked")
            await page.click("#settings-button")
            assert not await page.is_visible("#settings"), "the button closes it, too"
            await edge.put(dataclasses.replace(LONG, state=EventState.CLOSED))
            await page.wait_for_selector("#status[data-status='ended']")
            assert "Thank you" in await page.inner_text("#placeholder")
            assert not await page.is_visible("#listen")
            wrong["ended"] = await violations(page)
            await edge.put(LONG)
        waiting = await Attendee.open(browser, f"{edge.url}/e/nosuch", tapped=False)
        await waiting.page.wait_for_selector("#status[data-status='waiting']")
        wrong["waiting"] = await violations(waiting.page)
        await waiting.page.wait_for_selector("#status[data-status='noEvent']")
        assert not await waiting.page.is_visible("#listen")
        assert "Check the link" in await waiting.page.inner_text("#placeholder")
        wrong["wrong link"] = await violations(waiting.page)
        url = f"{edge.url}/e/talk?lang=ar"
        async with read(browser, url, "مرحبًا", locale="ar", color_scheme="dark") as page:
            await page.click("#settings-button")
            wrong["Arabic, dark"] = await violations(page)
    assert not {where: found for where, found in wrong.items() if found}


async def test_a_screen_reader_gets_the_language_of_the_speaker_and_the_name_of_the_button(
    edge: Edge,
) -> None:
    await say(edge, "floor", "Buongiorno a tutti.")
    async with headless_shell() as browser:
        async with read(browser, f"{edge.url}/e/talk?lang=floor", "Buongiorno") as page:
            assert await page.get_attribute("#captions", "lang") is None
            status = BoothStatus("floor", BoothState.LIVE, floor_language="it")
            edge.bus.publish(keys.status("talk"), status_to_json(status))
            await until(page, "() => document.querySelector('#captions').lang === 'it'")
            await page.click("#listen")
            await until(page, "() => document.querySelector('#listen').innerText.trim() === 'Stop'")
            assert await page.get_attribute("#listen", "aria-pressed") is None


async def test_the_settings_open_at_their_beginning_and_the_sample_covers_no_heading(
    edge: Edge,
) -> None:
    await say(edge, "es", "Bienvenidos.")
    top = "(selector) => document.querySelector(selector).getBoundingClientRect().top"
    edges = """() => {
      const heading = document.querySelector('#settings h2').getBoundingClientRect();
      const sample = document.querySelector('#settings .sample');
      const spread = [...getComputedStyle(sample).boxShadow.matchAll(/(-?[\\d.]+)px/g)];
      const rim = Math.max(0, ...spread.map(([, px]) => Number(px)));
      return sample.getBoundingClientRect().top - rim - heading.bottom;
    }"""
    async with headless_shell() as browser:
        async with read(browser, f"{edge.url}/e/talk?lang=es", "Bienvenidos.") as page:
            await page.click("#settings-button")
            await page.wait_for_selector("#text-size")
            assert await page.evaluate(edges) >= 0
            before = await page.evaluate(top, "#settings h2")
            await page.focus("#data-settings input:checked")
            assert await page.evaluate(top, "#settings h2") < before
            await page.click("#settings-button")
            await page.click("#settings-button")
            assert await page.evaluate(top, "#settings h2") == before


async def test_what_is_said_about_ai_is_in_sight_at_a_zoom_of_400_percent(edge: Edge) -> None:
    await edge.put(dataclasses.replace(LONG, notice="Fire exit: left of the stage."))
    await say(edge, "es", "Bienvenidos.")
    zoomed = {"width": 320, "height": 256}
    async with headless_shell() as browser:
        url = f"{edge.url}/e/talk?lang=es"
        async with read(browser, url, "Bienvenidos.", viewport=zoomed, locale="de") as page:
            bottom = "(one) => document.querySelector(one).getBoundingClientRect().bottom"
            top = "(one) => document.querySelector(one).getBoundingClientRect().top"
            assert await page.is_visible("#ai-notice")
            assert await page.evaluate(bottom, "#ai-notice") <= await page.evaluate(top, "#dock")
            assert await page.evaluate(top, "#ai-notice") >= 0
