"""The Redis bus alone: it survives its broker."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from broadcaster.bus.redis.bus import RedisBus
from broadcaster.bus.redis.connection import Timing
from broadcaster.bus.retained.messages import MAX_RETAINED
from broadcaster.errors import BusUnavailable
from broadcaster.model.ports import Message, Record, Retained, Subscription
from tests.bus.helpers import collect, soon, take, until
from tests.bus.proxy import Proxy
from tests.support.deadline import deadline
from tests.support.redis_server import RedisServer
from tests.support.tasks import background_task

HASTY = Timing(answer_s=0.3, deadline_s=1.0, ping_s=0.3, block_s=0.3, reread_s=0.3)


@pytest_asyncio.fixture
async def bus(own_redis_server: RedisServer) -> AsyncIterator[RedisBus]:
    async with RedisBus(own_redis_server.url) as entered:
        yield entered


@pytest_asyncio.fixture
async def proxy(redis_server: RedisServer) -> AsyncIterator[Proxy]:
    redis_server.command("FLUSHALL")
    async with Proxy(redis_server.port).listening() as listening:
        yield listening


async def publish_until_received(bus: RedisBus, topic: str, subscription: Subscription) -> None:
    """Live messages may be lost around an outage, so keep talking until one arrives."""
    mark = secrets.token_bytes(4)

    async def talk() -> None:
        while True:
            bus.publish(topic, mark)
            await asyncio.sleep(0.02)

    async with background_task(talk(), "talk"):
        while (await soon(anext(aiter(subscription)))) != Message(topic, mark):
            pass


async def test_streams_survive_a_crash_of_redis(
    bus: RedisBus, own_redis_server: RedisServer
) -> None:
    seen: list[bytes] = []
    stop = asyncio.Event()
    sent: list[bytes] = []

    async def write(name: bytes) -> None:
        number = 0
        while not stop.is_set():
            payload = b"%b%d" % (name, number)
            await bus.append("s", payload)
            sent.append(payload)
            number += 1

    async with background_task(collect(bus.follow("s"), seen), "follow"):
        async with deadline(), asyncio.TaskGroup() as writers:
            for name in (b"a", b"b", b"c"):
                writers.create_task(write(name))
            for _ in range(3):
                before = len(seen)
                await until(lambda before=before: len(seen) > before + 20)  # type: ignore[misc]
                await asyncio.to_thread(own_redis_server.restart)
            await until(lambda: len(seen) > before + 40)
            stop.set()
        await until(lambda: len(seen) >= len(sent))
        stored = [entry.payload for entry in await bus.read("s", limit=1_000_000)]
        assert sorted(stored) == sorted(sent)
        assert seen == stored


async def test_an_append_waits_for_redis(bus: RedisBus, own_redis_server: RedisServer) -> None:
    await asyncio.to_thread(own_redis_server.kill)
    async with background_task(bus.append("s", b"x"), "append") as appending:
        await asyncio.sleep(0.3)
        assert not appending.done()
        await asyncio.to_thread(own_redis_server.start)
        entry_id = await soon(appending)
    assert [entry.id for entry in await bus.read("s")] == [entry_id]


async def test_attempts_stuck_on_their_way_store_one_entry(own_redis_server: RedisServer) -> None:
    async with RedisBus(own_redis_server.url, timing=HASTY) as bus:
        own_redis_server.freeze()
        async with background_task(bus.append("s", b"x"), "append") as appending:
            await asyncio.sleep(1.5)
            assert not appending.done()
            own_redis_server.thaw()
            await soon(appending)
        await bus.append("s", b"y")
        assert [entry.payload for entry in await bus.read("s")] == [b"x", b"y"]


async def test_lost_replies_repeat_no_write(proxy: Proxy) -> None:
    async with RedisBus(f"redis://127.0.0.1:{proxy.port}") as bus:
        async with bus.subscribe("t"):
            pass  # the subscriber has had its replies
        for number in range(5):
            proxy.replies_to_lose = 2
            await soon(bus.append("s", b"%d" % number))
            proxy.replies_to_lose = 1
            assert await soon(bus.put("r", b"%d" % number, expected_version=number)) == number + 1
        assert [entry.payload for entry in await bus.read("s")] == [b"0", b"1", b"2", b"3", b"4"]


async def test_live_messages_resume_after_a_crash_of_redis(
    bus: RedisBus, own_redis_server: RedisServer
) -> None:
    async with bus.subscribe("a", "b") as both, bus.subscribe("b") as only_b:
        await publish_until_received(bus, "a", both)
        await asyncio.to_thread(own_redis_server.kill)
        for _ in range(10_000):
            bus.publish("a", b"lost")
        await asyncio.to_thread(own_redis_server.start)
        await publish_until_received(bus, "b", only_b)
        await publish_until_received(bus, "a", both)
    assert bus.dropped > 0


async def test_a_subscription_may_be_made_while_redis_is_away(
    bus: RedisBus, own_redis_server: RedisServer
) -> None:
    await asyncio.to_thread(own_redis_server.kill)

    async def receive() -> Message:
        async with bus.subscribe("t") as subscription:
            bus.publish("t", b"x")
            return await anext(aiter(subscription))

    async with background_task(receive(), "receive") as receiving:
        await asyncio.sleep(0.2)
        assert not receiving.done()
        await asyncio.to_thread(own_redis_server.start)
        assert await soon(receiving) == Message("t", b"x")


async def test_a_connection_open_on_one_side_only_is_noticed(proxy: Proxy) -> None:
    seen: list[bytes] = []
    async with (
        RedisBus(f"redis://127.0.0.1:{proxy.port}", timing=HASTY) as bus,
        bus.subscribe("t") as subscription,
        background_task(collect(bus.follow("s"), seen), "follow"),
    ):
        await bus.append("s", b"1")
        await until(lambda: seen == [b"1"])
        proxy.mute()
        await soon(bus.append("s", b"2"))
        await until(lambda: seen == [b"1", b"2"])
        await publish_until_received(bus, "t", subscription)


async def test_records_survive_a_crash_and_watchers_go_on(
    bus: RedisBus, own_redis_server: RedisServer
) -> None:
    await bus.put("r", b"1")
    seen: list[Record] = []

    async def watch() -> None:
        async for record in bus.watch("r"):
            seen.append(record)  # noqa: PERF401 - it never ends

    async with background_task(watch(), "watch"):
        await until(lambda: seen == [Record(b"1", 1)])
        await asyncio.to_thread(own_redis_server.restart)
        await bus.put("r", b"2")
        await until(lambda: seen == [Record(b"1", 1), Record(b"2", 2)])


async def test_a_write_without_announcement_is_seen_anyway(redis_server: RedisServer) -> None:
    redis_server.command("FLUSHALL")
    async with RedisBus(redis_server.url, timing=HASTY) as bus:
        await bus.put("r", b"1")
        async with background_task(take(bus.watch("r"), 2), "watch") as watching:
            await asyncio.sleep(0.1)
            redis_server.command("HSET", "broadcaster:0:record:r", "v", "2", "n", "2")
            assert await soon(watching) == [Record(b"1", 1), Record(b"2", 2)]


@pytest.mark.parametrize("outage", [RedisServer.kill, RedisServer.freeze])
async def test_a_lease_is_lost_when_redis_is_away_too_long(
    bus: RedisBus, own_redis_server: RedisServer, outage: Callable[[RedisServer], None]
) -> None:
    async with bus.lease("l", ttl_ms=500) as lease:
        await asyncio.to_thread(outage, own_redis_server)
        await soon(lease.lost())


async def test_a_lease_survives_a_short_crash(bus: RedisBus, own_redis_server: RedisServer) -> None:
    async with (
        bus.lease("l", ttl_ms=6_000) as lease,
        background_task(lease.lost(), "lost") as lost,
    ):
        await asyncio.to_thread(own_redis_server.restart)
        await asyncio.sleep(2.5)  # it is renewed every third of that time
        assert not lost.done()


async def test_a_lease_somebody_took_is_lost(bus: RedisBus, own_redis_server: RedisServer) -> None:
    async with bus.lease("l", ttl_ms=600) as lease:
        own_redis_server.command("SET", "broadcaster:0:lease:l", "somebody")
        await soon(lease.lost())
    assert b"somebody" in own_redis_server.command("GET", "broadcaster:0:lease:l")


async def test_the_lease_of_a_dead_holder_runs_out(redis_server: RedisServer) -> None:
    redis_server.command("FLUSHALL")
    redis_server.command("SET", "broadcaster:0:lease:l", "dead", "PX", "300")
    async with RedisBus(redis_server.url) as bus, deadline(), bus.lease("l"):
        pass


CALLS: list[Callable[[RedisBus], Awaitable[object]]] = [
    lambda bus: bus.probe(),
    lambda bus: bus.get("r"),
    lambda bus: bus.put("r", b""),
    lambda bus: bus.read("s"),
    lambda bus: bus.records(""),
]


@pytest.mark.parametrize("ask", CALLS)
async def test_what_is_asked_for_fails_clearly_when_redis_is_away(
    ask: Callable[[RedisBus], Awaitable[object]], caplog: pytest.LogCaptureFixture
) -> None:
    timing = replace(HASTY, deadline_s=0.3)
    async with RedisBus("redis://someone:s3cret@127.0.0.1:1/2", timing=timing) as bus:
        bus.publish("t", b"spoken words")
        with pytest.raises(BusUnavailable) as caught:
            await soon(ask(bus))
    assert "127.0.0.1:1" in caught.value.message
    assert caught.value.hint
    for text in (caught.value.message, caught.value.hint, caplog.text):
        assert "s3cret" not in text
        assert "spoken" not in text


async def test_a_silent_redis_fails_within_the_deadline(own_redis_server: RedisServer) -> None:
    async with RedisBus(own_redis_server.url, timing=HASTY) as bus:
        own_redis_server.freeze()
        with pytest.raises(BusUnavailable, match=r"127\.0\.0\.1"):
            await soon(bus.probe())


async def test_the_password_is_used_and_a_wrong_one_is_named_but_not_shown(tmp_path: Path) -> None:
    server = RedisServer(tmp_path, password="r1ght")
    await asyncio.to_thread(server.start)
    try:
        async with RedisBus(server.url) as bus:
            await bus.probe()
            async with bus.subscribe("t") as subscription:
                await publish_until_received(bus, "t", subscription)
        async with RedisBus(server.url.replace("r1ght", "wr0ng")) as bus:
            with pytest.raises(BusUnavailable, match=r"(?i)password") as caught:
                await bus.probe()
        assert "wr0ng" not in caught.value.message
    finally:
        await asyncio.to_thread(server.stop)


@pytest.mark.parametrize(
    "url", ["http://s3cret@host", "s3cret", "redis://:s3cret@host:port", "redis://host?s3cret=1"]
)
async def test_a_url_that_is_none_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(BusUnavailable) as caught:
        RedisBus(url)
    assert "s3cret" not in caught.value.message
    assert "redis://" in caught.value.hint


async def test_databases_do_not_hear_each_other(redis_server: RedisServer) -> None:
    async with (
        RedisBus(redis_server.url) as zero,
        RedisBus(redis_server.url.removesuffix("0") + "1") as one,
        zero.subscribe("t") as at_zero,
        one.subscribe("t") as at_one,
    ):
        one.publish("t", b"one")
        assert await take(aiter(at_one), 1) == [Message("t", b"one")]
        zero.publish("t", b"zero")
        assert await take(aiter(at_zero), 1) == [Message("t", b"zero")]


async def test_what_cannot_be_sent_is_dropped_and_counted(own_redis_server: RedisServer) -> None:
    async with RedisBus(own_redis_server.url, timing=HASTY) as bus:
        own_redis_server.freeze()
        for _ in range(20_000):
            bus.publish("t", bytes(960))
        await until(lambda: bus.dropped == 20_000)
        own_redis_server.thaw()


async def retained_positions(bus: RedisBus, last: int) -> list[int]:
    """The positions that are kept, once the last one is."""
    async with deadline():
        while not await bus.retained("t", last, 1):
            await asyncio.sleep(0.01)
    return [message.position for message in await bus.retained("t", 0, 1_000)]


async def test_what_is_retained_while_redis_is_away_is_handed_on(
    bus: RedisBus, own_redis_server: RedisServer
) -> None:
    for position in range(10):
        bus.retain("t", Retained(position, b"x"))
    await retained_positions(bus, 9)
    await asyncio.to_thread(own_redis_server.kill)
    for position in range(10, 60):
        bus.retain("t", Retained(position, b"x"))
    await asyncio.sleep(0.2)  # so that an attempt fails, too
    await asyncio.to_thread(own_redis_server.start)
    found = await retained_positions(bus, 59)
    assert found == list(range(60)), "a Redis that has forgotten them gets them again"


async def test_what_is_retained_for_too_long_is_lost_and_counted(
    bus: RedisBus, own_redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    bus.retain("t", Retained(0, b"x"))
    await retained_positions(bus, 0)
    await asyncio.to_thread(own_redis_server.kill)
    for position in range(1, MAX_RETAINED + 21):
        bus.retain("t", Retained(position, b"x"))
    await asyncio.to_thread(own_redis_server.start)
    found = await retained_positions(bus, MAX_RETAINED + 20)
    assert found == list(range(21, MAX_RETAINED + 21))
    await until(lambda: "messages not retained, Redis was down too long: 20" in caplog.text)


async def test_lost_replies_retain_nothing_twice(proxy: Proxy) -> None:
    async with RedisBus(f"redis://127.0.0.1:{proxy.port}", timing=HASTY) as bus:
        async with bus.subscribe("t"):
            pass  # the subscriber has had its replies
        for position in range(5):
            proxy.replies_to_lose = 1
            bus.retain("t", Retained(position, b"%d" % position))
            await until(lambda: proxy.replies_to_lose == 0)
        assert await retained_positions(bus, 4) == [0, 1, 2, 3, 4]


async def test_what_is_retained_does_not_grow_the_append_only_file(
    bus: RedisBus, own_redis_server: RedisServer, tmp_path: Path
) -> None:
    mark = secrets.token_bytes(16)
    bus.retain("t", Retained(0, mark))
    await retained_positions(bus, 0)
    await bus.append("s", b"a caption")
    stored = await asyncio.to_thread(
        lambda: b"".join(path.read_bytes() for path in tmp_path.rglob("*.aof"))
    )
    assert b"a caption" in stored
    assert mark not in stored
