"""Real Firefox, told what to do over its own WebDriver BiDi (https://www.w3.org/TR/webdriver-bidi/)."""

import asyncio
import base64
import itertools
import json
import os
import re
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.deadline import deadline

PREFERENCES = {
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    "media.peerconnection.ice.loopback": True,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "app.update.auto": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}
TAP = """() => {
  let {context, output, element} = window.broadcasterPlayer;
  if (element) {
    context = new AudioContext();
    output = context.createMediaStreamSource(element.mozCaptureStream());
  }
  const tap = context.createScriptProcessor(4096, 1, 1);
  const blocks = [];
  tap.onaudioprocess = ({inputBuffer}) => {
    const samples = inputBuffer.getChannelData(0);
    for (let i = 0; i < samples.length; i += 128) blocks.push(samples.slice(i, i + 128));
  };
  window.tapped = {context, blocks, first: 0, soonest: 0};
  output.connect(tap).connect(context.destination);
}"""
"""Records a page like `browser.TAP_PLAYER`, without a script that the page's CSP would forbid."""

KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004"}
"""The codes of keys that make no character (https://www.w3.org/TR/webdriver2/#keyboard-actions)."""

_LISTENING = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")


class Tab:
    """A tab in a window of its own."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._context = ""
        self._size: tuple[int, int] | None = None

    async def open(self) -> str:
        """Start the session; returns the browser's version."""
        session = await self._command("session.new", capabilities={})
        # The first window of a headless browser never becomes the active one, and no page in it
        # shows what has the focus.
        first = await self._command("browsingContext.getTree")
        window = await self._command("browsingContext.create", type="window")
        self._context = window["context"]
        for other in first["contexts"]:
            await self._command("browsingContext.close", context=other["context"])
        return str(session["capabilities"]["browserVersion"])

    async def renew(self) -> None:
        """Take the place of this tab with an empty one, which has the browser's focus.

        The Tab key leads from the last control of a page to the browser's own, and no command
        leads back.
        """
        old = self._context
        tab = await self._command("browsingContext.create", type="tab")
        self._context = tab["context"]
        await self._command("browsingContext.close", context=old)
        if self._size is not None:
            await self.resize(*self._size)

    async def goto(self, url: str) -> None:
        """Load a page."""
        await self._command(
            "browsingContext.navigate", context=self._context, url=url, wait="complete"
        )

    async def evaluate(self, function: str, *arguments: object) -> Any:
        """Call a JavaScript function as if the user had tapped; its value crosses as JSON.

        Raises:
            RuntimeError: it threw.
        """
        call = f"async () => JSON.stringify(await ({function})(...{json.dumps(arguments)})) ?? null"
        answer = await self._command(
            "script.callFunction",
            functionDeclaration=call,
            awaitPromise=True,
            userActivation=True,
            target={"context": self._context},
        )
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        text = answer["result"].get("value")
        return None if text is None else json.loads(text)

    async def until(self, condition: str) -> None:
        """Wait until a JavaScript function is true."""
        async with deadline():
            while not await self.evaluate(f"() => !!({condition})()"):
                await asyncio.sleep(0.05)

    async def run(self, script: str) -> None:
        """Run a script that the page's CSP does not see."""
        target = {"context": self._context}
        await self._command("script.evaluate", expression=script, awaitPromise=False, target=target)

    async def press(self, key: str) -> None:
        """Press and release a key, one of `KEYS`."""
        actions = [{"type": kind, "value": KEYS[key]} for kind in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        await self._command("input.performActions", context=self._context, actions=[source])

    async def resize(self, width: int, height: int) -> None:
        """Give the page another size, in CSS pixels."""
        self._size = width, height
        viewport = {"width": width, "height": height}
        await self._command("browsingContext.setViewport", context=self._context, viewport=viewport)

    async def picture(self) -> bytes:
        """A picture of what is in sight, as PNG."""
        answer = await self._command("browsingContext.captureScreenshot", context=self._context)
        return base64.b64decode(answer["data"])

    async def _command(self, method: str, **params: object) -> Any:
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        async with deadline():
            while (message := await self._socket.receive_json()).get("id") != number:
                pass
        if "error" in message:
            raise RuntimeError(f"{method}: {message['message']}")
        return message["result"]


@asynccontextmanager
async def sound_card(folder: Path) -> AsyncIterator[str]:
    """A sound output that nobody hears, kept by a PulseAudio of our own; yields its address.

    Firefox does not start an AudioContext on a machine without a sound output.
    """
    address = folder / "pulse"
    process = await asyncio.create_subprocess_exec(
        *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"),
        *("-L", "module-null-sink"),
        *("-L", f"module-native-protocol-unix socket={address} auth-anonymous=1"),
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with deadline():
            while not await asyncio.to_thread(address.exists):
                await asyncio.sleep(0.05)
        yield f"unix:{address}"
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def firefox(
    preferences: Mapping[str, bool | int | str] | None = None,
) -> AsyncIterator[tuple[Tab, str]]:
    """A headless browser with a profile of its own; yields its tab and its version.

    Args:
        preferences: more than `PREFERENCES`, as in `about:config`.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="firefox-")))
        card = await stack.enter_async_context(sound_card(folder))
        profile = folder / "profile"
        await asyncio.to_thread(_make_profile, profile, {**PREFERENCES, **(preferences or {})})
        address = await stack.enter_async_context(_started(profile, card))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        socket = http.ws_connect(f"{address}/session", max_msg_size=0)
        tab = Tab(await stack.enter_async_context(socket))
        yield tab, await tab.open()


def _make_profile(profile: Path, preferences: Mapping[str, bool | int | str]) -> None:
    profile.mkdir()
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in preferences.items()]
    (profile / "user.js").write_text("".join(lines))


@asynccontextmanager
async def _started(profile: Path, card: str) -> AsyncIterator[str]:
    """A running browser; yields the address of its WebDriver BiDi."""
    process = await asyncio.create_subprocess_exec(
        *("firefox-esr", "--headless", "--no-remote", "--profile", str(profile)),
        *("--remote-debugging-port", "0"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PULSE_SERVER": card},
    )
    assert process.stderr is not None
    try:
        async with deadline():
            while (found := _LISTENING.search(await process.stderr.readline())) is None:
                if process.stderr.at_eof():
                    raise RuntimeError("Firefox does not start")
        reading = asyncio.create_task(process.stderr.read(), name="firefox's log")
        yield found[1].decode()
        reading.cancel()
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
