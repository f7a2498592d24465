"""The pages of the desk that belong to conferences."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from playwright.async_api import Page

from broadcaster.web.access.credentials import COOKIE
from broadcaster.web.organizer import Organizer
from tests.support.browser import headless_shell
from tests.support.server import TOKEN, Server, running_server


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[tuple[Server, Page]]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(running_server(folder))
        browser = await stack.enter_async_context(headless_shell())
        context = await browser.new_context(
            locale="en-GB", viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
        )
        cookie = {"name": COOKIE, "value": Organizer(TOKEN).cookie(), "url": server.url}
        await context.add_cookies([cookie])  # type: ignore[list-item]
        yield server, await context.new_page()
