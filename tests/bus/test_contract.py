"""The contract of a bus, run against each implementation."""

import asyncio
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from broadcaster.bus import open_bus
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.bus.redis.bus import RedisBus
from broadcaster.bus.retained.messages import MAX_RETAINED
from broadcaster.errors import VersionConflict
from broadcaster.model.ports import Bus, Entry, Message, Record, Retained
from tests.bus.helpers import collect, soon, take, until
from tests.support.deadline import deadline
from tests.support.redis_server import RedisServer
from tests.support.tasks import background_task


async def test_subscribers_get_their_topics_in_order(bus: Bus, other: Bus) -> None:
    async with bus.subscribe("a", "b") as both, bus.subscribe("b") as only_b:
        for number in range(100):
            other.publish("a", b"a%d" % number)
            other.publish("b", b"b%d" % number)
            other.publish("c", b"nobody wants this")
        received = await take(aiter(both), 200)
        b_messages = [Message("b", b"b%d" % number) for number in range(100)]
        assert [m for m in received if m.topic == "a"] == [
            Message("a", b"a%d" % number) for number in range(100)
        ]
        assert [m for m in received if m.topic == "b"] == b_messages
        assert await take(aiter(only_b), 100) == b_messages
        assert both.dropped == only_b.dropped == 0


async def test_a_slow_subscriber_loses_the_oldest_and_counts_them(bus: Bus) -> None:
    async with bus.subscribe("t", depth=3) as slow, bus.subscribe("t", depth=11) as reader:
        for number in range(10):
            bus.publish("t", b"%d" % number)
        await take(aiter(reader), 10)
        assert [m.payload for m in await take(aiter(slow), 3)] == [b"7", b"8", b"9"]
        assert slow.dropped == 7
        assert reader.dropped == 0


async def test_publishing_right_after_subscribing_is_delivered(bus: Bus, other: Bus) -> None:
    for number in range(50):
        async with bus.subscribe(f"t{number % 3}") as subscription:
            other.publish(f"t{number % 3}", b"%d" % number)
            [message] = await take(aiter(subscription), 1)
            assert message.payload == b"%d" % number


async def test_a_cancelled_wait_loses_no_message(bus: Bus) -> None:
    async with bus.subscribe("t") as subscription:
        async with background_task(take(aiter(subscription), 1), "waiting"):
            await asyncio.sleep(0)
        bus.publish("t", b"kept")
        assert [m.payload for m in await take(aiter(subscription), 1)] == [b"kept"]


async def test_binary_and_unicode_names_and_payloads(bus: Bus, other: Bus) -> None:
    payload = bytes(range(256)) * 40
    async with bus.subscribe("opus.événement.zh") as subscription:
        other.publish("opus.événement.zh", payload)
        assert await take(aiter(subscription), 1) == [Message("opus.événement.zh", payload)]
    await bus.append("élan", payload)
    assert [entry.payload for entry in await other.read("élan")] == [payload]
    await bus.put("événement", payload)
    assert await other.get("événement") == Record(payload, 1)
    assert await other.records("é") == ["événement"]


async def test_read_pages_through_a_stream(bus: Bus, other: Bus) -> None:
    ids = [await bus.append("s", b"%d" % number) for number in range(10)]
    await bus.append("another", b"x")
    assert all(re.fullmatch(r"[0-9]+-[0-9]+", entry_id) for entry_id in ids)
    entries = [Entry(entry_id, b"%d" % number) for number, entry_id in enumerate(ids)]
    assert await other.read("s") == entries
    assert await other.read("s", limit=4) == entries[:4]
    assert await other.read("s", ids[3], limit=4) == entries[4:8]
    assert await other.read("s", ids[-1]) == []
    assert await other.read("empty") == []


async def test_the_latest_entries_come_oldest_first(bus: Bus, other: Bus) -> None:
    ids = [await bus.append("s", b"%d" % number) for number in range(10)]
    entries = [Entry(entry_id, b"%d" % number) for number, entry_id in enumerate(ids)]
    assert await other.latest("s", 3) == entries[-3:]
    assert await other.latest("s", 100) == entries
    assert await other.latest("empty", 3) == []


async def until_retained(bus: Bus, topic: str, position: int) -> None:
    """Wait until the message at this position is kept."""
    async with deadline():
        while not await bus.retained(topic, position, 1):
            await asyncio.sleep(0.01)


async def test_what_is_retained_is_read_later_from_any_position(bus: Bus, other: Bus) -> None:
    kept = [Retained(4_800 * number, bytes([number, 0, 255])) for number in range(20)]
    for message in kept:
        bus.retain("t", message)
    await until_retained(other, "t", 19 * 4_800)
    assert await other.retained("t", 0) == kept
    assert await other.retained("t", 4_800 * 5, limit=3) == kept[5:8]
    assert await other.retained("t", 4_800 * 5 - 1, limit=1) == kept[5:6]
    assert await other.retained("t", 4_800 * 20) == []
    assert await other.retained("another", 0) == []


async def test_a_message_that_is_not_later_is_not_retained(bus: Bus, other: Bus) -> None:
    for position, payload in ((0, b"first"), (0, b"again"), (9, b"later"), (5, b"too late")):
        bus.retain("t", Retained(position, payload))
    bus.retain("t", Retained(10, b"last"))
    await until_retained(other, "t", 10)
    found = [message.payload for message in await other.retained("t", 0)]
    assert found == [b"first", b"later", b"last"]


async def test_the_newest_messages_are_retained(bus: Bus, other: Bus) -> None:
    for position in range(MAX_RETAINED + 50):
        bus.retain("t", Retained(position, b"x"))
        if position % 100 == 0:
            await until_retained(other, "t", position)
    await until_retained(other, "t", MAX_RETAINED + 49)
    found = await other.retained("t", 0, limit=1_000)
    assert [message.position for message in found] == list(range(50, MAX_RETAINED + 50))


@pytest.mark.parametrize("bad", ["0", "a-b", "1-2-3", "-", "1-1\n", "1" * 40 + "-0"])
async def test_what_is_not_an_id_is_refused(bus: Bus, bad: str) -> None:
    with pytest.raises(ValueError, match="stream id"):
        await bus.read("s", bad)


async def test_an_id_beyond_the_end_reads_nothing(bus: Bus) -> None:
    await bus.append("s", b"x")
    assert await bus.read("s", "9999999999999999999-9999999999999999999") == []


async def test_followers_see_past_and_present_once_each(bus: Bus, other: Bus) -> None:
    past = [await bus.append("s", b"past%d" % number) for number in range(20)]
    all_of_it: list[bytes] = []
    the_rest: list[bytes] = []

    async def write(writer: Bus, name: bytes) -> None:
        for number in range(100):
            await writer.append("s", b"%b%d" % (name, number))

    async with (
        background_task(collect(other.follow("s"), all_of_it), "follow all"),
        background_task(collect(bus.follow("s", past[9]), the_rest), "follow the rest"),
    ):
        async with asyncio.TaskGroup() as writers:
            for writer, name in ((bus, b"a"), (other, b"b"), (bus, b"c")):
                writers.create_task(write(writer, name))
        await until(lambda: len(all_of_it) >= 320 and len(the_rest) >= 310)
    stored = [entry.payload for entry in await bus.read("s")]
    assert len(stored) == 320
    assert all_of_it == stored
    assert the_rest == stored[10:]


async def test_a_follower_waits_for_a_stream_that_does_not_exist_yet(bus: Bus) -> None:
    seen: list[bytes] = []
    async with background_task(collect(bus.follow("later"), seen), "follow"):
        await asyncio.sleep(0.05)
        await bus.append("later", b"first")
        await until(lambda: seen == [b"first"])


async def test_a_follower_can_stop_early(bus: Bus) -> None:
    await bus.append("s", b"1")
    await bus.append("s", b"2")
    async for entry in bus.follow("s"):
        assert entry.payload == b"1"
        break
    assert len(await bus.read("s")) == 2


async def test_records_count_their_versions(bus: Bus, other: Bus) -> None:
    assert await bus.get("r") is None
    assert await bus.put("r", b"one") == 1
    assert await other.put("r", b"two") == 2
    assert await other.put("r", b"three", expected_version=2) == 3
    assert await bus.get("r") == Record(b"three", 3)


@pytest.mark.parametrize(("existing", "expected"), [(0, 1), (1, 0), (2, 1), (1, 2)])
async def test_a_record_of_another_version_is_not_overwritten(
    bus: Bus, existing: int, expected: int
) -> None:
    for _ in range(existing):
        await bus.put("r", b"old")
    with pytest.raises(VersionConflict):
        await bus.put("r", b"new", expected_version=expected)
    assert await bus.get("r") == (Record(b"old", existing) if existing else None)


async def test_one_of_many_writers_wins(bus: Bus, other: Bus) -> None:
    outcomes = await asyncio.gather(
        *(writer.put("r", b"mine", expected_version=0) for writer in (bus, other) * 5),
        return_exceptions=True,
    )
    assert [outcome for outcome in outcomes if not isinstance(outcome, VersionConflict)] == [1]


async def test_records_are_listed_by_prefix(bus: Bus, other: Bus) -> None:
    for name in ("event.b", "event.a", "events", "x", "event.%", "event.*"):
        await bus.put(name, b"")
    assert await other.records("event.") == ["event.%", "event.*", "event.a", "event.b"]
    assert await other.records("") == ["event.%", "event.*", "event.a", "event.b", "events", "x"]
    assert await other.records("nothing") == []


async def test_watching_starts_now_and_ends_with_the_latest(bus: Bus, other: Bus) -> None:
    await bus.put("r", b"0")
    seen: list[Record] = []

    async def watch() -> None:
        async for record in other.watch("r"):
            seen.append(record)  # noqa: PERF401 - it never ends

    async with background_task(watch(), "watch"):
        await until(lambda: seen == [Record(b"0", 1)])
        for number in range(20):
            await bus.put("r", b"%d" % number)
        await until(lambda: seen[-1] == Record(b"19", 21))
    versions = [record.version for record in seen]
    assert versions == sorted(set(versions))


async def test_watching_a_record_that_does_not_exist_yet(bus: Bus, other: Bus) -> None:
    async with background_task(take(other.watch("r"), 1), "watch") as watching:
        await asyncio.sleep(0.05)
        await bus.put("r", b"made")
        assert await soon(watching) == [Record(b"made", 1)]


async def test_watching_all_records_sees_old_and_new_ones(bus: Bus, other: Bus) -> None:
    await bus.put("event.a", b"0")
    await bus.put("spent.a", b"0")
    newest: dict[str, Record] = {}

    async def watch() -> None:
        async for name, record in other.watch_all("event."):
            newest[name] = record  # noqa: PERF403 - it never ends

    async with background_task(watch(), "watch"):
        await until(lambda: newest == {"event.a": Record(b"0", 1)})
        await bus.put("spent.b", b"1")
        await bus.put("event.é", b"1")
        await until(lambda: newest.get("event.é") == Record(b"1", 1))
        for number in range(20):
            await bus.put("event.a", b"%d" % number)
        await until(lambda: newest["event.a"] == Record(b"19", 21))
    assert set(newest) == {"event.a", "event.é"}


async def test_a_slow_watcher_of_all_records_misses_none(bus: Bus, other: Bus) -> None:
    await bus.put("r.0", b"")
    watching = other.watch_all("r.")
    assert await take(watching, 1) == [("r.0", Record(b"", 1))]
    names = [f"r.{number}" for number in range(1, 601)]
    for name in names:
        await bus.put(name, b"")
    seen = [name for name, _ in await take(watching, len(names))]
    assert sorted(seen) == sorted(names)


async def test_a_watcher_knows_when_it_has_seen_what_existed(bus: Bus, other: Bus) -> None:
    names = [f"r.{number}" for number in range(20)]
    for name in names:
        await bus.put(name, b"")
    caught_up = asyncio.Event()
    watching = other.watch_all("r.", caught_up)
    assert [name for name, _ in await take(watching, len(names))] == sorted(names)
    assert not caught_up.is_set()  # the last one is still being read
    async with background_task(take(watching, 1), "watch") as later:
        await soon(caught_up.wait())
        await bus.put("r.new", b"")
        assert await soon(later) == [("r.new", Record(b"", 1))]


async def test_a_watcher_of_nothing_has_caught_up(other: Bus) -> None:
    caught_up = asyncio.Event()
    async with background_task(take(other.watch_all("none.", caught_up), 1), "watch"):
        await soon(caught_up.wait())


async def test_a_lease_has_one_holder_at_a_time(bus: Bus, other: Bus) -> None:
    holders = 0
    turns = 0

    async def work(worker: Bus) -> None:
        nonlocal holders, turns
        for _ in range(3):
            async with worker.lease("l"):
                holders += 1
                assert holders == 1
                await asyncio.sleep(0.005)
                holders -= 1
                turns += 1

    async with deadline(), asyncio.TaskGroup() as workers:
        for worker in (bus, other, bus):
            workers.create_task(work(worker))
    assert turns == 9


async def test_leases_of_other_names_do_not_wait(bus: Bus, other: Bus) -> None:
    async with bus.lease("one"), deadline(), other.lease("two"):
        pass


async def hold(bus: Bus, acquired: asyncio.Event) -> None:
    async with bus.lease("l"):
        acquired.set()
        await asyncio.Event().wait()


async def test_a_cancelled_holder_hands_over_and_a_cancelled_waiter_does_not_block(
    bus: Bus, other: Bus
) -> None:
    first, second = asyncio.Event(), asyncio.Event()
    async with background_task(hold(bus, first), "first"):
        await soon(first.wait())
        async with background_task(hold(other, second), "second"):
            await asyncio.sleep(0.05)
        assert not second.is_set()
    async with deadline(), other.lease("l"):
        pass


async def test_a_held_lease_is_renewed(bus: Bus, other: Bus) -> None:
    acquired = asyncio.Event()
    async with (
        bus.lease("l", ttl_ms=1500) as lease,
        background_task(lease.lost(), "lost") as lost,
        background_task(hold(other, acquired), "other"),
    ):
        await asyncio.sleep(2)
        assert not lost.done()
        assert not acquired.is_set()


async def test_the_body_of_a_lease_may_fail(bus: Bus) -> None:
    with pytest.raises(KeyError):
        async with bus.lease("l"):
            raise KeyError
    async with deadline(), bus.lease("l"):
        pass


async def test_a_probe_tells_that_the_store_works(bus: Bus) -> None:
    await bus.probe()
    status = bus.store_status()
    assert status.ready
    assert (status.message, status.errors, status.waiting, status.lost) == ("", 0, 0, 0)


async def test_open_bus_chooses_by_the_url(tmp_path: Path, redis_server: RedisServer) -> None:
    async with (
        open_bus(None, tmp_path / "new") as embedded,
        open_bus(redis_server.url, tmp_path) as r,
    ):
        assert isinstance(embedded, EmbeddedBus)
        assert (tmp_path / "new" / "bus.sqlite3").exists()
        assert isinstance(r, RedisBus)
        await r.probe()


async def test_an_error_of_the_body_passes_unchanged(
    make_bus: Callable[[], AbstractAsyncContextManager[Bus]],
) -> None:
    with pytest.raises(KeyError):
        async with make_bus():
            raise KeyError


async def test_a_closed_bus_says_so(
    make_bus: Callable[[], AbstractAsyncContextManager[Bus]],
) -> None:
    async with make_bus() as bus:
        await bus.probe()
    with pytest.raises(RuntimeError, match="closed"):
        await bus.probe()


async def test_what_is_erased_is_gone_and_the_rest_stays(bus: Bus, other: Bus) -> None:
    await bus.put("event.talk", b"a")
    await bus.put("event.talk", b"b")
    await bus.put("event.talk-2", b"other")
    for stream in ("captions.talk.es", "captions.talk.fr", "captions.talk-2.es", "captions.talks"):
        await bus.append(stream, b"words")
    bus.retain("pcm.talk", Retained(1, b"sound"))
    bus.retain("pcm.talk-2", Retained(1, b"sound"))
    await until_retained(other, "pcm.talk", 1)
    await until_retained(other, "pcm.talk-2", 1)

    async def erase() -> None:
        await bus.erase(
            records=["event.talk", "none"], streams="captions.talk.", retained="pcm.talk"
        )

    await erase()
    assert await other.get("event.talk") is None
    assert await other.records("event.") == ["event.talk-2"]
    assert await other.read("captions.talk.es") == await other.latest("captions.talk.fr", 5) == []
    assert await other.retained("pcm.talk", 0) == []
    assert [entry.payload for entry in await other.read("captions.talk-2.es")] == [b"words"]
    assert [entry.payload for entry in await other.read("captions.talks")] == [b"words"]
    assert len(await other.retained("pcm.talk-2", 0)) == 1

    await erase()  # once more changes nothing
    assert await bus.put("event.talk", b"new", 0) == 1
    await bus.append("captions.talk.es", b"new")
    assert [entry.payload for entry in await other.read("captions.talk.es")] == [b"new"]
    bus.retain("pcm.talk", Retained(0, b"new"))
    await until_retained(other, "pcm.talk", 0)


async def test_a_name_that_reads_like_a_pattern_erases_only_itself(bus: Bus, other: Bus) -> None:
    for stream in ("captions.*.es", "captions.talk.es", "captions.[a].es", "captions.a.es"):
        await bus.append(stream, b"words")
    for prefix in ("captions.*.", "captions.[a]."):
        await bus.erase(records=[], streams=prefix, retained="none")
    assert await other.read("captions.*.es") == await other.read("captions.[a].es") == []
    assert len(await other.read("captions.talk.es")) == len(await other.read("captions.a.es")) == 1
