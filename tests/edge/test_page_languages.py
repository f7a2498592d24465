"""The attendee page's languages: what is heard, what is read, and a second one to read."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import pytest

from broadcaster.model import keys
from broadcaster.model.event import Channel
from broadcaster.model.status import BoothState, BoothStatus, status_to_json
from tests.edge.attending import attending, heard_from, say
from tests.edge.conftest import EVENT, Edge
from tests.edge.voices import at_work, encoded
from tests.support.axe import violations
from tests.support.browser import Attendee, headless_shell, until
from tests.support.deadline import deadline

pytestmark = pytest.mark.browser

TAGS = ("es", "ar", "ja", "fr", "de", "pt-BR", "pt-PT", "zh-Hant", "el", "sw", "uk", "hi")
CONGRESS = dataclasses.replace(
    EVENT,
    title="World congress of hydrology",
    channels=tuple(Channel(tag) for tag in TAGS),
    source_language="en",
)
ROWS = """() => [...document.querySelectorAll('#languages .languages button')]
  .map((button) => button.dataset.channel)"""
FOCUSED = "() => document.activeElement.dataset.channel ?? document.activeElement.id"
BOX = "(selector) => document.querySelector(selector).getBoundingClientRect().toJSON()"
SIZES = ((320, 568), (360, 640), (390, 844), (768, 1024), (1280, 800), (320, 256))
CUT_OFF = """() => {
  const width = document.documentElement.clientWidth;
  const sheet = document.querySelector('#languages[open]');
  const all = 'button, input, h2, small, b, bdi, .now-detail, .names, .check span, legend';
  const shown = [...(sheet ?? document).querySelectorAll(all)].filter((one) => {
    const {width} = one.getBoundingClientRect();
    return one.checkVisibility() && width > 2 && !one.closest('.visually-hidden, .channels');
  });
  const found = shown.filter((one) => {
    const {left, right} = one.getBoundingClientRect();
    return left < -1 || right > width + 1;
  }).map((one) => `${one.id || one.textContent || one.tagName} is cut off`);
  if (document.scrollingElement.scrollWidth > width) found.push('the page scrolls sideways');
  for (const box of sheet ? [sheet, sheet.querySelector('.sheet-body')] : []) {
    if (box.scrollWidth > box.clientWidth + 1) found.push(`${box.className} scrolls sideways`);
  }
  if (!sheet) {
    const {top, bottom} = document.querySelector('#listen').getBoundingClientRect();
    if (top < 0 || bottom > innerHeight + 1) found.push('the button is out of sight');
  }
  for (const one of shown.filter((one) => one.matches('button, input'))) {
    const {width, height} = one.getBoundingClientRect();
    if (Math.min(width, height) < 44) found.push(`${one.id || one.value} is small`);
  }
  return found;
}"""


async def test_many_languages_are_chosen_by_keyboard_alone(edge: Edge) -> None:
    await edge.put(CONGRESS)
    await say(edge, "ja", "こんにちは。")
    await say(edge, "el", "Καλημέρα.")
    async with headless_shell() as browser, attending(browser, edge, locale="ja") as attendee:
        page = attendee.page
        await attendee.wait_for_caption("こんにちは。")
        assert "日本語" in await page.inner_text("#languages-button")
        assert not await page.is_visible("#channels")
        await page.focus("#languages-button")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#languages[open]")
        assert await page.evaluate(FOCUSED) == "ja", "the chosen one"
        rows = await page.evaluate(ROWS)
        assert rows[:3] == ["ja", "floor", "de"]
        await page.keyboard.press("ArrowDown")
        assert await page.evaluate(FOCUSED) == "floor"
        await page.keyboard.press("End")
        await page.keyboard.press("Home")
        await page.keyboard.press("Escape")
        await until(page, "() => !document.querySelector('#languages').open")
        assert await page.evaluate(FOCUSED) == "languages-button"
        assert await attendee.captions() == "こんにちは。", "a look changes nothing"
        await page.keyboard.press("Enter")
        await page.keyboard.press("Shift+Tab")
        assert await page.evaluate(FOCUSED) == "language-search"
        await page.keyboard.type("ελλ")
        await page.keyboard.press("Enter")
        await attendee.wait_for_caption("Καλημέρα.")
        assert not await page.is_visible("#languages"), "there was one thing to choose"
        assert await page.evaluate(FOCUSED) == "languages-button"
        assert "Ελληνικά" in await page.inner_text("#languages-button")


async def test_languages_are_found_by_any_of_their_names(edge: Edge) -> None:
    await edge.put(CONGRESS)
    async with headless_shell() as browser, attending(browser, edge, locale="de-AT") as attendee:
        await attendee.open_languages()
        for query, found in (
            ("griech", ["el"]),
            ("portu", ["pt-BR", "pt-PT"]),
            ("Portugues br", ["pt-BR"]),
            ("swahili", ["sw"]),
            ("englisch", ["floor"]),
            ("xyz", []),
        ):
            await attendee.page.fill("#language-search", query)
            assert await attendee.page.evaluate(ROWS) == found, query
        await attendee.page.fill("#language-search", "")
        rows = await attendee.page.evaluate(ROWS)
        assert sorted(rows) == sorted(["floor", *TAGS])
        assert rows[:2] == ["de", "floor"]
        original = attendee.page.locator("#languages button[data-channel='floor']")
        assert "Englisch" in await original.inner_text()
        greek = attendee.page.locator("#languages button[data-channel='el']")
        assert "Griechisch" in await greek.inner_text()
        assert await greek.locator(".badge").count() == 1
        human = BoothStatus("el", BoothState.LIVE, on_air="human")
        edge.bus.publish(keys.status("talk"), status_to_json(human))
        await until(attendee.page, "() => !document.querySelector(\"[data-channel='el'] .badge\")")
        assert await attendee.page.locator("[data-channel='sw'] .badge").count() == 1


async def test_the_language_of_the_speaker_is_asked_for_when_the_sheet_opens(edge: Edge) -> None:
    async with headless_shell() as browser, attending(browser, edge, "?lang=es") as attendee:
        status = BoothStatus("floor", BoothState.LIVE, floor_language="it")
        room = await edge.rooms.open("talk")
        async with deadline():
            while room.floor_language != "it":
                edge.bus.publish(keys.status("talk"), status_to_json(status))
                await asyncio.sleep(0.02)
        await attendee.open_languages()
        await until(
            attendee.page,
            "() => document.querySelector(\"#languages [data-channel='floor']\")"
            ".textContent.includes('Italian')",
        )


async def test_one_language_is_heard_and_another_is_read(edge: Edge) -> None:
    await say(edge, "es", "Hola.")
    await say(edge, "ar", "مرحبًا.")
    await asyncio.to_thread(encoded)
    async with at_work(edge), headless_shell() as browser, attending(browser, edge) as attendee:
        page = attendee.page
        await attendee.choose("es")
        await attendee.wait_for_caption("Hola.")
        await attendee.listen()
        await attendee.open_languages()
        await page.uncheck("#linked")
        await attendee.pick("ar", "read")
        await attendee.wait_for_caption("مرحبًا.")
        assert await page.is_visible("#languages"), "there is more to choose"
        await page.keyboard.press("Escape")
        await until(
            page, "() => document.querySelector('#now').innerText.includes('Read: العربية')"
        )
        assert await page.inner_text("#languages-text") == "Hear Español\nRead العربية"
        await heard_from(edge, "es")
        await page.reload()
        await attendee.wait_for_caption("مرحبًا.")
        await attendee.listen()
        await heard_from(edge, "es")
        await attendee.open_languages()
        await page.check("#linked")
        await page.keyboard.press("Escape")
        await attendee.wait_for_caption("Hola.")
        assert await page.is_visible("#channels")


async def test_the_level_of_the_original_reaches_the_server(edge: Edge) -> None:
    await asyncio.to_thread(encoded)
    async with at_work(edge), headless_shell() as browser, attending(browser, edge) as attendee:
        await attendee.choose("es")
        await attendee.listen()
        await heard_from(edge, "es")
        await attendee.open_languages()
        for level, variant in (("even", "es+evenfloor"), ("quiet", "es+floor"), ("off", "es")):
            await attendee.page.check(f"[name='floor-level'][value='{level}']")
            await heard_from(edge, variant)
        await attendee.page.check("[name='floor-level'][value='even']")
        await attendee.pick("ar")
        await heard_from(edge, "ar+evenfloor")
        await attendee.open_languages()
        await attendee.pick("floor")
        await heard_from(edge, "floor")


async def test_the_volume_is_in_the_sheet_and_kept(edge: Edge) -> None:
    await asyncio.to_thread(encoded)
    async with at_work(edge), headless_shell() as browser, attending(browser, edge) as attendee:
        await attendee.choose("es")
        await attendee.listen()
        await attendee.open_languages()
        await attendee.page.fill("#volume", "40")
        assert await attendee.page.evaluate("() => localStorage['broadcaster.volume']") == "40"
        await attendee.page.reload()
        await attendee.listen()
        await attendee.open_languages()
        assert await attendee.page.input_value("#volume") == "40"


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 800)])
async def test_two_languages_are_read_at_a_time(edge: Edge, width: int, height: int) -> None:
    await say(edge, "es", "Hola.")
    await say(edge, "ar", "مرحبًا.")
    size = {"width": width, "height": height}
    async with headless_shell() as browser, attending(browser, edge, viewport=size) as attendee:
        page = attendee.page
        await attendee.choose("es")
        await attendee.open_languages()
        await attendee.pick("ar", "second")
        await page.keyboard.press("Escape")
        await until(
            page, "() => document.querySelector('#second-pane').textContent.includes('مرحبًا.')"
        )
        await say(edge, "ar", "أهلًا.", 1)
        await until(
            page, "() => document.querySelector('#second-pane').textContent.includes('أهلًا.')"
        )
        first, second = [await page.evaluate(BOX, one) for one in (".pane", "#second-pane")]
        if width < height:
            assert first["bottom"] <= second["top"] + 1
            assert first["width"] == second["width"] == width
        else:
            assert first["right"] <= second["left"] + 1
            assert first["top"] == second["top"]
        assert min(first["height"], second["height"]) > 150
        log = page.locator("#second-pane [role='log']")
        assert [await log.get_attribute(name) for name in ("lang", "dir")] == ["ar", "rtl"]
        assert await page.inner_text("#pane-title") == "Español"
        await page.reload()
        await page.wait_for_selector("#second-pane .caption")
        assert not await violations(page)
        await attendee.open_languages()
        await attendee.pick("", "second")
        await page.keyboard.press("Escape")
        assert await page.locator("#second-pane").count() == 0
        assert not await page.is_visible("#pane-title")


async def test_with_captions_only_nothing_asks_for_sound(edge: Edge) -> None:
    await say(edge, "es", "Hola.")
    await asyncio.to_thread(encoded)
    async with at_work(edge), headless_shell() as browser, attending(browser, edge) as attendee:
        page = attendee.page
        await attendee.choose("es")
        await attendee.listen()
        await attendee.open_languages()
        await page.check("#captions-only")
        await until(page, "() => window.broadcasterPlayer.state === 'idle'")
        assert not await page.is_visible("#volume")
        await page.keyboard.press("Escape")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.reload()
        await attendee.wait_for_caption("Hola.")
        await until(page, "() => document.querySelector('#dock').dataset.form === 'captions'")
        assert not await page.is_visible("#notice")
        assert "Captions only" in await page.inner_text("#now")
        await until(page, "() => performance.now() > 3_200")
        assert not [url for url in asked if "/player/" in url]
        await page.click("#listen")
        await until(page, "() => window.broadcasterPlayer?.state === 'playing'")
        assert await page.get_attribute("#dock", "data-form") == "player"


async def test_the_dock_is_a_small_player_after_the_first_tap(edge: Edge) -> None:
    await asyncio.to_thread(encoded)
    async with at_work(edge), headless_shell() as browser, attending(browser, edge) as attendee:
        page = attendee.page
        await attendee.choose("es")
        await until(page, "() => document.querySelector('#listen').checkVisibility()")
        wide, next_to_it = [await page.evaluate(BOX, one) for one in ("#listen", "#read-only")]
        assert wide["width"] > next_to_it["width"]
        assert not await page.is_visible("#now")
        await attendee.listen()
        box = await page.evaluate(BOX, "#listen")
        assert (box["width"], box["height"]) == (56, 56)
        await until(page, "() => document.querySelector('#now').innerText.includes('3 s behind')")
        await page.click("#listen")
        await until(page, "() => document.querySelector('#dock').textContent.includes('Sound off')")
        assert await page.inner_text("#listen") == "Listen"
        assert (await page.evaluate(BOX, "#listen"))["width"] == 56
        await page.click("#now")
        await page.wait_for_selector("#languages[open]")


async def states(attendee: Attendee) -> AsyncIterator[str]:
    """Bring the page into each of its new states, one after the other."""
    page = attendee.page
    yield "languages in a button"
    await attendee.open_languages()
    yield "sheet"
    await page.fill("#language-search", "xyz")
    yield "nothing found"
    await page.fill("#language-search", "")
    await page.uncheck("#linked")
    yield "sheet, parted"
    await attendee.pick("es", "hear")
    await attendee.pick("ja", "second")
    yield "sheet, second language"
    await page.keyboard.press("Escape")
    await page.wait_for_selector("#second-pane .caption")
    yield "two languages"
    await page.click("#listen")
    await until(page, "() => window.broadcasterPlayer?.state === 'playing'")
    yield "player"
    await page.click("#listen")
    await until(page, "() => window.broadcasterPlayer?.state === 'idle'")
    yield "player, stopped"
    await attendee.open_languages()
    await page.check("#captions-only")
    yield "sheet, captions only"
    await page.keyboard.press("Escape")
    yield "captions only"


@pytest.mark.parametrize(("locale", "root_px"), [("de", 32), ("ar", 16)])
async def test_every_state_is_accessible_and_nothing_is_cut_off(
    edge: Edge, locale: str, root_px: int
) -> None:
    """`root_px` is the size of text that the reader has set in the browser: 100 or 200 %.

    `tests/matrix/test_matrix.py` has the other two pairs.
    """
    await edge.put(CONGRESS)
    for channel, text in (("de", "Guten Tag."), ("ar", "مرحبًا."), ("ja", "こんにちは。")):
        await say(edge, channel, text)
    await asyncio.to_thread(encoded)
    wrong: dict[tuple[object, ...], list[str]] = {}
    async with (
        at_work(edge),
        headless_shell(f"--blink-settings=defaultFontSize={root_px}") as browser,
        attending(browser, edge, locale=locale) as attendee,
    ):
        async for state in states(attendee):
            wrong[state, "axe"] = await violations(attendee.page)
            for width, height in SIZES:
                await attendee.page.set_viewport_size({"width": width, "height": height})
                wrong[state, width, height] = await attendee.page.evaluate(CUT_OFF)
            await attendee.page.set_viewport_size({"width": 390, "height": 844})
    assert not {where: found for where, found in wrong.items() if found}


async def test_forced_colours_show_what_is_chosen_in_the_sheet(edge: Edge) -> None:
    style = """(selector) => {
      const {outlineStyle, backgroundColor} = getComputedStyle(document.querySelector(selector));
      return [outlineStyle, backgroundColor];
    }"""
    async with headless_shell() as browser:
        async with attending(browser, edge, "?lang=es", forced_colors="active") as attendee:
            await attendee.open_languages()
            await attendee.page.focus("#linked")
            chosen, other = [
                await attendee.page.evaluate(style, f"#languages button[data-channel='{channel}']")
                for channel in ("es", "ar")
            ]
            assert chosen != other
            marked, unmarked = [
                await attendee.page.evaluate(style, f"#languages [value='{target}'] + span")
                for target in ("both", "second")
            ]
            assert marked != unmarked


async def test_a_language_that_is_added_can_be_chosen_without_a_reload(edge: Edge) -> None:
    await edge.caption(0, "Hola.")
    async with headless_shell() as browser:
        attendee = await Attendee.open(browser, f"{edge.url}/e/talk?lang=es", tapped=False)
        page = attendee.page
        await attendee.wait_for_caption("Hola.")
        await page.evaluate("window.isTheSamePage = true")
        await edge.put(dataclasses.replace(EVENT, channels=(*EVENT.channels, Channel("ja"))))
        await page.wait_for_selector("[data-channel='ja']", state="attached")
        await page.click("#languages-button")
        await page.click("#languages .languages [data-channel='ja']")
        await until(page, "() => document.querySelector('#captions').lang === 'ja'")
        assert await page.evaluate("window.isTheSamePage")
        assert not attendee.errors


async def test_captions_only_is_found_next_to_listen(edge: Edge) -> None:
    await edge.caption(0, "Hola.")
    async with headless_shell() as browser:
        attendee = await Attendee.open(browser, f"{edge.url}/e/talk?lang=es", tapped=False)
        page = attendee.page
        await attendee.wait_for_caption("Hola.")
        await page.click("#read-only")
        assert await page.get_attribute("#dock", "data-form") == "captions"
        assert await page.evaluate("document.activeElement.id") == "now"
        assert not await page.is_visible("#read-only")
        assert not await violations(page)
        await page.reload()
        await attendee.wait_for_caption("Hola.")
        assert await page.get_attribute("#dock", "data-form") == "captions"
