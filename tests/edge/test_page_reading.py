"""Reading on the attendee page: its settings, fonts, colours, the search, quotes and files."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from broadcaster.model import keys
from broadcaster.model.caption import Caption
from tests.edge.conftest import EVENT, Edge
from tests.edge.page_sizes import CUT_OFF, SIZES, SMALL_TARGETS, read, say
from tests.support.axe import violations
from tests.support.browser import Attendee, headless_shell, until
from tests.support.deadline import deadline

pytestmark = pytest.mark.browser

WEB = Path(__file__).parents[2] / "listener_web"
URL = "/e/talk?lang=es"
TALK = (
    "Buenos días a todos.",
    "El agua no conoce",
    "fronteras, y por eso",
    "es de todos.",
    "Gracias, Ana Lucía.",
)
STYLE = """() => {
  const captions = getComputedStyle(document.querySelector('#captions'));
  return {
    size: parseFloat(captions.fontSize),
    line: parseFloat(captions.lineHeight) / parseFloat(captions.fontSize),
    font: captions.fontFamily.split(',')[0],
    weight: captions.fontWeight,
    width: document.querySelector('#captions').clientWidth,
    ink: captions.color,
    paper: getComputedStyle(document.body).backgroundColor,
  };
}"""
MARKED = "() => [...document.querySelectorAll('#captions mark')].map((mark) => mark.textContent)"
IN_SIGHT = """(selector) => {
  const {top, bottom} = document.querySelector(selector).getBoundingClientRect();
  const view = document.querySelector('#scroller').getBoundingClientRect();
  return top >= view.top && bottom <= view.bottom;
}"""
STATUS = "document.querySelector('.search-status').textContent"
CUES = """async (address) => {
  const video = document.createElement('video');
  const track = document.createElement('track');
  const loaded = new Promise((resolve, reject) => {
    track.onload = resolve;
    track.onerror = () => reject(new Error('it is not WebVTT'));
  });
  video.append(track);
  document.body.append(video);
  track.src = address;
  track.track.mode = 'hidden';
  await loaded;
  const cues = [...track.track.cues].map((cue) => [cue.startTime, cue.endTime, cue.text]);
  video.remove();
  return cues;
}"""


@asynccontextmanager
async def reader(edge: Edge, browser: Browser, **context: Any) -> AsyncIterator[Page]:
    """A page of a reader with the talk and everything that comes after the captions."""
    await say(edge, "es", *TALK)
    async with read(browser, edge.url + URL, "Lucía", **context) as page:
        await page.wait_for_selector("#search-button:not([hidden])")
        yield page


async def reload(page: Page) -> None:
    await page.reload()
    await Attendee(page).wait_for_caption("Lucía")
    await page.wait_for_selector("#search-button:not([hidden])")


async def slide(page: Page, name: str, value: int) -> None:
    """Move a slider of the open settings."""
    await page.fill(f"#{name}", str(value))


async def pick(page: Page, name: str, value: str) -> None:
    """Choose a radio button of the open settings."""
    await page.check(f"#settings input[name={name}][value={value}]")


async def test_each_setting_takes_effect_and_survives_a_reload(edge: Edge) -> None:
    async with headless_shell() as browser:
        wide = {"viewport": {"width": 1280, "height": 800}}
        async with reader(edge, browser, **wide) as page:
            before = await page.evaluate(STYLE)
            await page.click("#settings-button")
            await slide(page, "text-size", 150)
            await slide(page, "line-spacing", 140)
            await pick(page, "text-width", "narrow")
            await pick(page, "font", "serif")
            await pick(page, "theme", "bright-hall")
            await pick(page, "pace", "lines")
            await page.check("#speak-captions")
            after = await page.evaluate(STYLE)
            assert after["size"] == pytest.approx(1.5 * before["size"])
            assert after["line"] == pytest.approx(1.4 * before["line"], abs=0.01)
            assert after["width"] < before["width"] - 100
            assert (before["font"], after["font"]) == ("system-ui", "Georgia")
            assert (before["weight"], after["weight"]) == ("500", "700")
            assert (after["ink"], after["paper"]) == ("rgb(0, 0, 0)", "rgb(255, 255, 255)")
            await reload(page)
            assert await page.evaluate(STYLE) == after
            await page.click("#settings-button")
            assert await page.is_checked("#speak-captions")
            assert await page.is_checked("input[name=pace][value=lines]")
            assert await page.input_value("#text-size") == "150"
            caption = Caption("es-9", "es", 90_000, 91_000, "Adiós a todos.", final=True)
            await edge.bus.append(keys.captions("talk", "es"), caption.to_json())
            spoken = "() => document.querySelector('#announcer').textContent"
            await until(page, f"{spoken} === 'Adiós a todos.'")
            await page.click(".reading-settings > button")
            assert await page.evaluate(STYLE) == before


async def test_a_font_is_fetched_when_it_is_chosen_and_not_before(edge: Edge) -> None:
    async with headless_shell() as browser:
        async with reader(edge, browser) as page:
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
            await reload(page)
            await page.click("#settings-button")
            await page.wait_for_selector("#text-size")
            assert not [name for name in asked if "woff2" in name or name == "fonts.css"]
            for font, family, file in (
                ("atkinson", "Atkinson Hyperlegible", "atkinson-hyperlegible-latin-400.woff2"),
                ("lexend", "Lexend", "lexend-latin-400.woff2"),
                ("opendyslexic", "OpenDyslexic", "opendyslexic-latin-400.woff2"),
            ):
                asked.clear()
                await pick(page, "font", font)
                loaded = (
                    "async (family) => [...document.fonts].some("
                    "(font) => font.family.includes(family) && font.status === 'loaded')"
                )
                await until(page, loaded, family)
                assert file in asked
                assert not [name for name in asked if "700" in name or "latin-ext" in name]
                assert family in (await page.evaluate(STYLE))["font"]


@pytest.mark.parametrize("contrast", [False, True])
async def test_all_colours_can_be_read(edge: Edge, *, contrast: bool) -> None:
    wrong: dict[object, list[str]] = {}
    async with headless_shell() as browser:
        async with reader(edge, browser) as page:
            await page.click("#settings-button")
            if contrast:
                await page.check("#high-contrast")
            for theme in ("light", "dark", "bright-hall", "dark-hall"):
                await pick(page, "theme", theme)
                strict = contrast or theme.endswith("hall")
                wrong[theme, "settings"] = await violations(page, high_contrast=strict)
            await page.keyboard.press("Escape")
            for theme in ("light", "dark", "bright-hall", "dark-hall"):
                await page.evaluate(
                    "(theme) => (document.documentElement.dataset.theme = theme)", theme
                )
                strict = contrast or theme.endswith("hall")
                await page.click(".caption >> nth=1")  # the others stay as they are read
                await page.click("#search-button")
                await page.fill(".search-bar input", "agua")
                await until(page, f"() => {STATUS} === '1 of 1'")
                await page.wait_for_selector("#captions mark")
                wrong[theme, "search and quote"] = await violations(page, high_contrast=strict)
                await page.keyboard.press("Escape")
                await page.click(".quote-bar .icon")
    assert not {where: found for where, found in wrong.items() if found}


async def test_the_system_asks_for_high_contrast_until_the_reader_chooses(edge: Edge) -> None:
    async with headless_shell() as browser:
        async with reader(edge, browser, contrast="more") as page:
            root = "document.documentElement.dataset.contrast"
            assert await page.evaluate(root) == "more"
            await page.click("#settings-button")
            await page.uncheck("#high-contrast")
            assert await page.evaluate(root) == "standard"
            await reload(page)
            assert await page.evaluate(root) == "standard"


async def test_a_search_goes_from_place_to_place(edge: Edge) -> None:
    filler = [f"Frase {number} sin nada." for number in range(60)]
    async with headless_shell() as browser:
        await say(edge, "es", "El AGUA no\nconoce", "fronteras.", *filler, "Más agua.", *filler)
        async with read(browser, edge.url + URL, "Frase 59") as page:
            await page.click("#search-button")
            await page.keyboard.type("agua")
            await until(page, f"() => {STATUS} === '2 of 2'")
            await until(page, f"() => ({MARKED})().join() === 'agua'")
            await until(page, IN_SIGHT, "#captions mark")
            await page.keyboard.press("Enter")
            await until(page, f"() => {STATUS} === '1 of 2'")
            await until(page, f"() => ({MARKED})().join() === 'AGUA'")
            await until(page, IN_SIGHT, "#captions mark")
            assert await page.is_visible("#newest")
            await page.keyboard.press("Shift+Enter")
            await until(page, f"() => {STATUS} === '2 of 2'")
            await page.fill(".search-bar input", "conoce fronteras")
            await until(page, f"() => ({MARKED})().join('|') === 'conoce|fronteras'")
            await page.fill(".search-bar input", "vino tinto")
            await until(page, f"() => {STATUS} === 'Nothing found'")
            assert await page.evaluate(MARKED) == []
            await page.keyboard.press("Escape")
            assert not await page.is_visible(".search-bar")
            assert await page.evaluate("document.activeElement.id") == "search-button"


async def test_a_search_that_fails_says_so_and_works_again(edge: Edge) -> None:
    async with headless_shell() as browser:
        await say(edge, "es", *TALK)
        page = await browser.new_page()
        await page.goto(edge.url + URL)
        await page.wait_for_selector("#search-button:not([hidden])")
        await page.route("**/search/**", lambda route: route.fulfill(status=503, json={}))
        await page.click("#search-button")
        await page.keyboard.type("agua")
        await until(page, f"() => {STATUS}.startsWith('The search did not work')")
        await page.unroute("**/search/**")
        await page.keyboard.press("Enter")
        await until(page, f"() => {STATUS} === '1 of 1'")


IN_SIGHT = """() => {
  const mark = document.querySelector('#captions mark')?.getBoundingClientRect();
  const seen = document.querySelector('#scroller').getBoundingClientRect();
  return mark !== undefined && mark.top >= seen.top && mark.bottom <= seen.bottom;
}"""


async def test_what_is_older_than_the_page_is_brought_in_and_marked(edge: Edge) -> None:
    async with headless_shell() as browser:
        texts = ["La palabra buscada.", *(f"Frase {number}." for number in range(240))]
        await say(edge, "es", *texts)
        async with read(browser, edge.url + URL, "Frase 239.") as page:
            await page.click("#search-button")
            await page.keyboard.type("buscada")
            await until(page, f"() => {STATUS} === '1 of 1'")
            await until(page, IN_SIGHT)
            assert await page.inner_text("#captions mark") == "buscada"
            await page.wait_for_selector(".search-excerpt", state="hidden")
            assert await page.inner_text(".search-place time")


async def test_a_sentence_is_copied_by_pointer_and_by_keys(edge: Edge) -> None:
    allowed = ["clipboard-read", "clipboard-write"]
    copied = "() => navigator.clipboard.readText()"
    async with headless_shell() as browser:
        async with reader(edge, browser, permissions=allowed) as page:
            await page.click(".caption >> nth=2")
            await page.click(".quote-bar button")
            await until(page, f"async () => (await ({copied})()).includes('El agua')")
            text = await page.evaluate(copied)
            quote, source, link = text.split("\n")
            assert quote == "“El agua no conoce fronteras, y por eso es de todos.”"
            assert source.startswith("— A talk, ")
            assert link == f"{edge.url}/e/talk?lang=es"
            assert await page.inner_text(".quote-bar button >> nth=0") == "Copied"
            await page.keyboard.press("Escape")
            assert not await page.is_visible(".quote-bar")
            assert await page.evaluate("document.activeElement.id") == "scroller"

            await page.keyboard.press("Enter")
            assert await page.inner_text(".quote-bar [role=status]") == "Gracias, Ana Lucía."
            for _ in range(2):
                await page.keyboard.press("ArrowUp")
            assert await page.inner_text(".quote-bar [role=status]") == "Buenos días a todos."
            await page.keyboard.press("Control+c")
            await until(page, f"async () => (await ({copied})()).startsWith('“Buenos')")
            await page.keyboard.press("Enter")
            await page.keyboard.press("Escape")


async def test_a_sentence_is_copied_without_a_clipboard_interface_and_shared(edge: Edge) -> None:
    async with headless_shell() as browser:
        context = await browser.new_context()
        await context.add_init_script(
            "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
            "navigator.share = async (shared) => { window.shared = shared; };"
            "document.addEventListener('copy', ({target}) => { window.copied = target.value; });"
        )
        await say(edge, "es", *TALK)
        page = await context.new_page()
        await page.goto(edge.url + URL)
        await Attendee(page).wait_for_caption("Lucía")
        await page.wait_for_selector("#search-button:not([hidden])")
        await page.click(".caption >> nth=0")
        await page.click(".quote-bar >> text=Copy")
        await until(page, "() => window.copied?.startsWith('“Buenos días a todos.”')")
        await page.click(".quote-bar >> text=Share")
        await until(page, "() => window.shared !== undefined")
        shared = await page.evaluate("window.shared")
        assert shared["title"] == "A talk"
        assert shared["text"].startswith("“Buenos días a todos.”\n— A talk, ")
        assert shared["url"] == f"{edge.url}/e/talk?lang=es"
        await page.click(".caption >> nth=0")
        assert not await page.is_visible(".quote-bar")


async def test_files_are_offered_when_the_organizer_allows_it(edge: Edge, tmp_path: Path) -> None:
    async with headless_shell() as browser:
        async with reader(edge, browser) as page:
            await page.click("#settings-button")
            await page.wait_for_selector("#text-size")
            assert not await page.is_visible("#files a")
            await page.click("#settings-button")
            await edge.put(dataclasses.replace(EVENT, downloads=True))
            async with deadline():
                while not await page.is_visible("#files a"):
                    await page.click("#settings-button")
                    await asyncio.sleep(0.05)
            links = "() => [...document.querySelectorAll('#files a')].map((link) => link.pathname)"
            assert await page.evaluate(links) == [
                "/e/talk/transcript/es.txt",
                "/e/talk/transcript/es.vtt",
            ]
            async with page.expect_download() as download:
                await page.click("#files a >> nth=0")
            saved = tmp_path / "es.txt"
            await (await download.value).save_as(saved)
            assert "Gracias, Ana Lucía." in await asyncio.to_thread(saved.read_text, "utf-8")
            await page.keyboard.press("Escape")
            await Attendee(page).choose("ar")
            assert (await page.evaluate(links))[1] == "/e/talk/transcript/ar.vtt"


async def test_subtitles_are_read_by_a_browser_as_they_were_said(edge: Edge) -> None:
    await edge.put(dataclasses.replace(EVENT, downloads=True))
    said = ("Hoy <b>hablamos</b>\nde A&B -->", "[…] 日本語", "&lt; العربية")
    async with headless_shell() as browser:
        await say(edge, "es", *said)
        async with read(browser, edge.url + URL, "العربية") as page:
            cues = await page.evaluate(CUES, "/e/talk/transcript/es.vtt")
    unescaped = [
        [start, end, text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")]
        for start, end, text in cues
    ]
    assert unescaped == [[10 * n, 10 * n + 3, text] for n, text in enumerate(said)]


@pytest.mark.parametrize("root_px", [16, 32])
async def test_search_and_quote_fit_in_any_width_with_large_text(edge: Edge, root_px: int) -> None:
    wrong: dict[object, list[str]] = {}
    async with headless_shell(f"--blink-settings=defaultFontSize={root_px}") as browser:
        async with reader(edge, browser) as page:
            await page.click(".caption >> nth=1")
            await page.click("#search-button")
            await page.fill(".search-bar input", "agua")
            await until(page, f"() => {STATUS} === '1 of 1'")
            for width, height in SIZES:
                if root_px == 32 and height < 400:
                    continue  # nobody has both
                await page.set_viewport_size({"width": width, "height": height})
                wrong[width, height] = [
                    found
                    for found in await page.evaluate(CUT_OFF, ".search-bar *, .quote-bar *, #title")
                    if "no room" not in found
                ]
                wrong[width, height, "targets"] = await page.evaluate(SMALL_TARGETS)
    assert not {where: found for where, found in wrong.items() if found}


async def test_forced_colours_show_what_is_found_and_chosen(edge: Edge) -> None:
    background = "(selector) => getComputedStyle(document.querySelector(selector)).backgroundColor"
    async with headless_shell() as browser:
        async with reader(edge, browser, forced_colors="active") as page:
            await page.click(".caption >> nth=0")
            await page.click("#search-button")
            await page.fill(".search-bar input", "fronteras")
            await page.wait_for_selector("#captions mark")
            plain = await page.evaluate(background, "[data-caption=es-4]")
            assert await page.evaluate(background, ".caption[data-chosen]") != plain
            assert await page.evaluate(background, "#captions mark") != plain


async def test_captions_are_shown_in_a_page_that_is_not_the_attendees(edge: Edge) -> None:
    """As a screen in the hall will show them."""
    html = """<!doctype html><html lang="en"><head><title>Hall</title>
      <link rel="stylesheet" href="/static/shared/tokens.css">
      <link rel="stylesheet" href="/static/attendee/attendee.css">
      <link rel="stylesheet" href="/static/reading/reading.css">
      <script type="module">
        import { CaptionFeed } from '/static/captions/caption-feed.js';
        import { CaptionView } from '/static/captions/caption-view.js';
        import { Pace } from '/static/reading/pace.js';
        import { ReadingSettings, applySettings } from '/static/reading/settings.js';
        const part = (kind) => document.body.appendChild(document.createElement(kind));
        const [scroller, toNewest, announcer] = [part('main'), part('button'), part('div')];
        const log = scroller.appendChild(document.createElement('div'));
        scroller.className = 'scroller';
        log.className = 'captions';
        const settings = new ReadingSettings({ recall: () => null, remember: () => {} });
        settings.choose('text-size', '200');
        applySettings(scroller, settings);
        const wordsMissing = '(A few words are missing.)';
        const corrected = '(corrected)';
        const words = { wordsMissing, corrected };
        const view = new CaptionView({ scroller, log, toNewest, announcer, ...words });
        view.begin({ id: 'es', name: 'Español', english_name: 'Spanish', dir: 'ltr' });
        const pace = new Pace((caption, writtenMs) => view.show(caption, writtenMs));
        const addresses = { stream: '/e/talk/captions/es', poll: '/e/talk/poll/es' };
        const none = () => {};
        const caption = (...given) => pace.take(...given);
        new CaptionFeed(addresses, { caption, state: none, connection: none });
      </script></head><body></body></html>"""
    await say(edge, "es", *TALK)
    async with headless_shell() as browser:
        page = await browser.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        headers = {"Content-Type": "text/html"}
        await page.route("**/screen/talk", lambda route: route.fulfill(body=html, headers=headers))
        await page.goto(f"{edge.url}/screen/talk")
        shown = "() => document.querySelector('.captions')?.textContent ?? ''"
        await until(page, f"() => ({shown})().includes('Lucía')")
        assert "fronteras, y por eso es de todos." in await page.evaluate(shown)
        assert not errors
    for module in sorted((WEB / "captions").glob("*.js")):
        source = await asyncio.to_thread(module.read_text, "utf-8")
        assert "byId" not in source, module.name
        assert "getElementById" not in source, module.name
