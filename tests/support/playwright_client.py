"""A client of the Playwright server that a `SharedChromium` runs.

`BrowserType.connect` starts a program of Node for each client, which only forwards its messages.
To start it takes longer than many a test. This client speaks to the server itself. It has not what
that program does on its own machine: traces, recorded answers, descriptions of devices.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from playwright._impl.browser import Browser as BrowserImplementation
from playwright._impl.connection import Connection
from playwright._impl.utils.tasks import wait_for_next_task
from playwright.async_api import Browser

_BROWSER = {"x-playwright-browser": "chromium"}


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Browser]:
    """The browser of a server; contexts that are left open are closed with this one.

    Args:
        address: of the server, `ws://…`.
    """
    connection = Connection(asyncio.get_running_loop())
    connection.mark_as_remote()
    outgoing = asyncio.Queue[dict[str, Any]]()
    connection.onmessage = outgoing.put_nowait
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(address, headers=_BROWSER, max_msg_size=0) as socket,
    ):
        passing = [
            asyncio.create_task(_receive(socket, connection), name="messages of Playwright"),
            asyncio.create_task(_send(socket, outgoing), name="messages to Playwright"),
        ]
        try:
            playwright = await connection.initialize_playwright()
            found = BrowserImplementation.from_(playwright._initializer["preLaunchedBrowser"])
            found._should_close_connection_on_close = True
            found._connect_to_browser_type(playwright.chromium, {}, None)
            connection.on("close", found._did_close)
            browser = Browser(found)
            yield browser
            for context in browser.contexts:
                await context.close()
        finally:
            connection.close()
            for task in passing:
                task.cancel()
            await asyncio.gather(*passing, return_exceptions=True)


async def _receive(socket: aiohttp.ClientWebSocketResponse, connection: Connection) -> None:
    try:
        async for message in socket:
            try:
                connection.dispatch(json.loads(message.data))
            except Exception as error:  # noqa: BLE001 - of a test's handler; its next call raises it
                connection._on_event_listener_error(error)
            await wait_for_next_task()
    finally:
        connection.close("the browser's server has ended")


async def _send(
    socket: aiohttp.ClientWebSocketResponse, outgoing: asyncio.Queue[dict[str, Any]]
) -> None:
    while True:
        await socket.send_str(json.dumps(await outgoing.get(), allow_nan=False))
