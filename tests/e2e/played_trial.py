"""Looks at a page of the desk, and at the sound that it has played."""

import os

from playwright.async_api import Page

from tests.support.axe import violations

PICTURES = os.environ.get("TRIAL_PICTURES")
"""A folder for pictures of what is tested, to look at."""
KEEP_PLAYED = """
const start = AudioBufferSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function (...when) {
  window.played = this.buffer;
  return start.apply(this, when);
};
"""
PLAYED = """() => {
  const sound = window.played.getChannelData(0);
  return {rate: window.played.sampleRate, sound: Array.from(sound, (x) => Math.round(x * 32767))};
}"""
WIDER = "() => document.documentElement.scrollWidth > innerWidth"


async def looked_at(page: Page, name: str) -> None:
    for width in (1280, 360):
        await page.set_viewport_size({"width": width, "height": 900})
        assert not await violations(page)
        assert not await page.evaluate(WIDER)
        if PICTURES:
            for scheme in ("light", "dark"):
                await page.emulate_media(color_scheme=scheme)
                path = f"{PICTURES}/{name}-{width}-{scheme}.png"
                await page.screenshot(path=path, full_page=True)
            await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 1280, "height": 900})
