"""Faults at the start: a server that must not serve says why, and what to do."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bus.databases import damage_page_in_the_middle, make_database
from tests.commands.stores import run
from tests.support.processes import broadcaster


@dataclass(frozen=True, slots=True)
class Refusal:
    """One fault.

    Attributes:
        what: the fault in words.
        make: makes it in a data folder; returns what the server printed, and what it must contain.
    """

    what: str
    make: Callable[[Path], Awaitable[tuple[str, str]]]


async def damaged(folder: Path) -> tuple[str, str]:
    """The database has a damaged page."""
    database = folder / "bus.sqlite3"
    await asyncio.to_thread(make_database, database)
    await asyncio.to_thread(damage_page_in_the_middle, database)
    return await _refused(folder), f"the database {database} is damaged"


async def second_server(folder: Path) -> tuple[str, str]:
    """Another server uses the folder."""
    async with broadcaster(folder) as (_, first):
        said = await _refused(folder)
        return said, f"another server (pid {first.process.pid}) uses the data folder {folder}"


async def _refused(folder: Path) -> str:
    """Start a server that must end by itself; returns its sentence."""
    ended = await asyncio.to_thread(run, folder, "serve")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    return " ".join(ended.stderr.split())


REFUSALS = (
    Refusal("store damaged at the start", damaged),
    Refusal("two servers on a folder", second_server),
)


async def refused(refusal: Refusal, folder: Path) -> tuple[str, bool]:
    """The first sentence that the server printed, with a short name of the folder.

    Returns:
        The sentence, and whether it names the fault.
    """
    said, wanted = await refusal.make(folder)
    sentence = said.rpartition("Error: ")[2].replace(str(folder), "data")
    return sentence, wanted in said
