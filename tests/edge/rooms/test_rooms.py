"""A room that closes leaves nothing behind."""

import asyncio
import gc
import weakref

import pytest

from broadcaster.edge.rooms import event_room
from broadcaster.model import keys
from broadcaster.model.counts import EdgeCounts
from broadcaster.model.status import BoothState, BoothStatus, status_to_json
from tests.edge.captions import reading
from tests.edge.conftest import EVENT, Edge
from tests.edge.waiting import until
from tests.support.deadline import deadline

COUNTED = EdgeCounts(skipped_frames=3, stalled_listeners=2, cut_readers=1)


async def with_totals(edge: Edge) -> None:
    """Let a reader come and go, and count something."""
    await edge.caption(1, "Hola")
    async with reading(edge) as reader:
        await reader.caption()
    room = await edge.rooms.open("talk")
    slow = room.audio("es").slow
    slow.skipped_frames += 3
    slow.stalled += 2
    room.captions("es").cut_readers += 1


def totals(counts: EdgeCounts) -> tuple[int, int, int]:
    return counts.skipped_frames, counts.stalled_listeners, counts.cut_readers


async def check_forgotten(edge: Edge) -> None:
    """Check that the room closes while its totals stay."""

    def gone() -> bool:
        assert totals(edge.rooms.counts()) == totals(COUNTED)
        return not edge.rooms._rooms

    await until(gone)
    assert edge.rooms.counts() == COUNTED


async def test_a_room_that_closes_leaves_its_totals_and_nothing_else(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_totals(edge)
    room = weakref.ref(edge.rooms._rooms["talk"])
    with monkeypatch.context() as patch:
        patch.setattr(event_room, "ROOM_LINGER_S", 0.0)
        await check_forgotten(edge)
    gc.collect()
    assert room() is None
    async with reading(edge) as reader:
        assert (await reader.caption())[1]["text"] == "Hola"
        counts = edge.rooms.counts()
    assert counts.readers == {("talk", "es"): 1}
    assert totals(counts) == totals(COUNTED)


async def test_a_room_that_fails_leaves_its_totals_and_nothing_else(edge: Edge) -> None:
    await with_totals(edge)
    await edge.bus.put(keys.event_record("talk"), b"no event")
    await check_forgotten(edge)
    await edge.put(EVENT)
    async with reading(edge) as reader:
        assert (await reader.caption())[1]["text"] == "Hola"


async def test_a_room_that_is_replaced_while_it_ends_counts_once(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_totals(edge)
    ending, may_end = await edge.rooms.open("talk"), asyncio.Event()

    async def end_late() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await may_end.wait()

    ending._start(end_late, "a part that takes its time")
    with monkeypatch.context() as patch:
        patch.setattr(event_room, "ROOM_LINGER_S", 0.0)
        await until(lambda: ending.ended)
    room = await edge.rooms.open("talk")
    assert room is not ending
    assert edge.rooms.counts() == COUNTED
    may_end.set()
    await until(lambda: not ending._parts)
    await asyncio.sleep(0.1)  # time for what the room does after its parts have ended
    assert await edge.rooms.open("talk") is room
    assert edge.rooms.counts() == COUNTED


async def test_readers_are_told_on_which_channels_a_human_is_heard(edge: Edge) -> None:
    room = await edge.rooms.open("talk")
    for on_air, humans in (("human", ("es",)), ("ai", ())):
        status = BoothStatus("es", BoothState.IDLE, on_air=on_air)
        async with deadline():
            while room.humans() != humans:
                edge.bus.publish(keys.status("talk"), status_to_json(status))
                await asyncio.sleep(0.02)
        state = room.state("es")
        assert state.get("humans", ()) == humans
        assert state["channel"] == ("live" if humans else "idle")
