"""The attendee page without a network: the worker, the page it shows, the manifest."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from broadcaster.model.event import Channel
from broadcaster.model.join import Passcode
from broadcaster.web.assets import Assets, assets
from tests.edge.conftest import EVENT, Edge
from tests.edge.faulty_proxy import FaultyProxy, faulty
from tests.support.axe import violations
from tests.support.browser import Attendee, Engine, chromium, headless_shell, until
from tests.support.deadline import deadline
from tests.support.pictures import photograph

pytestmark = pytest.mark.browser

WEB = Path(__file__).parents[2] / "listener_web"
ACTIVE = """async () => {
  const {active} = await navigator.serviceWorker.ready;
  return active.state === 'activated';
}"""
AT_ONCE = "Math.random = () => 0"
"""A page asks for its worker after a random time."""
CACHES = "() => caches.keys()"
OFFLINE = "() => document.querySelector('.offline') !== null"
SIZES = ((320, 256), (360, 640), (1280, 800))


@asynccontextmanager
async def visited(
    edge: Edge, engine: Engine = headless_shell, **look: Any
) -> AsyncIterator[tuple[Page, FaultyProxy]]:
    """A page that has been open long enough for its worker to be ready, behind a network."""
    await edge.caption(0, "Hola.")
    async with faulty(edge.url) as (url, proxy), engine() as browser:
        context = await browser.new_context(**look)
        await context.add_init_script(AT_ONCE)
        attendee = Attendee(await context.new_page())
        await attendee.page.goto(f"{url}/e/talk?lang=es")
        await attendee.page.wait_for_selector("[data-caption]")
        await until(attendee.page, ACTIVE)
        yield attendee.page, proxy


def words_of(language: str) -> dict[str, str]:
    """The words of the pages."""
    words: dict[str, str] = json.loads(assets().sources[f"i18n/{language}.json"].body)
    return words


@pytest.mark.parametrize("language", ["es", "ar"])
async def test_without_a_network_the_page_says_so_and_connects_by_itself(
    edge: Edge, language: str
) -> None:
    locale = language if "offlineTitle" in words_of(language) else "en"
    title = words_of(locale)["offlineTitle"]
    async with visited(edge, locale=locale, color_scheme="dark") as (page, proxy):
        await proxy.cut()
        await page.reload()
        await until(page, OFFLINE)
        await until(page, "(title) => document.title === title", title)
        assert await page.evaluate("document.documentElement.lang") == locale
        assert await page.inner_text("h1") == title
        assert not await violations(page)
        await photograph(page, f"offline-{locale}")
        await edge.caption(1, "Otra.")
        proxy.cut_off = False
        await page.wait_for_selector("[data-caption='es-1']")
        shown = await page.inner_text("#captions")
        assert "Hola." in shown, "the captions are those of now"


async def test_the_page_without_a_network_fits_every_screen(edge: Edge) -> None:
    async with visited(edge) as (page, proxy):
        await proxy.cut()
        await page.reload()
        await until(page, OFFLINE)
        for width, height in SIZES:
            await page.set_viewport_size({"width": width, "height": height})
            assert await page.evaluate("document.scrollingElement.scrollWidth") <= width
            height_px = await page.evaluate("document.querySelector('#again').offsetHeight")
            assert height_px >= 44
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.id") == "again"
        proxy.cut_off = False
        await page.keyboard.press("Enter")
        await page.wait_for_selector("[data-caption]")


async def test_a_proxy_that_does_not_reach_the_server_is_no_network(edge: Edge) -> None:
    async with visited(edge) as (page, proxy):
        proxy.refused, proxy.status = {"/e/"}, 502
        await page.reload()
        await until(page, OFFLINE)
        proxy.refused = set()
        await page.wait_for_selector("[data-caption]")


async def test_a_page_with_the_worker_reads_and_polls_as_before(edge: Edge) -> None:
    async with visited(edge) as (page, _proxy):
        await page.reload()
        assert await page.evaluate("navigator.serviceWorker.controller !== null")
        for number in range(1, 4):
            await edge.caption(number, f"Frase {number}.")
            await page.wait_for_selector(f"[data-caption='es-{number}']")


async def test_a_new_version_replaces_the_old_one(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = assets()
    files = {path: asset.body for path, asset in old.sources.items()}
    mark = files["shared/icon.svg"]
    new = Assets.of(files | {"shared/icon.svg": mark.replace(b"#0b6b62", b"#0b6b63")})
    assert new.version != old.version
    async with visited(edge) as (page, proxy):
        assert await page.evaluate(CACHES) == [f"offline {old.address('')}"]
        for module in ("web.application", "edge.install_routes"):
            monkeypatch.setattr(f"broadcaster.{module}.assets", lambda: new)
        await page.reload()
        replaced = "async (name) => (await caches.keys()).join() === name"
        await until(page, replaced, f"offline {new.address('')}")
        await proxy.cut()
        await page.reload()
        await until(page, OFFLINE)
        assert await page.get_attribute("img", "src") == new.address("shared/icon.svg")
        assert await page.evaluate("document.querySelector('img').naturalWidth") > 0


async def test_a_browser_can_keep_the_page_as_an_app(edge: Edge) -> None:
    channels = tuple(map(Channel, ("es", "fr", "de", "ar", "ja")))
    await edge.put(dataclasses.replace(EVENT, title="Agua para todos", channels=channels))
    async with visited(edge, chromium, locale="es-ES") as (page, _proxy):
        await page.wait_for_selector("link[rel=manifest]", state="attached")
        devtools = await page.context.new_cdp_session(page)
        async with deadline():
            while not (found := await devtools.send("Page.getAppManifest"))["url"]:
                await asyncio.sleep(0.05)
        assert found["errors"] == []
        manifest = json.loads(found["data"])
        assert manifest["name"] == "Agua para todos"
        assert (manifest["lang"], manifest["dir"]) == ("es", "auto")
        assert manifest["start_url"] == manifest["scope"] == "/e/talk"
        assert [one["url"] for one in manifest["shortcuts"]][:2] == [
            "/e/talk?lang=es",
            "/e/talk?lang=fr",
        ]
        assert len(manifest["shortcuts"]) == 4
        for icon in manifest["icons"]:
            async with edge.http.get(icon["src"]) as answer:
                assert answer.content_type == icon["type"]
        wrong = await devtools.send("Page.getInstallabilityErrors")
        problems = {one["errorId"] for one in wrong["installabilityErrors"]}
        assert problems == {"in-incognito"}, "each context of a test is a private window"


async def test_the_manifest_of_an_event_with_a_passcode_needs_it(edge: Edge) -> None:
    await edge.put(dataclasses.replace(EVENT, passcode=Passcode("Water-24", "secret")))
    await edge.refuses("/e/talk/manifest.webmanifest", 401, "passcode_needed")
    await edge.refuses("/e/nosuch/manifest.webmanifest", 404, "unknown_event")
    passcode = {"Authorization": "Bearer Water-24"}
    async with edge.http.get(
        "/e/talk/manifest.webmanifest?language=xx/../en", headers=passcode
    ) as answer:
        assert answer.content_type == "application/manifest+json"
        assert (await answer.json(content_type=None))["lang"] == "en"


async def test_the_worker_is_asked_for_each_time_and_obeys_the_policy(edge: Edge) -> None:
    async with edge.http.get("/e/service-worker.js?language=es") as answer:
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.content_type == "text/javascript"
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert assets().version in await answer.text()


def test_the_colours_of_the_browsers_bars_are_those_of_the_page() -> None:
    tokens = (WEB / "shared/tokens.css").read_text()
    paper = tokens.partition("--paper: ")[2].partition(";")[0]
    for name in ("attendee/attendee.html", "offline/offline.html"):
        page = (WEB / name).read_text()
        for colour in ("#f6f5f1", "#0d1014"):
            assert colour in paper
            assert f'<meta name="theme-color" content="{colour}"' in page


def test_the_icons_have_their_sizes() -> None:
    for name, side_px in (
        ("icon-192", 192),
        ("icon-512", 512),
        ("maskable-512", 512),
        ("touch-180", 180),
    ):
        png = (WEB / "icons" / f"{name}.png").read_bytes()
        assert png.startswith(b"\x89PNG\r\n\x1a\n")
        assert int.from_bytes(png[16:20]) == int.from_bytes(png[20:24]) == side_px
        assert len(png) < 20_000
