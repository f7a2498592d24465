"""The sizes of phones, and what must not happen to the page in them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page

from broadcaster.model import keys
from broadcaster.model.caption import Caption
from tests.edge.conftest import Edge
from tests.support.browser import Attendee

SIZES = ((320, 568), (360, 640), (390, 844), (768, 1024), (1280, 800), (320, 256))
"""The last one is a screen of 1280 × 1024 at a zoom of 400 %."""
CUT_OFF = """(selector) => {
  const width = document.documentElement.clientWidth;
  const shown = [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
  const found = shown.filter((one) => {
    const {left, right} = one.getBoundingClientRect();
    return left < -1 || right > width + 1;
  }).map((one) => `${one.id || one.className || one.tagName} is cut off`);
  if (document.scrollingElement.scrollWidth > width) found.push('the page scrolls sideways');
  const {top, bottom} = document.querySelector('#listen').getBoundingClientRect();
  if (top < 0 || bottom > innerHeight + 1) found.push('Listen is out of sight');
  const captions = document.querySelector('#scroller').getBoundingClientRect();
  const notice = document.querySelector('.banner').getBoundingClientRect();
  if (captions.bottom > notice.top + 1 && captions.top < notice.bottom - 1) {
    found.push('captions cover the notice');
  }
  if (captions.height < 60) found.push('captions have no room');
  return found;
}"""
SMALL_TARGETS = """() => [...document.querySelectorAll('button, input')]
  .filter((one) => one.checkVisibility())
  .filter((one) => {
    const {width, height} = one.getBoundingClientRect();
    return width < 44 || height < 44;
  }).map((one) => one.outerHTML)"""


async def say(edge: Edge, channel: str, *texts: str) -> None:
    """Publish captions with long pauses between them."""
    for number, text in enumerate(texts):
        start_ms = 10_000 * number
        name, end_ms = f"{channel}-{number}", start_ms + 3_000
        caption = Caption(name, channel, start_ms, end_ms, text, final=True)
        await edge.bus.append(keys.captions("talk", channel), caption.to_json())


@asynccontextmanager
async def read(browser: Browser, url: str, wait_for: str, **context: Any) -> AsyncIterator[Page]:
    """A page of a reader that shows a caption."""
    phone: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "reduced_motion": "reduce"}
    attendee = Attendee(await (await browser.new_context(**phone | context)).new_page())
    await attendee.page.goto(url)
    await attendee.wait_for_caption(wait_for)
    yield attendee.page
    assert not attendee.errors
    await attendee.page.context.close()
