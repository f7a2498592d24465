"""A Redis whose disk or memory is full: it answers, passes live messages on, and stores nothing."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from broadcaster.bus.redis import refused
from broadcaster.bus.redis.bus import RedisBus
from broadcaster.bus.redis.connection import Timing
from broadcaster.errors import BusUnavailable
from tests.bus.helpers import collect, soon, until
from tests.support.redis_server import RedisServer
from tests.support.tasks import background_task

Fault = Callable[[RedisServer, Path], AbstractAsyncContextManager[None]]


async def ask(server: RedisServer, *words: str) -> bytes:
    return await asyncio.to_thread(server.command, *words)


@asynccontextmanager
async def full_disk(server: RedisServer, folder: Path) -> AsyncIterator[None]:
    """Its snapshot cannot be written, because a folder has its name."""
    await ask(server, "CONFIG", "SET", "save", '"3600 1"')
    obstacle = folder / "dump.rdb"
    obstacle.mkdir()
    await save(server, b"err")
    yield
    obstacle.rmdir()
    await save(server, b"ok")


async def save(server: RedisServer, result: bytes) -> None:
    """Save snapshots until one ends like this."""
    while b"rdb_last_bgsave_status:" + result not in await ask(server, "INFO", "persistence"):
        await ask(server, "BGSAVE")
        await asyncio.sleep(0.05)


async def pings(server: RedisServer) -> int:
    """How often the server was asked whether it is there."""
    info = await ask(server, "INFO", "commandstats")
    counts = re.search(rb"cmdstat_ping:calls=(\d+).*rejected_calls=(\d+)", info)
    return sum(map(int, counts.groups())) if counts else 0


@asynccontextmanager
async def full_memory(server: RedisServer, _folder: Path) -> AsyncIterator[None]:
    await ask(server, "CONFIG", "SET", "maxmemory", "1")
    yield
    await ask(server, "CONFIG", "SET", "maxmemory", "0")


full = pytest.mark.parametrize(
    ("fault", "hint"), [(full_disk, "Make space on the disk"), (full_memory, "more memory")]
)


@full
async def test_captions_reach_readers_and_are_stored_later(
    own_redis_server: RedisServer, tmp_path: Path, fault: Fault, hint: str
) -> None:
    seen: list[bytes] = []
    late: list[bytes] = []
    ids: list[str] = []
    async with RedisBus(own_redis_server.url) as writer, RedisBus(own_redis_server.url) as reader:
        async with (
            background_task(collect(reader.follow("s"), seen), "follow"),
            reader.subscribe("t") as live,
        ):
            ids.append(await soon(writer.append("s", b"before")))
            await until(lambda: seen == [b"before"])
            async with fault(own_redis_server, tmp_path):
                ids += [await soon(writer.append("s", b"full %d" % one)) for one in range(5)]
                await until(lambda: len(seen) == 6)
                writer.publish("t", b"sound")
                assert (await soon(anext(aiter(live)))).payload == b"sound"
                with pytest.raises(BusUnavailable) as caught:
                    await soon(writer.probe())
                assert hint in caught.value.hint
                assert not writer.store_status().ready
                assert writer.store_status().waiting == 5
                with pytest.raises(BusUnavailable):
                    await soon(writer.put("r", b"1"))
                async with background_task(collect(reader.follow("s"), late), "late"):
                    ids.append(await soon(writer.append("s", b"full 5")))
                    await until(lambda: len(late) == 7)
            await until(lambda: not writer.store_status().waiting)
            ids.append(await soon(writer.append("s", b"after")))
            await until(lambda: len(seen) == 8)
            await soon(writer.probe())
            assert writer.store_status().ready
        captions = [b"before", *(b"full %d" % number for number in range(6)), b"after"]
        assert seen == captions
        assert late == captions[:7]
        stored = await reader.read("s")
        assert [entry.payload for entry in stored] == captions
        assert [entry.id for entry in stored] == ids, "readers resume with the ids they have seen"


@full
async def test_live_messages_go_on_however_long_it_is_full(
    own_redis_server: RedisServer,
    tmp_path: Path,
    fault: Fault,
    hint: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    often = Timing(ping_s=0.05)
    async with RedisBus(own_redis_server.url, timing=often) as bus:
        async with bus.subscribe("before") as before, fault(own_redis_server, tmp_path):
            asked = await pings(own_redis_server)
            while await pings(own_redis_server) < asked + 5:
                await asyncio.sleep(0.02)
            bus.publish("before", b"sound")
            assert (await soon(anext(aiter(before)))).payload == b"sound"
            async with (
                RedisBus(own_redis_server.url, timing=often) as late,
                late.subscribe("while") as begun,
            ):
                bus.publish("while", b"sound")
                assert (await soon(anext(aiter(begun)))).payload == b"sound"
    assert not [line for line in caplog.messages if "cannot receive live messages" in line]


@full
async def test_a_lease_is_kept(
    own_redis_server: RedisServer, tmp_path: Path, fault: Fault, hint: str
) -> None:
    async with (
        RedisBus(own_redis_server.url) as bus,
        bus.lease("l", ttl_ms=600) as lease,
        background_task(lease.lost(), "lost") as lost,
    ):
        async with fault(own_redis_server, tmp_path):
            key = "broadcaster:0:lease:l"
            while await ask(own_redis_server, "GET", key) != b"$-1\r\n":
                await asyncio.sleep(0.05)  # the key expires, for nobody can renew it
            await asyncio.sleep(1)
            assert not lost.done()
        while await ask(own_redis_server, "GET", key) == b"$-1\r\n":
            await asyncio.sleep(0.05)
        assert not lost.done()
        await ask(own_redis_server, "SET", key, "somebody")
        await soon(lost)


async def test_a_lease_cannot_be_taken_from_a_full_redis(own_redis_server: RedisServer) -> None:
    taken = asyncio.Event()

    async def take() -> None:
        async with bus.lease("l", ttl_ms=600):
            taken.set()
            await asyncio.Event().wait()

    async with RedisBus(own_redis_server.url) as bus:
        async with full_memory(own_redis_server, Path()):
            async with background_task(take(), "take"):
                await asyncio.sleep(1)
                assert not taken.is_set()
        async with background_task(take(), "take"):
            await soon(taken.wait())


async def test_what_waits_is_bounded_and_counted(
    own_redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused, "MOST_WAITING", 3)
    async with RedisBus(own_redis_server.url) as bus:
        async with full_memory(own_redis_server, Path()):
            for number in range(10):
                await soon(bus.append("s", b"%d" % number))
            assert (bus.store_status().waiting, bus.store_status().lost) == (3, 7)
        await until(lambda: not bus.store_status().waiting)
        assert [entry.payload for entry in await bus.read("s")] == [b"7", b"8", b"9"]


async def test_an_entry_that_came_in_between_loses_nothing(own_redis_server: RedisServer) -> None:
    async with RedisBus(own_redis_server.url) as bus:
        async with full_memory(own_redis_server, Path()):
            await soon(bus.append("s", b"refused"))
            await ask(own_redis_server, "CONFIG", "SET", "maxmemory", "0")
            await ask(
                own_redis_server, "XADD", "broadcaster:0:stream:s", "9999999999999-0", "p", "x"
            )
        await until(lambda: not bus.store_status().waiting)
        payloads = {entry.payload for entry in await bus.read("s")}
        assert payloads == {b"x", b"refused"}


async def test_a_replica_is_named(own_redis_server: RedisServer) -> None:
    await ask(own_redis_server, "REPLICAOF", "127.0.0.1", "1")
    async with RedisBus(own_redis_server.url) as bus:
        with pytest.raises(BusUnavailable) as caught:
            await soon(bus.probe())
        assert "primary" in caught.value.hint
