"""A main input that is killed or silent, at a listener: `python -m tests.rack.backup_switch`.

A server, `broadcaster publish` for the main and the backup input, and two listeners, all real. Each
input is a tone, so the listener's sound tells which one is heard. The main publisher is killed by
`kill -9`, comes back, comes and goes, and falls silent. The exit code is 1 if the backup is heard
later than a second, if anything clicks, or if the sound changes back and forth.
"""

import argparse
import asyncio
import math
import platform
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import aiohttp
import numpy as np

from broadcaster.model.audio import CLOCK_HZ
from broadcaster.webrtc.clients.player import playing
from tests.commands.publishers import PublisherProcess, publisher, stage
from tests.rack.heard_tones import AMPLITUDE, SILENCE, Listener, Window, listening
from tests.support.browser import write_wav
from tests.support.deadline import deadline

MAIN, BACKUP = "main", "backup"
TONES = {MAIN: 500, BACKUP: 800}
LONGEST_S = 1.0
"""The backup must be heard within this time."""
LARGEST_STEP = 1.5
"""More is a click. It is a part of the largest step of the higher tone."""
TONE_STEP = 2 * AMPLITUDE * math.sin(math.pi * TONES[BACKUP] / CLOCK_HZ)
SPEAKS_S, SILENT_S = 16, 20
"""Of the input that falls silent: longer than it takes to be heard again, and to be silent."""
STAYS_S = 3.0
"""A main input that comes and goes stays for this long, less than it takes to be heard again."""
RETURNS = 3


def files(folder: Path) -> dict[str, Path]:
    """The sound of each input, and of a main input that falls silent."""
    at = np.arange(48_000 * SPEAKS_S)
    tones = {name: AMPLITUDE * np.sin(2 * math.pi * hz * at / 48_000) for name, hz in TONES.items()}
    tones[SILENCE] = np.concatenate((tones[MAIN], np.zeros(48_000 * SILENT_S)))
    paths = {name: folder / f"{name}.wav" for name in tones}
    for name, sound in tones.items():
        write_wav(paths[name], sound, 48_000)
    return paths


class Hall:
    """The server, the listeners, and what they heard."""

    def __init__(self, url: str, key: str, paths: dict[str, Path], listener: Listener) -> None:
        self.url = url
        self.key = key
        self.paths = paths
        self.listener = listener
        self.webrtc_s: list[float] = []
        self.wrong: list[str] = []

    def note_webrtc(self, *_: int) -> None:
        """A packet has come to the WebRTC listener."""
        self.webrtc_s.append(time.monotonic())

    @asynccontextmanager
    async def main_input(self, name: str = MAIN) -> AsyncIterator[PublisherProcess]:
        """A main publisher; it takes the place of the one that was killed."""
        loops = ("--loop",) if name == MAIN else ()
        words = (self.paths[name], f"{self.url}?takeover=1", "--key", self.key, *loops)
        async with publisher(*words) as process:
            await process.status(lambda s: bool(s["state"] == "on_floor"))
            yield process

    async def until_heard(self, source: str, first: int) -> Window:
        """Wait for a source in the listener's sound, from this window on."""
        async with deadline():
            while True:
                for window in self.listener.since(first):
                    if window.source == source:
                        return window
                await asyncio.sleep(0.02)

    def changes(self, first: int) -> list[str]:
        """The sources that were heard one after the other, from this window on."""
        heard = [one.source for one in self.listener.since(first) if one.source]
        return heard[:1] + [after for before, after in pairwise(heard) if after != before]

    def judge(self, first: int, *expected: str) -> str:
        """The sentence about the clicks and changes since a window."""
        step = max(one.step for one in self.listener.since(first)) / TONE_STEP
        changes = self.changes(first)
        if step > LARGEST_STEP:
            self.wrong.append(f"a step of {step:.2f}")
        if changes != list(expected):
            self.wrong.append(f"heard {changes} instead of {list(expected)}")
        return f"heard {' → '.join(changes)}, largest step {step:.2f} of the tone's"

    def waits(self, since_s: float) -> str:
        """The longest times between two packets since a moment, at both listeners."""
        longest = [
            1_000 * max(b - a for a, b in pairwise([since_s, *(t for t in times if t >= since_s)]))
            for times in (self.listener.came_s, self.webrtc_s)
        ]
        return "longest wait for a packet {:.0f} ms (WebSocket), {:.0f} ms (WebRTC)".format(
            *longest
        )


async def killed(hall: Hall, times: int) -> None:
    """Kill the main publisher, let it come back, and again."""
    for number in range(times):
        async with AsyncExitStack() as stack:
            first = len(hall.listener.windows)
            process = await stack.enter_async_context(hall.main_input())
            connected_s = time.monotonic()
            heard = await hall.until_heard(MAIN, first)
            await asyncio.sleep(2 + 0.37 * number)
            told = f"{hall.judge(first, BACKUP, MAIN)}; {hall.waits(connected_s)}"
            print(f"comes: main heard after {heard.came_s - connected_s:.1f} s; {told}")
            missing, first = hall.listener.missing_samples, len(hall.listener.windows)
            at_s = time.monotonic()
            process.process.process.kill()
            heard = await hall.until_heard(BACKUP, first)
            await asyncio.sleep(2)
            late_s = heard.came_s - at_s
            if late_s > LONGEST_S:
                hall.wrong.append(f"the backup was heard after {late_s:.2f} s")
            silent = sum(one.source == SILENCE for one in hall.listener.since(first))
            missing = hall.listener.missing_samples - missing
            print(
                f"killed: backup heard after {1_000 * late_s:.0f} ms; {hall.waits(at_s)}; "
                f"{hall.judge(first, MAIN, BACKUP)}; "
                f"in the sound {20 * silent} ms of silence, {missing} samples missing",
                flush=True,
            )


async def comes_and_goes(hall: Hall) -> None:
    """A main publisher that is killed before it has been fine for long."""
    first = len(hall.listener.windows)
    for _ in range(RETURNS):
        async with hall.main_input() as process:
            await asyncio.sleep(STAYS_S)
            process.process.process.kill()
    print(f"comes for {STAYS_S:.0f} s {RETURNS} times: {hall.judge(first, BACKUP)}", flush=True)


async def silent(hall: Hall) -> None:
    """A main publisher that falls silent, and is taken for it after the time that is set."""
    async with hall.main_input(SILENCE):
        first = len(hall.listener.windows)
        await hall.until_heard(MAIN, first)
        first = len(hall.listener.windows)
        began = await hall.until_heard(SILENCE, first)
        heard = await hall.until_heard(BACKUP, first)
        await asyncio.sleep(1)
    late_s = heard.came_s - began.came_s
    print(f"silent: backup heard after {late_s:.1f} s; {hall.judge(first, MAIN, SILENCE, BACKUP)}")


async def main(times: int) -> int:
    """Print what the listeners noticed."""
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = files(folder)
        async with AsyncExitStack() as stack:
            url, key, _ = await stack.enter_async_context(stage(folder / "data"))
            base = url.partition("/whip/")[0]
            backup = (paths[BACKUP], url, "--key", key, "--loop", "--backup")
            await stack.enter_async_context(publisher(*backup))
            heard = listening(f"{base.replace('http', 'ws', 1)}/e/talk/audio/floor", TONES)
            hall = Hall(url, key, paths, await stack.enter_async_context(heard))
            http = await stack.enter_async_context(aiohttp.ClientSession())
            webrtc = playing(http, f"{base}/whep/talk/floor", hall.note_webrtc, loopback=True)
            await stack.enter_async_context(webrtc)
            await hall.until_heard(BACKUP, 0)
            await killed(hall, times)
            await comes_and_goes(hall)
            await silent(hall)
    print("as it should be" if not hall.wrong else f"wrong: {'; '.join(hall.wrong)}")
    return int(bool(hall.wrong))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    sys.exit(asyncio.run(main(parser.parse_args().times)))
