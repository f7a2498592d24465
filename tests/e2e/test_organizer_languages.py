"""The desk, stage and poster in other languages: their words, direction, and room for them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.status import BoothState, BoothStatus
from broadcaster.web.assets import assets
from tests.support.axe import violations
from tests.support.browser import headless_shell
from tests.support.desk import served_desk
from tests.support.processes import TOKEN

pytestmark = pytest.mark.browser

WORDS = Path(__file__).parents[2] / "listener_web" / "i18n" / "organizer"
EVENT = Event("talk", "12345", EventState.PAUSED, (Channel("es"), Channel("ja")), "key")
REPORT = BoothStatus(
    "es", BoothState.LIVE, lag_ms=2_100, dropped_ms=3_240, withheld_texts=3, interpreter="translate"
)
DIRECTIONS = {"ar": "rtl", "de": "ltr", "ja": "ltr"}
PAGES = {
    "desk": (f"/desk?token={TOKEN}", "tr[data-channel='es'][data-state='live']"),
    "stage": ("/stage/talk#key=key", "#ai-notice"),
    "poster": ("/desk/poster/talk", "#print:not([disabled])"),
}
SHOWN = """() => {
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const {parentElement, data} = walker.currentNode;
    if (parentElement.checkVisibility() || parentElement.closest('option')) texts.push(data);
  }
  for (const name of ['aria-label', 'placeholder', 'title']) {
    for (const one of document.querySelectorAll(`[${name}]`)) texts.push(one.getAttribute(name));
  }
  return texts.map((text) => text.trim().replace(/\\s+/g, ' ')).filter(Boolean);
}"""
OVERFLOWS = """() => {
  const width = document.documentElement.clientWidth;
  return document.scrollingElement.scrollWidth > width;
}"""


def words(language: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((WORDS / f"{language}.json").read_text())
    return read


def english_of(language: str) -> set[str]:
    """The English strings without placeholders that the language says otherwise."""
    own = words(language)
    return {
        text
        for key, text in words("en").items()
        if isinstance(text, str) and "{" not in text and own[key] != text
    }


async def stage_page(route: Route) -> None:
    """Answer with the stage page, which another role than the desk serves."""
    page = assets().documents["stage/stage.html"].with_answers({})
    await route.fulfill(body=page, content_type="text/html; charset=utf-8")


@asynccontextmanager
async def opened(
    browser: Browser, locale: str, server: str, path: str, shown: str
) -> AsyncIterator[Page]:
    """A page of somebody with the organizer's token, on a phone of this language."""
    context = await browser.new_context(
        locale=locale, viewport={"width": 360, "height": 740}, reduced_motion="reduce"
    )
    page = await context.new_page()
    await page.route("**/stage/talk", stage_page)
    await page.goto(f"{server}/desk?token={TOKEN}")
    await page.goto(server + path)
    await page.wait_for_selector(f"html[lang='{locale}']", state="attached", timeout=60_000)
    await page.wait_for_selector(shown, timeout=60_000)
    yield page
    await context.close()


@pytest.mark.parametrize("language", DIRECTIONS)
async def test_a_page_is_in_one_language(language: str) -> None:
    wrong: dict[str, object] = {}
    async with (
        EmbeddedBus(None) as bus,
        served_desk(bus, (REPORT,)) as url,
        headless_shell() as browser,
    ):
        await bus.put(keys.event_record("talk"), EVENT.to_json())
        for name, (path, shown) in PAGES.items():
            async with opened(browser, language, url, path, shown) as page:
                if name == "desk":
                    await page.click(".edit")
                    await page.click("#advanced > summary")
                root = page.locator("html")
                assert await root.get_attribute("dir") == DIRECTIONS[language]
                wrong[f"{name}, English"] = english_of(language) & set(await page.evaluate(SHOWN))
                wrong[f"{name}, rules"] = await violations(page)
                wrong[f"{name}, too wide"] = await page.evaluate(OVERFLOWS)
    assert not {where: found for where, found in wrong.items() if found}


async def test_another_language_is_chosen_and_kept() -> None:
    async with (
        EmbeddedBus(None) as bus,
        served_desk(bus) as url,
        headless_shell() as browser,
    ):
        await bus.put(keys.event_record("talk"), EVENT.to_json())
        async with opened(browser, "en", url, "/desk", ".event") as page:
            await page.select_option(".page-language", "fr")
            await page.wait_for_selector(f"h1 >> text={words('fr')['deskTitle']}")
            await page.goto(f"{url}/stage/talk#key=key")
            await page.wait_for_selector(f"#allow >> text={words('fr')['stageAllow']}")
            assert await page.input_value(".page-language") == "fr"
