"""The examples of docs/examples/ hear and read the demo."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from yarl import URL

from tests.support.browser import DEADLINE_MS, chromium, until
from tests.support.processes import started
from tests.support.web import on_loopback

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
MOST_LINES = 60
LISTENS = "() => document.querySelector('#sound').currentTime > 2"
READS = "() => document.querySelector('#caption').textContent.trim() !== ''"
TELLS_STATE = "() => document.querySelector('#state').textContent.includes('event live')"

pytestmark = pytest.mark.browser


@asynccontextmanager
async def demo() -> AsyncIterator[str]:
    """`broadcaster demo`; yields the audience's link."""
    command = [sys.executable, "-m", "broadcaster", "demo", "--port", "0"]
    async with started(command) as process:
        yield (await process.line(r"Listen and read: (\S+)"))[1]


@asynccontextmanager
async def elsewhere() -> AsyncIterator[str]:
    """The page from another address than the broadcaster's; yields its own."""
    body = await asyncio.to_thread((EXAMPLES / "listener.html").read_text)

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text=body, content_type="text/html")

    application = web.Application()
    application.router.add_get("/listener.html", page)
    async with on_loopback(application) as url:
        yield f"{url}/listener.html"


async def test_they_hear_and_read() -> None:
    async with demo() as link, asyncio.TaskGroup() as checks:
        checks.create_task(the_python_listener_hears_and_reads(link))
        checks.create_task(the_page_plays_and_shows_captions(link))


async def the_python_listener_hears_and_reads(link: str) -> None:
    command = [sys.executable, str(EXAMPLES / "listener.py"), link, "es"]
    async with started(command) as listener:
        await listener.line(r'^server: .*"codec": "opus"')
        await listener.line(r"^sound: 50, \d+\.\d s, \d+ bytes")
        await listener.line(r"^caption: \w+")
        assert not [line for line in listener.lines if "Traceback" in line]


async def the_page_plays_and_shows_captions(link: str) -> None:
    async with elsewhere() as page_url, chromium() as browser:
        page = await browser.new_page(reduced_motion="reduce")
        page.set_default_timeout(DEADLINE_MS)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        server = str(URL(link).origin())
        await page.goto(f"{page_url}?server={server}&event=demo&channel=es")
        await until(page, TELLS_STATE)
        await page.evaluate("document.querySelector('#sound').play()")
        await until(page, LISTENS)
        await until(page, READS)
        assert await page.inner_text("#title") == "Water for everyone (demo)"
        assert not errors


@pytest.mark.parametrize("name", ["listener.py", "listener.html", "receiver.py"])
def test_an_example_is_short(name: str) -> None:
    assert len((EXAMPLES / name).read_text().splitlines()) <= MOST_LINES
