"""Real Chromium: pages that publish a file as their microphone, and pages that are listened to."""

import asyncio
import base64
import os
import signal
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from playwright.async_api import Browser, Page, async_playwright

from tests.support.playwright_client import connected
from tests.support.shared_chromium import SHARED
from tests.support.sound import Samples, resampled

FEATURES_LEFT_OUT = (
    # Pages of the address bar, which no test sees: each window loads them, for half a second.
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
    # A process for the next page, whether or not one is opened.
    "SpareRendererForSitePerProcess",
    # The list of Playwright, which this one replaces.
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints"),
    *("NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"),
)
FLAGS = [
    f"--disable-features={','.join(FEATURES_LEFT_OUT)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
EXECUTABLE = "/usr/bin/chromium"
SHELL = "/usr/bin/chromium-headless-shell"
"""Chromium's engine alone: no windows, no address bar, no profile."""
LEFT_OUT = ["--mute-audio"]
USUAL_TEXT_SIZE = "--blink-settings=defaultFontSize=16"
DEADLINE_MS = 45_000
Engine = Callable[..., AbstractAsyncContextManager[Browser]]
"""`chromium` or `headless_shell`."""
TAP = """
registerProcessor('tap', class extends AudioWorkletProcessor {
  #block = new Float32Array(1024); // 128 at a time are a message every 3 ms
  #length = 0;
  process([input]) {
    if (input[0]) this.#block.set(input[0], this.#length);
    this.#length += 128;
    if (this.#length === this.#block.length) {
      this.port.postMessage({end: currentFrame + 128, block: this.#block});
      this.#block = new Float32Array(this.#length);
      this.#length = 0;
    }
    return true;
  }
});
"""
_TAP = """
  const module = new Blob([source], {type: 'text/javascript'});
  await context.audioWorklet.addModule(URL.createObjectURL(module));
  const tap = new AudioWorkletNode(context, 'tap', {numberOfOutputs: 0});
  window.tapped = {context, blocks: [], first: null, soonest: Infinity};
  tap.port.onmessage = ({data}) => {
    const ended_ms = data.end / context.sampleRate * 1000;
    const seen_ms = performance.timeOrigin + performance.now();
    window.tapped.soonest = Math.min(window.tapped.soonest, seen_ms - ended_ms);
    window.tapped.first ??= data.end - data.block.length;
    window.tapped.blocks.push(data.block);
  };
"""
TAP_PLAYER = f"""async (source) => {{
  const {{context, output}} = window.broadcasterPlayer;
  {_TAP}
  output.connect(tap);
}}"""
TAP_ELEMENT = f"""async (source) => {{
  await window.tapped?.context.close();
  const context = new AudioContext();
  {_TAP}
  context.createMediaStreamSource(window.broadcasterPlayer.element.captureStream()).connect(tap);
}}"""
KEEP_MICROPHONE = """
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => (window.microphone = await open(wanted));
"""
TAP_MICROPHONE = f"""async (source) => {{
  const context = new AudioContext();
  {_TAP}
  context.createMediaStreamSource(window.microphone).connect(tap);
}}"""
TAP_READ = """() => {
  const {context, first, soonest} = window.tapped;
  const blocks = window.tapped.blocks.splice(0);
  const pcm = new Int16Array(blocks.reduce((sum, {length}) => sum + length, 0));
  window.tapped.first += pcm.length;
  let at = 0;
  for (const block of blocks) {
    for (const x of block) pcm[at++] = Math.max(-1, Math.min(1, x)) * 32767;
  }
  let text = '';
  const bytes = new Uint8Array(pcm.buffer);
  for (let i = 0; i < bytes.length; i += 32768) {
    text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  }
  const {contextTime, performanceTime} = context.getOutputTimestamp();
  const played_ms = performance.timeOrigin + performanceTime - contextTime * 1000;
  const start_ms = first / context.sampleRate * 1000;
  return {
    rate: context.sampleRate,
    pcm: btoa(text),
    seen_at_s: (soonest + start_ms) / 1000,
    played_at_s: (played_ms + start_ms) / 1000,
  };
}"""


@dataclass(frozen=True, slots=True)
class Tapped:
    """Samples that went through a page.

    Attributes:
        sound: at 24 kHz.
        seen_at_s: Unix time at which its first sample had come into the page.
        played_at_s: Unix time at which its first sample left the page's audio output.
    """

    sound: Samples
    seen_at_s: float
    played_at_s: float


async def tap_element(page: Page) -> None:
    """Record from now on what the browser's own player plays on an attendee page."""
    await page.evaluate(TAP_ELEMENT, TAP)


async def read_tap(page: Page) -> Tapped:
    """The recording of a tap since it was read before, or since it began."""
    return tapped(await page.evaluate(TAP_READ))


def tapped(raw: dict[str, Any]) -> Tapped:
    """The result of `TAP_READ`."""
    pcm = np.frombuffer(base64.b64decode(raw["pcm"]), "<i2").astype(np.float64)
    return Tapped(resampled(pcm, raw["rate"]), raw["seen_at_s"], raw["played_at_s"])


@asynccontextmanager
async def chromium(*flags: str) -> AsyncIterator[Browser]:
    """A headless browser without contexts; the tests of a process share it."""
    async with _shared(EXECUTABLE, flags) as browser:
        yield browser


@asynccontextmanager
async def headless_shell(*flags: str) -> AsyncIterator[Browser]:
    """The same engine for pages that are looked at, at less cost; the tests of a process share it.

    Pages that are heard, and what belongs to the browser around a page, such as its icon, need
    `chromium`.
    """
    async with _shared(SHELL, flags) as browser:
        yield browser


@asynccontextmanager
async def own_chromium(*flags: str, executable: str = EXECUTABLE) -> AsyncIterator[Browser]:
    """A headless browser that is started for this context."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable, args=[*FLAGS, *flags], ignore_default_args=LEFT_OUT
        )
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def _shared(executable: str, flags: tuple[str, ...]) -> AsyncIterator[Browser]:
    args = [*FLAGS, *(flag for flag in flags if flag != USUAL_TEXT_SIZE)]
    shared = SHARED.get({"executablePath": executable, "args": args, "ignoreDefaultArgs": LEFT_OUT})
    if shared is None:
        async with own_chromium(*flags, executable=executable) as browser:
            yield browser
        return
    async with connected(await shared.address()) as browser:
        yield browser


@asynccontextmanager
async def chromium_with_microphone(wav: Path) -> AsyncIterator[Browser]:
    """A headless browser whose microphone plays a file, again and again."""
    async with own_chromium(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={wav}",
    ) as browser:
        yield browser


def write_wav(path: Path, sound: Samples, rate_hz: int) -> None:
    """A 16-bit mono WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate_hz, 0, "NONE", ""))
        file.writeframes(sound.astype("<i2").tobytes())


class Attendee:
    """A page somebody listens and reads on."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda message: self.errors.append(message.text) if message.type == "error" else None,
        )
        page.set_default_timeout(DEADLINE_MS)

    @classmethod
    async def open(cls, browser: Browser, url: str, *, tapped: bool = True) -> "Attendee":
        """The attendee page at `url`, in a context of its own.

        Recording what is played needs a script of ours in the page, which its CSP forbids: a page
        that is not `tapped` runs under the real CSP. One that is `tapped` moves nothing, because
        to draw its animations takes as much of the machine as its sound.
        """
        motion: Literal["reduce", "no-preference"] = "reduce" if tapped else "no-preference"
        context = await browser.new_context(bypass_csp=tapped, reduced_motion=motion)
        attendee = cls(await context.new_page())
        await attendee.page.goto(url)
        return attendee

    async def listen(self) -> None:
        """Tap the button and wait until it plays."""
        await self.page.click("#listen")
        await until(self.page, "() => window.broadcasterPlayer?.state === 'playing'")

    async def record(self) -> None:
        """Record what is played from now on."""
        await self.page.evaluate(TAP_PLAYER, TAP)

    async def newly_heard(self) -> Samples:
        """Return the sound that was played since the last call, or `record`, at 24 kHz."""
        return (await read_tap(self.page)).sound

    async def choose(self, channel: str) -> None:
        """Tap another channel in the strip."""
        await self.page.click(f"label[data-channel='{channel}']")

    async def open_languages(self) -> None:
        """Open the sheet of languages."""
        await self.page.click("#languages-button")
        await self.page.wait_for_selector("#languages[open]")

    async def pick(self, channel: str, target: str = "") -> None:
        """Tap a channel in the sheet.

        Args:
            channel: its id, empty for none.
            target: `hear`, `read` or `second`, where there are several.
        """
        if target:
            await self.page.check(f"#languages [name='target'][value='{target}']")
        await self.page.click(f"#languages button[data-channel='{channel}']")

    async def captions(self) -> str:
        """All captions on the page, as one line."""
        text = await self.page.inner_text("#captions")
        return " ".join(text.split())

    async def wait_for_caption(self, text: str) -> None:
        """Wait until a caption contains `text`, whatever its line breaks."""
        await until(
            self.page,
            "text => document.querySelector('#captions').textContent"
            ".replace(/\\s+/g, '').includes(text.replace(/\\s+/g, ''))",
            text,
        )


@asynccontextmanager
async def stopped_pages(browser: Browser) -> AsyncIterator[None]:
    """Stop the processes of all pages of a browser, as a phone does out of sight.

    `Page.setWebLifecycleState` does nothing here: Playwright keeps every page in sight.
    """
    devtools = await browser.new_browser_cdp_session()
    processes = (await devtools.send("SystemInfo.getProcessInfo"))["processInfo"]
    stopped = [int(one["id"]) for one in processes if one["type"] == "renderer"]
    try:
        for process in stopped:
            os.kill(process, signal.SIGSTOP)
        yield
    finally:
        for process in stopped:
            os.kill(process, signal.SIGCONT)


async def until(page: Page, condition: str, argument: object = None) -> None:
    """Wait until a JavaScript function is true; the pages' CSP forbids Playwright's own way."""
    async with asyncio.timeout(DEADLINE_MS / 1000):
        while not await page.evaluate(condition, argument):
            await asyncio.sleep(0.1)
