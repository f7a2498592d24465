"""Plays a talk through third-party players and compares the result.

    python -m tests.players [--only firefox,webrtcbin] [--write]

Browsers run headless. Needs apt-get install chromium nodejs firefox-esr pulseaudio python3-gst-1.0
gir1.2-gst-plugins-bad-1.0 gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-nice.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median

import numpy as np
from playwright.async_api import Browser

from tests.benchmarks.tables import Table, write
from tests.edge.conftest import Edge, running_edge
from tests.edge.talk import SPANISH, is_heard, talking
from tests.support import browser, firefox
from tests.support.loopback import loopback_offered
from tests.support.sound import Samples, matches, resampled
from tests.support.whep_page import PLAY, REPORT, STOP, TESTS, whep_page

DOCUMENT = TESTS.parent / "docs" / "players.md"
MODULES = TESTS / "webrtc" / "wrtc" / "node_modules"
SETTLE_S = 8
"""A player speeds up and slows down before its buffer has its length."""
LISTEN_S = 6
DEADLINE_S = 60
LIBRARIES = {"whip_whep": "whip-whep", "eyevinn": "@eyevinn/webrtc-player"}
TRANSPORTS = {"ws": "WebSocket", "whep": "WHEP", "http": "MP3 over HTTP"}


@dataclass(frozen=True, slots=True)
class Heard:
    """The sound that one player heard.

    Attributes:
        player: which, with its version.
        place: where it ran.
        way: how the sound came.
        sound: at 24 kHz, settled.
        answers: what the endpoint answered, where the player tells.
    """

    player: str
    place: str
    way: str
    sound: Samples
    answers: str = ""

    @property
    def plays(self) -> bool:
        """Whether it is the talk."""
        return is_heard(self.sound, SPANISH)

    def row(self) -> tuple[str, ...]:
        """Return the cells of the table's row."""
        found = [match.r for match in matches(self.sound, SPANISH)]
        level_db = 20 * np.log10(np.std(self.sound) / np.std(SPANISH)) if found else -np.inf
        likeness = f"{median(found):.2f}" if found else "none"
        return (
            *(self.player, self.place, self.way, "yes" if self.plays else "**no**"),
            *(likeness, f"{level_db:+.1f}", self.answers),
        )


async def in_chromium(edge: Edge) -> AsyncIterator[Heard]:
    """Libraries in a page, then the attendee page."""
    async with browser.chromium("--allow-loopback-in-peer-connection") as app, whep_page() as url:
        place = f"Chromium {app.version}"
        for name, package in LIBRARIES.items():
            async with talking(edge):
                page = await app.new_page()
                await page.goto(url)
                whep = f"{edge.url}/whep/talk/es"
                await page.evaluate(f"(args) => ({PLAY})(...args)", [name, whep])
                await asyncio.sleep(SETTLE_S)
                await page.evaluate(browser.TAP_PLAYER, browser.TAP)
                await asyncio.sleep(LISTEN_S)
                sound = (await browser.read_tap(page)).sound
                report = await page.evaluate(REPORT)
                await page.evaluate(STOP)
                await page.close()
            yield Heard(of_npm(package), place, "WHEP", sound, answers(report))
        for transport, way in TRANSPORTS.items():
            async with talking(edge):
                sound = await _chromium_attends(app, edge, transport)
            yield Heard("attendee page", place, way, sound)


async def _chromium_attends(app: Browser, edge: Edge, transport: str) -> Samples:
    url = f"{edge.url}/e/talk?lang=es&transport={transport}"
    attendee = await browser.Attendee.open(app, url)
    await attendee.listen()
    await asyncio.sleep(SETTLE_S)
    if transport == "http":
        await browser.tap_element(attendee.page)
    else:
        await attendee.record()
    await asyncio.sleep(LISTEN_S)
    sound = await attendee.newly_heard()
    await attendee.page.context.close()
    return sound


async def in_firefox(edge: Edge) -> AsyncIterator[Heard]:
    """The same in Firefox."""
    async with firefox.firefox() as (tab, version), whep_page() as url:
        place = f"Firefox {version}"
        for name, package in LIBRARIES.items():
            async with talking(edge):
                await tab.goto(url)
                await tab.evaluate(PLAY, name, f"{edge.url}/whep/talk/es")
                sound = await _firefox_hears(tab)
                report = await tab.evaluate(REPORT)
                await tab.evaluate(STOP)
            yield Heard(of_npm(package), place, "WHEP", sound, answers(report))
        for transport, way in TRANSPORTS.items():
            async with talking(edge):
                await tab.goto(f"{edge.url}/e/talk?lang=es&transport={transport}")
                await tab.until("() => window.broadcasterPlayer")
                await tab.evaluate("() => document.querySelector('#listen').click()")
                await tab.until("() => window.broadcasterPlayer.state === 'playing'")
                sound = await _firefox_hears(tab)
            yield Heard("attendee page", place, way, sound)


async def _firefox_hears(tab: firefox.Tab) -> Samples:
    await asyncio.sleep(SETTLE_S)
    await tab.evaluate(firefox.TAP)
    await asyncio.sleep(LISTEN_S)
    return browser.tapped(await tab.evaluate(browser.TAP_READ)).sound


async def in_node(edge: Edge) -> AsyncIterator[Heard]:
    """libwebrtc without a browser, with the WHEP author's client."""
    words = ("node", str(TESTS / "webrtc" / "wrtc" / "wrtc_player.mjs"))
    async with talking(edge):
        output, sound = await listened(edge, *words)
    rate_hz = int(output.split()[0])
    player = f"{of_npm('@roamhq/wrtc')}, {of_npm('whip-whep')}"
    yield Heard(player, "Node", "WHEP", resampled(sound, rate_hz)[SETTLE_S * 24_000 :])


async def in_webrtcbin(edge: Edge) -> AsyncIterator[Heard]:
    """GStreamer, under the Python that Debian's bindings are for."""
    words = ("/usr/bin/python3", str(TESTS / "players" / "webrtcbin.py"))
    async with talking(edge):
        output, sound = await listened(edge, *words)
    report = json.loads(output)
    sound = resampled(sound, 48_000)[SETTLE_S * 24_000 :]
    yield Heard(f"webrtcbin, {report['version']}", "Python", "WHEP", sound, report["answers"])


PLAYERS = {
    "chromium": in_chromium,
    "firefox": in_firefox,
    "node": in_node,
    "webrtcbin": in_webrtcbin,
}


async def listened(edge: Edge, *words: str) -> tuple[str, Samples]:
    """Run a program that writes what it hears; what it said and heard."""
    with tempfile.NamedTemporaryFile(suffix=".s16le") as file:
        process = await asyncio.create_subprocess_exec(
            *(*words, f"{edge.url}/whep/talk/es", str(SETTLE_S + LISTEN_S), file.name),
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(DEADLINE_S):
                output, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        return output.decode(), np.frombuffer(file.read(), "<i2").astype(np.float64)


def of_npm(package: str) -> str:
    """A package and its version."""
    about = json.loads((MODULES / package / "package.json").read_text())
    return f"`{about['name']}` {about['version']}"


def answers(report: dict[str, list[str]]) -> str:
    """The answers of the endpoint, each once."""
    return ", ".join(dict.fromkeys(report["statuses"]))


@asynccontextmanager
async def on_loopback() -> AsyncIterator[Edge]:
    """An edge that players on this machine reach."""
    with loopback_offered():
        async with running_edge() as edge:
            yield edge


async def listen(only: Sequence[str]) -> list[Heard]:
    """Let the players listen, one after the other."""
    found = []
    async with on_loopback() as edge:
        for name in only:
            async for heard in PLAYERS[name](edge):
                print(*heard.row(), sep=" · ", flush=True)
                found.append(heard)
    return found


def main(words: Sequence[str]) -> None:
    """Print the table; exit with an error when somebody heard nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(PLAYERS), help="names, with commas between")
    parser.add_argument("--write", action="store_true", help="put it into docs/players.md")
    given = parser.parse_args(words)
    found = asyncio.run(listen(given.only.split(",")))
    columns = ("player", "in", "over", "plays", "likeness r", "level dB", "answers")
    rows = tuple(heard.row() for heard in found)
    table = Table("players", "Players that work", "make players", columns, rows)
    if given.write:
        write(table, DOCUMENT)
    else:
        print("\n" + table.markdown())
    if silent := [f"{heard.player} in {heard.place}" for heard in found if not heard.plays]:
        sys.exit(f"They do not play the talk: {', '.join(silent)}")


if __name__ == "__main__":
    main(sys.argv[1:])
