"""The first moments of an attendee page: when it shows a caption, and when it sounds."""

from dataclasses import dataclass

from playwright.async_api import BrowserContext, Page

from tests.support.browser import DEADLINE_MS, until

WATCH = """
new MutationObserver((_, observer) => {
  if (document.querySelector('[data-caption]') === null) return;
  observer.disconnect();
  const files = ['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type));
  const requests = files.length;
  const bytes = files.reduce((sum, {transferSize}) => sum + transferSize, 0);
  requestAnimationFrame(() => setTimeout(() => {
    window.firstCaption = {ms: performance.now(), requests, bytes};
  }));
}).observe(document, {childList: true, subtree: true});
"""
"""The caption counts when a frame with it was made. Files that come after it do not count."""
HEAR = """async () => {
  const began = performance.now();
  document.querySelector('#listen').click();
  const sleep = () => new Promise((resolve) => setTimeout(resolve, 5));
  while (!window.broadcasterPlayer?.output) await sleep();
  const {context, output} = window.broadcasterPlayer;
  const analyser = new AnalyserNode(context, {fftSize: 2048});
  output.connect(analyser);
  const samples = new Float32Array(2048);
  for (;;) {
    analyser.getFloatTimeDomainData(samples);
    if (samples.some((sample) => Math.abs(sample) > 0.001)) return performance.now() - began;
    await sleep();
  }
}"""


@dataclass(frozen=True, slots=True)
class FirstMoments:
    """The time and the data that a page took.

    Attributes:
        caption_ms: from the navigation to the first caption on the screen.
        requests: before it, by the page.
        received_bytes: of their answers, headers among them.
    """

    caption_ms: float
    requests: int
    received_bytes: int


async def new_tab(context: BrowserContext, *, cpu_slowdown: int = 1) -> Page:
    """A tab that notices its first caption, as slow as a phone."""
    page = await context.new_page()
    page.set_default_timeout(DEADLINE_MS)
    await page.add_init_script(WATCH)
    if cpu_slowdown > 1:
        devtools = await context.new_cdp_session(page)
        await devtools.send("Emulation.setCPUThrottlingRate", {"rate": cpu_slowdown})
    return page


async def first_caption(page: Page, url: str) -> FirstMoments:
    """Open an attendee page and wait for its first caption."""
    await page.goto(url, wait_until="commit")
    await until(page, "() => window.firstCaption !== undefined")
    first = await page.evaluate("window.firstCaption")
    return FirstMoments(first["ms"], first["requests"], first["bytes"])


async def first_sound_ms(page: Page) -> float:
    """Tap Listen; returns how long it takes until the page sounds."""
    return float(await page.evaluate(HEAR))
