"""A booth with a human interpreter: what a listener hears, and what a reader reads."""

import asyncio

import pytest

from broadcaster.booths.demand.orders import BoothOrders
from broadcaster.model.consoles.on_air import OnAir
from broadcaster.model.consoles.standby import Standby
from tests.booths.human.scripted import (
    AI_HZ,
    FLOOR_HZ,
    HUMAN_HZ,
    Stage,
    seconds,
    stage,
)
from tests.support.tasks import background_task
from tests.support.virtual_time import VirtualTimeBus

OFF_DBFS = -60.0
"""40 dB under a voice at -20 dBFS."""


def once_and_in_order(found: list[int]) -> bool:
    """Whether seconds are named once each, one after the other, with gaps perhaps."""
    return found == sorted(set(found))


async def check_captions(on_stage: Stage) -> tuple[list[int], list[int]]:
    """The seconds of the AI and of the human in the captions, each once and in order."""
    text = await on_stage.captions()
    ai, human = seconds(text, "A"), seconds(text, "H")
    assert once_and_in_order(ai), text
    assert once_and_in_order(human), text
    return ai, human


async def test_a_human_takes_the_channel_and_gives_it_back() -> None:
    async with VirtualTimeBus() as bus, stage(bus) as on_stage:
        async with background_task(on_stage.booth().run(), name="booth of the test"):
            await asyncio.sleep(10)
            on_stage.connected = True
            await on_stage.take()
            await asyncio.sleep(10)
            await on_stage.take(OnAir())
            on_stage.connected = False
            await asyncio.sleep(12)
        heard = on_stage.levels()
        ai, human = await check_captions(on_stage)
    assert heard.first_s(HUMAN_HZ, 10) < 11
    assert heard.most(AI_HZ, 11, 19.9) < OFF_DBFS
    assert heard.most(HUMAN_HZ, 3, 10) < OFF_DBFS
    assert heard.first_s(AI_HZ, 20) < 21.5
    assert heard.most(HUMAN_HZ, 21, 30) < OFF_DBFS
    assert heard.longest_hole_s(4, 31) < 1.5
    assert heard.most(FLOOR_HZ, 4, 31) < OFF_DBFS
    assert set(range(11, 20)) <= set(human), human
    assert set(range(3, 8)) <= set(ai), ai
    assert set(range(21, 29)) <= set(ai), ai
    assert not set(range(12, 18)) & set(ai), ai


@pytest.mark.parametrize("standby", Standby)
async def test_the_ai_takes_over_from_a_lost_connection_and_gives_the_channel_back(
    standby: Standby,
) -> None:
    async with VirtualTimeBus() as bus, stage(bus, standby) as on_stage:
        async with background_task(on_stage.booth().run(), name="booth of the test"):
            await asyncio.sleep(6)
            on_stage.connected = True
            await on_stage.take()
            await asyncio.sleep(10)
            on_stage.connected = False
            await asyncio.sleep(10)
            on_stage.connected = True
            await asyncio.sleep(10)
        heard = on_stage.levels()
        ai, human = await check_captions(on_stage)
    assert heard.longest_hole_s(4, 35) < 1.5
    assert heard.most(AI_HZ, 7, 16) < OFF_DBFS
    assert heard.first_s(AI_HZ, 16) < (17.5 if standby is Standby.WARM else 19)
    assert heard.first_s(HUMAN_HZ, 26) < 27.5
    assert heard.most(AI_HZ, 28, 35) < OFF_DBFS
    assert set(range(7, 15)) <= set(human), human
    assert set(range(19, 24)) <= set(ai), ai
    assert set(range(28, 34)) <= set(human), human
    if standby is Standby.COLD:
        assert on_stage.engines.opened == ["A", "H", "A", "H"]


async def test_nothing_is_written_twice_when_a_connection_comes_and_goes() -> None:
    async with VirtualTimeBus() as bus, stage(bus) as on_stage:
        await on_stage.take()
        async with background_task(on_stage.booth().run(), name="booth of the test"):
            for connected_s, lost_s in ((4.3, 0.7), (3.1, 0.6), (5.2, 1.9), (7.7, 0.8)):
                on_stage.connected = True
                await asyncio.sleep(connected_s)
                on_stage.connected = False
                await asyncio.sleep(lost_s)
            await asyncio.sleep(8)
        _, human = await check_captions(on_stage)
    assert len(human) >= 10


async def test_turns_are_written_although_the_transcriber_is_late() -> None:
    """Its session is given up before its last words come, and two more turns end before that."""
    async with VirtualTimeBus() as bus, stage(bus) as on_stage:
        await on_stage.take()
        async with background_task(on_stage.booth().run(), name="booth of the test"):
            on_stage.engines.writes_after_s = 12.0
            for connected_s, lost_s in ((12, 2), (4, 3), (5, 2)):
                on_stage.connected = True
                await asyncio.sleep(connected_s)
                on_stage.connected = False
                await asyncio.sleep(lost_s)
            on_stage.engines.writes_after_s = 0.6
            await asyncio.sleep(20)
        ai, human = await check_captions(on_stage)
    assert {*range(2, 11), 16, 17, 24, 25} <= set(human), human
    assert set(range(36, 44)) <= set(ai), ai
    assert on_stage.engines.opened.count("H") == 5, "three for the first turn"


async def test_the_ai_takes_over_from_a_silent_human() -> None:
    async with VirtualTimeBus() as bus, stage(bus, takeover_silence_s=5) as on_stage:
        on_stage.connected = True
        await on_stage.take()
        async with background_task(on_stage.booth().run(), name="booth of the test"):
            await asyncio.sleep(8)
            on_stage.speaks = False
            await asyncio.sleep(12)
            on_stage.speaks = True
            await asyncio.sleep(8)
        heard = on_stage.levels()
        await check_captions(on_stage)
    assert 12 < heard.first_s(AI_HZ, 8) < 16
    assert heard.first_s(HUMAN_HZ, 20) < 23
    assert heard.most(AI_HZ, 24, 27) < OFF_DBFS


async def test_a_booth_that_dies_goes_on_with_the_human_and_writes_nothing_twice() -> None:
    async with VirtualTimeBus() as bus, stage(bus) as on_stage:
        on_stage.connected = True
        await on_stage.take()
        first = on_stage.booth()
        async with background_task(first.run(), name="booth of the test"):
            await asyncio.sleep(12.3)
            first.abandon()
        await asyncio.sleep(3)
        async with background_task(on_stage.booth().run(), name="next booth of the test"):
            await asyncio.sleep(12)
        heard = on_stage.levels()
        ai, human = await check_captions(on_stage)
    assert set(range(2, 25)) <= set(human), human
    assert not set(range(5, 24)) & set(ai), ai
    assert heard.longest_hole_s(20, 26) < 1.5


async def test_at_the_spend_cap_the_human_is_heard_and_not_written_down() -> None:
    async with VirtualTimeBus() as bus, stage(bus) as on_stage:
        on_stage.connected = True
        await on_stage.take()
        orders = BoothOrders()
        async with background_task(on_stage.booth(orders).run(), name="booth of the test"):
            await asyncio.sleep(10)
            orders.suspend("the spend cap is reached")
            await asyncio.sleep(10)
            opened = list(on_stage.engines.opened)
            orders.suspend("")
            await asyncio.sleep(8)
        heard = on_stage.levels()
        _, human = await check_captions(on_stage)
    assert opened.count("H") == 1
    assert on_stage.engines.opened.count("H") == 2
    assert heard.longest_hole_s(4, 28) < 1.5
    assert heard.most(HUMAN_HZ, 12, 19) > OFF_DBFS
    assert set(range(3, 9)) <= set(human), human
    assert not set(range(12, 19)) & set(human), human
    assert set(range(22, 26)) <= set(human), human


async def test_a_turn_that_ends_at_the_spend_cap_is_not_written_afterwards() -> None:
    async with VirtualTimeBus() as bus, stage(bus) as on_stage:
        on_stage.connected = True
        await on_stage.take()
        orders = BoothOrders()
        async with background_task(on_stage.booth(orders).run(), name="booth of the test"):
            await asyncio.sleep(8)
            orders.suspend("the spend cap is reached")
            await asyncio.sleep(6)
            await on_stage.take(OnAir())
            on_stage.connected = False
            await asyncio.sleep(6)
            orders.suspend("")
            await asyncio.sleep(10)
        ai, human = await check_captions(on_stage)
    assert not [one for one in human if one > 9], human
    assert set(range(23, 27)) <= set(ai), ai
