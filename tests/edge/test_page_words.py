"""The attendee page in every language: its direction, and room for its words on a small phone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.edge.conftest import Edge
from tests.support.axe import violations
from tests.support.browser import Attendee, headless_shell, until

pytestmark = pytest.mark.browser

LANGUAGES = sorted(
    path.stem for path in (Path(__file__).parents[2] / "listener_web" / "i18n").glob("*.json")
)
READERS = {
    "fa-IR": ("fa", "rtl"),
    "he-IL": ("he", "rtl"),
    "ur-PK": ("ur", "rtl"),
    "ko-KR": ("ko", "ltr"),
    "pl-PL": ("pl", "ltr"),
    "th-TH": ("th", "ltr"),
    "zh-TW": ("zh-Hant", "ltr"),
}
"""The phone's language -> the page's language and direction."""
SHOWN = """(language) => document.documentElement.lang === language &&
  document.body.dataset.event === 'open'"""
OVERFLOWING = """() => {
  const width = document.documentElement.clientWidth;
  const strip = (one) => one !== null &&
    (['auto', 'scroll'].includes(getComputedStyle(one).overflowX) || strip(one.parentElement));
  const found = [];
  if (document.scrollingElement.scrollWidth > width) found.push('the page scrolls sideways');
  for (const one of document.querySelectorAll('button, label, legend, h1, h2, p, a')) {
    if (!one.checkVisibility() || one.closest('.visually-hidden, #title')) continue;
    const {left, right} = one.getBoundingClientRect();
    const outside = (left < -1 || right > width + 1) && !strip(one.parentElement);
    // An inline element has no width of its own.
    const tooWide = one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1;
    const name = one.id || one.className || one.tagName;
    if (outside || tooWide) found.push(`${name}: ${one.innerText}`);
  }
  return found;
}"""


@asynccontextmanager
async def read(edge: Edge, browser: Browser, locale: str) -> AsyncIterator[Page]:
    """A page that shows a caption on a small phone of this language."""
    context = await browser.new_context(
        locale=locale, viewport={"width": 320, "height": 640}, reduced_motion="reduce"
    )
    attendee = Attendee(await context.new_page())
    await attendee.page.goto(f"{edge.url}/e/talk?lang=es")
    await attendee.wait_for_caption("Buenos días")
    yield attendee.page
    assert not attendee.errors
    await context.close()


async def language_and_direction(page: Page) -> tuple[str, str]:
    language, direction = await page.evaluate(
        "() => [document.documentElement.lang, document.documentElement.dir]"
    )
    return language, direction


async def test_the_page_is_in_the_language_and_direction_of_the_phone(edge: Edge) -> None:
    await edge.caption(1, "Buenos días a todos.")
    seen: dict[str, tuple[str, str]] = {}
    wrong: dict[str, list[str]] = {}
    async with headless_shell() as browser:
        for locale in READERS:
            async with read(edge, browser, locale) as page:
                seen[locale] = await language_and_direction(page)
                await page.click("#settings-button")  # what was there before still is
                wrong[locale] = await violations(page)
    assert seen == READERS
    assert not {where: found for where, found in wrong.items() if found}


async def test_every_language_fits_on_a_small_phone(edge: Edge) -> None:
    """One page is loaded again in each language, which takes less time than many pages."""
    await edge.caption(1, "Buenos días a todos.")
    wrong: dict[str, list[str]] = {}
    async with headless_shell() as browser, read(edge, browser, "en") as page:
        session = await page.context.new_cdp_session(page)
        agent = await page.evaluate("() => navigator.userAgent")
        for language in LANGUAGES:
            phone = {"userAgent": agent, "acceptLanguage": language}
            await session.send("Emulation.setUserAgentOverride", phone)
            await page.reload()
            await until(page, SHOWN, language)
            wrong[language] = await page.evaluate(OVERFLOWING)
            await page.click("#settings-button")
            wrong[f"{language}, settings"] = await page.evaluate(OVERFLOWING)
    assert not {where: found for where, found in wrong.items() if found}
