"""A single process is told to stop: what it leaves on the disk, and what cannot hold it up."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import numpy as np
import pytest

from broadcaster.bus import RETAINED
from broadcaster.bus.retained.files import SUFFIX
from broadcaster.bus.retained.ring_file import read_left
from broadcaster.model import keys
from tests.commands.publishers import move, publisher, stage
from tests.support.deadline import deadline
from tests.support.processes import TOKEN, Process, broadcaster, started
from tests.support.sound_files import encoded


def left_in(folder: Path) -> dict[str, list[int]]:
    """Positions of the messages in the files of a data folder, by topic."""
    files = sorted((folder / RETAINED).glob(f"*{SUFFIX}"))
    found = [left for path in files if (left := read_left(path)) is not None]
    return {left.topic: [one.position for one in left.messages] for left in found}


async def left(folder: Path) -> dict[str, list[int]]:
    return await asyncio.to_thread(left_in, folder)


@asynccontextmanager
async def spoken(folder: Path, state: str = "live") -> AsyncIterator[tuple[str, Process]]:
    """A server with an event in which somebody has spoken, then brought into a state."""
    file = encoded(folder.with_suffix(".wav"), "pcm_s16le", np.full(48_000, 3_000, np.int16))
    async with stage(folder) as (whip, key, process):
        async with publisher(file, whip, "--key", key, "--loop"):
            async with deadline():
                while not await left(folder):
                    await asyncio.sleep(0.05)
            if state != "live":
                await move(whip, state)
            yield whip.partition("/whip/")[0], process


async def ended(process: Process, *numbers: signal.Signals) -> None:
    """Send signals, each once the one before has been seen, and wait for an end in order."""
    for number in numbers:
        with suppress(ProcessLookupError):
            process.process.send_signal(number)
        await process.line("Stopping")
    async with deadline():
        await process.process.wait()
    assert not [line for line in process.lines if "Traceback" in line]


@pytest.mark.parametrize("state", ["paused", "closed"])
async def test_no_sound_stays_on_the_disk_without_a_live_event(tmp_path: Path, state: str) -> None:
    folder = tmp_path / "data"
    async with spoken(folder, state) as (_, process):
        await ended(process, signal.SIGTERM)
    assert not await asyncio.to_thread((folder / RETAINED).exists)


@pytest.mark.parametrize(
    "numbers",
    [(signal.SIGTERM,), (signal.SIGINT, signal.SIGINT)],
    ids=["SIGTERM", "Ctrl-C twice"],
)
async def test_the_last_minute_of_a_live_event_stays_until_it_closes(
    tmp_path: Path, numbers: tuple[signal.Signals, ...]
) -> None:
    folder = tmp_path / "data"
    async with spoken(folder) as (_, process):
        await ended(process, *numbers)
    kept = await left(folder)
    assert list(kept) == [keys.floor_pcm("talk")]
    async with broadcaster(folder) as (url, _):
        assert await left(folder) == kept
        await move(url, "closed")
        async with deadline():
            while await left(folder):
                await asyncio.sleep(0.05)


async def test_a_signal_during_the_start_costs_nothing_that_was_left(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    async with spoken(folder) as (_, process):
        await ended(process, signal.SIGTERM)
    kept = await left(folder)
    async with started(_command(), _environment(folder)) as starting:
        await starting.line("Conference broadcaster")
        starting.process.terminate()
        async with deadline():
            assert await starting.process.wait() in {0, -signal.SIGTERM}
        assert not [line for line in starting.lines if "Traceback" in line]
    assert await left(folder) == kept


async def test_the_next_server_starts_while_this_one_stops(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    async with spoken(folder) as (_, process):
        process.process.terminate()
        async with broadcaster(folder):
            assert process.process.returncode == 0 or await process.process.wait() == 0
            assert await left(folder)


async def test_a_listener_that_reads_nothing_holds_nobody_up(tmp_path: Path) -> None:
    async with spoken(tmp_path / "data") as (url, process):
        host, _, port = url.removeprefix("http://").partition(":")
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            await asyncio.to_thread(deaf.connect, (host, int(port)))
            await asyncio.to_thread(deaf.sendall, b"GET /listen/talk/floor.mp3 HTTP/1.0\r\n\r\n")
            assert await asyncio.to_thread(deaf.recv, 12) == b"HTTP/1.0 200"
            await ended(process, signal.SIGTERM)
    assert process.process.returncode == 0


def _command() -> list[str]:
    return [sys.executable, "-m", "broadcaster", "serve"]


def _environment(folder: Path) -> Mapping[str, str]:
    return {
        "BROADCASTER_DATA_DIR": str(folder),
        "BROADCASTER_ADMIN_TOKEN": TOKEN,
        "BROADCASTER_PORT": "0",
    }
