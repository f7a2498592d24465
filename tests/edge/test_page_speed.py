"""A phone fetches little before it shows the first caption."""

import pytest
from playwright.async_api import Request, Route

from broadcaster.web.assets import FOR_EVER, assets
from tests.edge.conftest import Edge
from tests.edge.first_moments import first_caption, new_tab
from tests.edge.slow_network import Network, slow_network
from tests.support.browser import headless_shell, until

pytestmark = pytest.mark.browser

MOST_REQUESTS = 12
MOST_BYTES = 45_000
CAPTIONS = 300
WATCH_PAINTS = """
window.moved = 0;
window.largest = [];
const observe = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take))
  .observe({type, buffered: true});
observe('layout-shift', ({value}) => { window.moved += value; });
observe('largest-contentful-paint', ({element}) => { window.largest.push(element?.className); });
"""
PAINTED = "() => performance.getEntriesByType('paint').length > 0"
LARGEST_IS_A_CAPTION = "() => window.largest.some((name) => /caption|paragraph/.test(name))"


async def test_a_few_requests_and_bytes_bring_the_first_caption(edge: Edge) -> None:
    for number in range(CAPTIONS):
        await edge.caption(number, f"Frase {number} de una charla larga sobre el agua del valle.")
    async with headless_shell() as browser, slow_network(Network()) as slow:
        context = await browser.new_context(locale="es-ES", proxy=slow.settings)
        page = await new_tab(context)
        first = await first_caption(page, f"{edge.url}/e/talk")
        assert first.requests <= MOST_REQUESTS
        assert 0 < first.received_bytes <= MOST_BYTES
        assert f"Frase {CAPTIONS - 1}" in await page.inner_text("#captions")


async def test_a_second_visit_asks_only_for_what_changes(edge: Edge) -> None:
    await edge.caption(1, "Hola.")
    asked: list[Request] = []
    async with headless_shell() as browser, slow_network(Network()) as slow:
        context = await browser.new_context(locale="es-ES", proxy=slow.settings)
        first = await first_caption(await new_tab(context), f"{edge.url}/e/talk")
        context.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - Playwright marks it
        second = await first_caption(await new_tab(context), f"{edge.url}/e/talk")
        assert second.received_bytes < first.received_bytes / 2
        for request in asked:
            answer = await request.response()
            if answer is not None and "/static/" in request.url:
                assert answer.headers["cache-control"] == FOR_EVER, request.url
                assert f"/static/{assets().version}/" in request.url


async def test_a_page_in_another_language_than_guessed_shows_its_captions(edge: Edge) -> None:
    """The server guesses Spanish, and the reader has chosen Arabic in this tab."""
    await edge.caption(1, "Hola.")
    async with headless_shell() as browser, slow_network(Network()) as slow:
        context = await browser.new_context(locale="es-ES", proxy=slow.settings)
        page = await new_tab(context)
        await first_caption(page, f"{edge.url}/e/talk")
        await page.evaluate("sessionStorage.setItem('broadcaster.channel.talk', 'ar')")
        await page.reload()
        await page.wait_for_selector("input[value='ar']:checked", state="attached")
        await page.click("label[data-channel='es']")
        await page.wait_for_selector("[data-caption='es-1']")


@pytest.mark.parametrize("is_late", [False, True], ids=["script in time", "script after the paint"])
async def test_the_captions_come_where_they_stay(edge: Edge, *, is_late: bool) -> None:
    """Lighthouse and Chromium call it layout shift, and largest contentful paint."""
    for number in range(CAPTIONS):
        await edge.caption(number, f"Frase {number} de una charla larga sobre el agua del valle.")
    async with headless_shell() as browser:
        context = await browser.new_context(
            locale="es-ES", viewport={"width": 412, "height": 823}, is_mobile=True
        )
        page = await new_tab(context)
        await page.add_init_script(WATCH_PAINTS)

        async def hold(route: Route) -> None:
            await until(page, PAINTED)
            await route.continue_()

        if is_late:
            await page.route("**/attendee/attendee.js", hold)
        await first_caption(page, f"{edge.url}/e/talk")
        await until(page, LARGEST_IS_A_CAPTION)
        assert await page.evaluate("window.moved") == 0
