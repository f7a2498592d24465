"""The faults: each stops a process, Redis or the store while the talk is spoken."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bus.databases import damage_header
from tests.chaos.machines.disks import SmallDisk, locked
from tests.chaos.machines.site import SENTENCES, Site, four_roles, one_process
from tests.commands.publishers import move


def middle_of(sentence: int) -> int:
    """The time of the talk at which half of a sentence was said."""
    return (SENTENCES[sentence].start_ms + SENTENCES[sentence].end_ms) // 2


IN_SPEECH_MS = middle_of(2)
IN_PAUSE_MS = SENTENCES[2].end_ms + 150
LONG_S = 10.0
THREE_STARTS_S = 5.0
PAUSED_AFTER = 3
"""Sentences of the talk that ends with a pause."""
DATABASE = "bus.sqlite3"

SiteOf = Callable[..., AbstractAsyncContextManager[Site]]
Fault = Callable[[Site], Awaitable[None]]


def killed(role: str, at_ms: int = IN_SPEECH_MS) -> Fault:
    """The first process of a role is killed; of those with booths, the one with the most."""

    async def fault(site: Site) -> None:
        await site.floor_at(at_ms)
        await (site.busiest() if role == "booths" else site.servers[role][0]).kill()

    return fault


def terminated(role: str) -> Fault:
    """The same by SIGTERM."""

    async def fault(site: Site) -> None:
        await site.floor_at(IN_SPEECH_MS)
        await (site.busiest() if role == "booths" else site.servers[role][0]).terminate()

    return fault


async def killed_in_a_rotation(site: Site) -> None:
    await site.booth_is("rotating")
    await site.busiest().kill()


async def terminated_in_a_rotation(site: Site) -> None:
    await site.booth_is("rotating")
    await site.busiest().terminate()


async def terminated_twice(site: Site) -> None:
    await site.floor_at(IN_SPEECH_MS)
    await site.servers["desk"][0].terminate_twice()


async def replaced(site: Site) -> None:
    await site.floor_at(IN_SPEECH_MS)
    await site.servers["desk"][0].replace()


async def terminated_again_and_again(site: Site) -> None:
    """Each process ends as soon as it serves, before its interpreters have begun."""
    await site.floor_at(IN_SPEECH_MS)
    for _ in range(3):
        await site.servers["desk"][0].terminate()


async def terminated_after_a_pause(site: Site) -> None:
    """The organizer pauses after the last sentence, and the process ends at once."""
    await site.floor_at(SENTENCES[PAUSED_AFTER - 1].end_ms)
    desk = site.servers["desk"][0]
    await move(desk.url, "paused")
    await desk.terminate()


async def joined(site: Site) -> None:
    """A process with booths leaves and comes back; the booths are spread again."""
    await terminated("booths")(site)
    await site.spread(1, 2)


def one_after_the_other(*faults: Fault) -> Fault:
    """Several faults in one talk."""

    async def fault(site: Site) -> None:
        for one in faults:
            await one(site)

    return fault


def redis_down(outage_s: float) -> Fault:
    """Redis is killed, and started again later."""

    async def fault(site: Site) -> None:
        assert site.redis is not None
        await site.floor_at(IN_SPEECH_MS)
        await asyncio.to_thread(site.redis.kill)
        await asyncio.sleep(outage_s)
        await asyncio.to_thread(site.redis.start)

    return fault


async def redis_stands_still(site: Site) -> None:
    assert site.redis is not None
    await site.floor_at(IN_SPEECH_MS)
    site.redis.freeze()
    await asyncio.sleep(LONG_S)
    site.redis.thaw()


async def store_locked(site: Site) -> None:
    await site.floor_at(IN_SPEECH_MS)
    lock = locked(site.servers["desk"][0].folder / DATABASE)
    await asyncio.to_thread(lock.__enter__)
    try:
        await asyncio.sleep(LONG_S)
    finally:
        await asyncio.to_thread(lock.__exit__, None, None, None)


async def store_damaged(site: Site) -> None:
    await site.floor_at(IN_SPEECH_MS)
    await asyncio.to_thread(damage_header, site.servers["desk"][0].folder / DATABASE)


def small_disk(site_of: SiteOf, name: str) -> SiteOf:
    """The site with a small disk for one of its folders."""

    @asynccontextmanager
    async def with_disk(folder: Path, sentences: int, *options: str) -> AsyncIterator[Site]:
        disk = SmallDisk(folder / name)
        there = disk.there()
        await asyncio.to_thread(there.__enter__)
        try:
            async with site_of(folder, sentences, *options) as site:
                site.disk = disk
                yield site
        finally:
            await asyncio.to_thread(there.__exit__, None, None, None)

    return with_disk


async def disk_full(site: Site) -> None:
    """The disk of the store is full for a while."""
    assert site.disk is not None
    await site.floor_at(IN_SPEECH_MS)
    pid = site.redis.pid if site.redis is not None else site.servers["desk"][0].pid
    await asyncio.to_thread(site.disk.fill, pid)
    await asyncio.sleep(LONG_S)
    await asyncio.to_thread(site.disk.free, pid)


@dataclass(frozen=True, slots=True)
class MachineFault:
    """One fault.

    Attributes:
        what: the fault in words.
        make: makes it, while the talk is spoken.
        site_of: the processes.
        outage_s: how long the cause of the fault lasts, after which sound must be back.
        allowed_s: speech that may be lost.
        options: of the rehearsal server.
        sentences: of the talk.
    """

    what: str
    make: Fault
    site_of: SiteOf = four_roles
    outage_s: float = 0.0
    allowed_s: float = 0.0
    options: tuple[str, ...] = ()
    sentences: int = 6


_DISK = small_disk(one_process, "data")
_REDIS_DISK = small_disk(four_roles, "redis")
FAULTS = (
    MachineFault("floor process, kill -9", killed("floor")),
    MachineFault("floor process, SIGTERM", terminated("floor")),
    MachineFault("booths process, kill -9 in speech", killed("booths")),
    MachineFault("booths process, kill -9 in a pause", killed("booths", IN_PAUSE_MS)),
    MachineFault(
        "booths process, kill -9 in a rotation",
        killed_in_a_rotation,
        options=("--expires-s", "35"),
        sentences=8,
    ),
    MachineFault("booths process, SIGTERM, then it joins again", joined),
    MachineFault("edge process, kill -9", killed("edge")),
    MachineFault("edge process, SIGTERM", terminated("edge")),
    MachineFault("desk process, kill -9", killed("desk")),
    MachineFault("desk process, SIGTERM", terminated("desk")),
    MachineFault("Redis is down for 1 s", redis_down(1.0), outage_s=1.0),
    MachineFault("Redis is down for 10 s", redis_down(LONG_S), outage_s=LONG_S),
    MachineFault("Redis stands still for 10 s", redis_stands_still, outage_s=LONG_S),
    MachineFault("disk of Redis full for 10 s", disk_full, _REDIS_DISK),
    MachineFault("one process, no Redis: kill -9", killed("desk"), one_process, allowed_s=3.0),
    MachineFault("one process, no Redis: SIGTERM", terminated("desk"), one_process),
    MachineFault(
        "one process, no Redis: SIGTERM in a rotation",
        terminated_in_a_rotation,
        one_process,
        options=("--expires-s", "35"),
        sentences=8,
    ),
    MachineFault("one process, no Redis: Ctrl-C twice", terminated_twice, one_process),
    MachineFault("one process, no Redis: the next starts while it stops", replaced, one_process),
    MachineFault(
        "one process, no Redis: SIGTERM three times in a row",
        terminated_again_and_again,
        one_process,
        outage_s=THREE_STARTS_S,
    ),
    MachineFault(
        "one process, no Redis: paused, then SIGTERM",
        terminated_after_a_pause,
        one_process,
        sentences=PAUSED_AFTER,
    ),
    MachineFault("one process, disk full for 10 s", disk_full, _DISK),
    MachineFault("one process, store locked for 10 s", store_locked, one_process),
    MachineFault("one process, store damaged while it runs", store_damaged, one_process),
)


KILLED = one_after_the_other(
    killed("floor"), killed("edge", middle_of(4)), killed("booths", middle_of(7))
)
A_PROCESS_OF_EACH_ROLE = MachineFault(
    "a process of each role that listeners hear, kill -9", KILLED, sentences=10
)
"""Three rows of the table in one talk, which takes half the time."""


async def run_fault(fault: MachineFault, folder: Path) -> Site:
    """Speak, make the fault, wait for what comes of it; the site has what came out."""
    async with fault.site_of(folder, fault.sentences, *fault.options) as site:
        await fault.make(site)
        await site.complete()
        await site.compare_with_store()
    return site


async def run_fault_in_new_folder(fault: MachineFault) -> Site:
    """The same with a folder of its own, which is removed."""
    with tempfile.TemporaryDirectory(prefix="broadcaster-machines-") as folder:
        return await run_fault(fault, Path(folder))
