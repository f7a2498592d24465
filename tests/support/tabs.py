"""Real Chromium with tabs that can be hidden and frozen. Playwright keeps every page in sight.

A page in sight is not frozen: `Page.setWebLifecycleState` then does nothing and reports no error.
"""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.browser import FLAGS, TAP, TAP_PLAYER, TAP_READ, tapped
from tests.support.deadline import deadline
from tests.support.sound import Samples

BLANK = "about:blank"


@dataclass
class DevTools:
    """The browser's debugging protocol; one command at a time."""

    socket: aiohttp.ClientWebSocketResponse
    sent: int = 0

    async def send(self, method: str, session: str | None = None, **parameters: Any) -> Any:
        """The result of a command."""
        self.sent = number = self.sent + 1
        command = {"id": number, "method": method, "params": parameters}
        await self.socket.send_json(command | ({"sessionId": session} if session else {}))
        async with deadline():
            while True:
                answer = await self.socket.receive_json()
                if answer.get("id") == number:
                    assert "error" not in answer, answer
                    return answer["result"]


@dataclass
class Tab:
    """A page, and an empty tab in front of which it can be hidden."""

    devtools: DevTools
    target: str
    session: str
    other: str

    async def evaluate(self, function: str, *arguments: object) -> Any:
        """Call a JavaScript function in the page, as if a person had caused it."""
        given = ", ".join(map(json.dumps, arguments))
        answer = await self.devtools.send(
            "Runtime.evaluate",
            self.session,
            expression=f"({function})({given})",
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def until(self, condition: str, *arguments: object) -> None:
        """Wait until a JavaScript function is true."""
        async with deadline():
            while not await self.evaluate(condition, *arguments):
                await asyncio.sleep(0.05)

    async def show(self) -> None:
        """Bring the page in sight."""
        await self.devtools.send("Target.activateTarget", targetId=self.target)
        await self.until("() => document.visibilityState === 'visible'")

    async def hide(self) -> None:
        """Bring the other tab in sight."""
        await self.devtools.send("Target.activateTarget", targetId=self.other)
        await self.until("() => document.visibilityState === 'hidden'")

    async def freeze(self) -> None:
        """Hide the page and stop its timers, its workers and its connections from being read."""
        await self.hide()
        await self._become("frozen")

    async def thaw(self) -> None:
        """Let a frozen page run, and bring it in sight."""
        await self._become("active")
        await self.show()

    async def record(self) -> None:
        """Record from now on what an attendee page plays."""
        await self.evaluate(TAP_PLAYER, TAP)

    async def newly_heard(self) -> Samples:
        """The sound since the last call, or since `record`, at 24 kHz."""
        return tapped(await self.evaluate(TAP_READ)).sound

    async def _become(self, state: str) -> None:
        await self.devtools.send("Page.setWebLifecycleState", self.session, state=state)


@asynccontextmanager
async def tab_at(url: str) -> AsyncIterator[Tab]:
    """A page in a browser of its own, without the policy that forbids scripts of tests."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        flags = (f"--user-data-dir={folder}", "--headless=new", "--remote-debugging-port=0")
        browser = await asyncio.create_subprocess_exec(
            "/usr/bin/chromium", *FLAGS, *flags, BLANK, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            address = await _address(Path(folder) / "DevToolsActivePort")
            async with (
                aiohttp.ClientSession() as http,
                http.ws_connect(address, max_msg_size=0) as socket,
            ):
                yield await _opened(DevTools(socket), url)
        finally:
            browser.terminate()
            await browser.wait()


async def _address(file: Path) -> str:
    """The address of the debugging protocol, once the browser has written it."""
    async with deadline():
        while not (text := await asyncio.to_thread(_text_of, file)).count("\n"):
            await asyncio.sleep(0.05)
    port, path = text.split()
    return f"ws://127.0.0.1:{port}{path}"


def _text_of(file: Path) -> str:
    return file.read_text() if file.exists() else ""


async def _opened(devtools: DevTools, url: str) -> Tab:
    other = (await devtools.send("Target.createTarget", url=BLANK))["targetId"]
    target = (await devtools.send("Target.createTarget", url=BLANK))["targetId"]
    attached = await devtools.send("Target.attachToTarget", targetId=target, flatten=True)
    tab = Tab(devtools, target, attached["sessionId"], other)
    await devtools.send("Page.enable", tab.session)
    await devtools.send("Page.setBypassCSP", tab.session, enabled=True)
    await devtools.send("Page.navigate", tab.session, url=url)
    await tab.show()
    return tab
