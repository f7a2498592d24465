"""Announcements that a channel speaks: in a pause, once, and never over anybody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from broadcaster.booths.announcements.reading import AnnouncementReader, NotRead
from broadcaster.booths.demand.orders import BoothOrders
from broadcaster.model.announcements import announcement_keys
from broadcaster.model.announcements.announcement import Announcement, AnnouncementBook
from broadcaster.model.announcements.speech import SPEAK_WITHIN_S, ChannelSpeech, SpeechReason
from broadcaster.model.consoles.on_air import OnAir
from broadcaster.model.event import Notice
from tests.booths.announcements.reading_aloud import read_aloud
from tests.booths.human.scripted import (
    AI_HZ,
    ANNOUNCEMENT_HZ,
    FLOOR_HZ,
    HUMAN_HZ,
    Levels,
    Stage,
    seconds,
    stage,
)
from tests.support.tasks import background_task
from tests.support.virtual_time import BEGIN_MS, LoopClock, VirtualTimeBus

LUNCH, BUS = "La comida es ya", "El bus sale"


@dataclass
class Reading:
    """The provider: what it was asked to read, and why it does not."""

    asked: list[str]
    fails: SpeechReason = SpeechReason.NONE

    async def read(self, text: str) -> bytes:
        """See `AnnouncementReader`."""
        self.asked.append(text)
        if self.fails:
            raise NotRead(self.fails)
        await asyncio.sleep(0.5)
        return read_aloud(text)


@dataclass
class Announced:
    """A channel that can speak announcements."""

    on_stage: Stage
    reading: Reading
    entries: list[Announcement]

    async def announce(self, text: str = LUNCH, **changes: Any) -> None:
        """Make an announcement with a Spanish text."""
        now_ms = LoopClock().now_ms()
        made = Announcement(
            id=f"a{len(self.entries)}",
            version=1,
            words=Notice("An announcement", {"es": text}),
            language="en",
            urgent=False,
            by="",
            made_at_ms=now_ms,
            expires_at_ms=now_ms + 600_000,
            speak_since_ms=now_ms,
        )
        self.entries.append(replace(made, **changes))
        await self.write()

    async def change(self, **changes: Any) -> None:
        """Change the newest announcement."""
        self.entries[-1] = replace(self.entries[-1], **changes)
        await self.write()

    async def write(self) -> None:
        book = AnnouncementBook(tuple(self.entries))
        await self.on_stage.bus.put(announcement_keys.announcements_record("talk"), book.to_json())

    async def reports(self) -> list[tuple[str, str]]:
        """State and reason of each announcement."""
        record = await self.on_stage.bus.get(announcement_keys.speech_record("talk", "es"))
        assert record is not None
        speech = ChannelSpeech.from_json(record.value)
        return [(one.state, one.reason) for one in speech.reports.values()]

    def levels(self) -> Levels:
        """The sound that was heard, after a check that no two voices were heard at once."""
        levels = self.on_stage.levels()
        announced = levels.heard(ANNOUNCEMENT_HZ)
        for hz in (AI_HZ, HUMAN_HZ, FLOOR_HZ):
            # The window in which one voice ends may be that in which the other begins.
            together = announced & levels.heard(hz)
            assert not (together[1:] & together[:-1]).any(), hz
        return levels

    def spoken_s(self) -> float:
        """For how long announcements were heard."""
        return float(np.count_nonzero(self.levels().heard(ANNOUNCEMENT_HZ))) / 20


@asynccontextmanager
async def announced() -> AsyncIterator[Announced]:
    reading = Reading([])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AnnouncementReader, "read", lambda _reader, text: reading.read(text))
        async with VirtualTimeBus() as bus, stage(bus) as on_stage:
            yield Announced(on_stage, reading, [])


def running(channel: Announced, orders: BoothOrders | None = None) -> Any:
    return background_task(channel.on_stage.booth(orders).run(), name="booth of the test")


async def test_it_is_spoken_when_the_interpreter_has_nothing_to_say() -> None:
    async with announced() as channel:
        async with running(channel):
            await asyncio.sleep(5)
            await channel.announce()
            await asyncio.sleep(5)
            assert await channel.reports() == [("waiting", "")]
            channel.on_stage.floor_speaks = False
            channel.on_stage.engines.ai_speaks = False
            await asyncio.sleep(8)
            assert await channel.reports() == [("spoken", "")]
            channel.on_stage.engines.ai_speaks = True
            await asyncio.sleep(5)
        assert 3.8 < channel.spoken_s() < 4.3
        assert 11 < channel.levels().first_s(ANNOUNCEMENT_HZ, 0) < 13.5
        text = await channel.on_stage.captions()
        assert "comida" not in text
        assert seconds(text, "A")


async def test_after_a_while_the_end_of_a_phrase_is_enough_and_no_word_is_lost() -> None:
    async with announced() as channel:
        async with running(channel):
            await asyncio.sleep(5)
            await channel.announce()
            await channel.announce(BUS)
            await asyncio.sleep(75)
            assert await channel.reports() == [("spoken", ""), ("spoken", "")]
        assert 6.8 < channel.spoken_s() < 7.5
        assert 20 < channel.levels().first_s(ANNOUNCEMENT_HZ, 0) < 23
        assert channel.reading.asked == [LUNCH, BUS]
        said = seconds(await channel.on_stage.captions(), "A")
        assert said == list(range(said[0], said[-1] + 1))


async def test_an_urgent_one_comes_first_and_one_taken_back_in_time_never() -> None:
    async with announced() as channel:
        async with running(channel):
            await asyncio.sleep(5)
            await channel.announce()
            await asyncio.sleep(3)
            await channel.announce("Salgan", urgent=True)
            await channel.announce(BUS)
            await asyncio.sleep(3)
            await channel.change(withdrawn=True)
            await asyncio.sleep(40)
            assert channel.reading.asked == [LUNCH, "Salgan"]
            assert BUS not in channel.reading.asked
            await channel.change(withdrawn=False, speak_since_ms=LoopClock().now_ms())
            await asyncio.sleep(30)
        assert channel.reading.asked[2:] == [BUS]
        assert 7.8 < channel.spoken_s() < 8.7


async def test_a_corrected_one_is_spoken_once_more() -> None:
    async with announced() as channel:
        channel.on_stage.floor_speaks = channel.on_stage.engines.ai_speaks = False
        async with running(channel):
            await asyncio.sleep(5)
            await channel.announce()
            await asyncio.sleep(10)
            await channel.change(version=2, words=Notice("", {"es": BUS}))
            await asyncio.sleep(10)
            await channel.write()
            await asyncio.sleep(10)
        assert channel.reading.asked == [LUNCH, BUS]


async def test_it_is_not_spoken_over_a_human() -> None:
    async with announced() as channel:
        channel.on_stage.connected = True
        await channel.on_stage.take()
        async with running(channel):
            await asyncio.sleep(5)
            await channel.announce(expires_at_ms=LoopClock().now_ms() + 10_000)
            await asyncio.sleep(5)
            assert await channel.reports() == [("waiting", "human_on_air")]
            await channel.announce(BUS)
            await asyncio.sleep(8)
            assert (await channel.reports())[0] == ("unspoken", "human_on_air")
            assert channel.spoken_s() == 0
            await channel.on_stage.take(OnAir())
            await asyncio.sleep(25)
            assert (await channel.reports())[1] == ("spoken", "")
        assert 2.8 < channel.spoken_s() < 3.3


async def test_a_human_who_takes_the_channel_cuts_it_off() -> None:
    async with announced() as channel:
        channel.on_stage.floor_speaks = channel.on_stage.engines.ai_speaks = False
        async with running(channel):
            await asyncio.sleep(5)
            await channel.announce("uno dos tres cuatro cinco seis siete ocho")
            await asyncio.sleep(5)
            channel.on_stage.connected = True
            await channel.on_stage.take()
            await asyncio.sleep(10)
            assert await channel.reports() == [("unspoken", "interrupted")]
        assert 1 < channel.spoken_s() < 6


async def test_the_next_booth_says_what_was_not_said_and_nothing_twice() -> None:
    async with announced() as channel:
        first = channel.on_stage.booth()
        async with background_task(first.run(), name="booth of the test"):
            await asyncio.sleep(5)
            await channel.announce()
            await asyncio.sleep(22)
            assert await channel.reports() == [("spoken", "")]
            await channel.announce(BUS)
            await asyncio.sleep(2)
            first.abandon()
        async with running(channel):
            await asyncio.sleep(40)
            assert await channel.reports() == [("spoken", ""), ("spoken", "")]
        assert 6.8 < channel.spoken_s() < 7.5


async def test_what_a_dead_booth_had_begun_is_not_said_again() -> None:
    async with announced() as channel:
        channel.on_stage.floor_speaks = channel.on_stage.engines.ai_speaks = False
        first = channel.on_stage.booth()
        async with background_task(first.run(), name="booth of the test"):
            await asyncio.sleep(5)
            await channel.announce("uno dos tres cuatro cinco seis siete ocho")
            await asyncio.sleep(5)
            assert await channel.reports() == [("speaking", "")]
            first.abandon()
        async with running(channel):
            await asyncio.sleep(20)
            assert await channel.reports() == [("unspoken", "interrupted")]
        assert len(channel.reading.asked) == 1


async def test_a_booth_that_leaves_says_it_to_the_end() -> None:
    async with announced() as channel:
        channel.on_stage.floor_speaks = channel.on_stage.engines.ai_speaks = False
        orders = BoothOrders()
        async with running(channel, orders) as booth:
            await asyncio.sleep(5)
            await channel.announce("uno dos tres cuatro cinco seis siete ocho")
            await asyncio.sleep(4)
            orders.leave()
            await asyncio.wait_for(booth, 60)
        assert await channel.reports() == [("spoken", "")]


async def test_why_it_was_not_spoken_is_written_down() -> None:
    async with announced() as channel:
        channel.on_stage.floor_speaks = channel.on_stage.engines.ai_speaks = False
        orders = BoothOrders()
        long_ago_ms = BEGIN_MS - int(SPEAK_WITHIN_S * 1000)
        await channel.announce(speak_since_ms=long_ago_ms)
        async with running(channel, orders):
            await asyncio.sleep(5)
            await channel.announce(words=Notice("A text"))
            await asyncio.sleep(2)
            channel.reading.fails = SpeechReason.PROVIDER_FAILED
            await channel.announce()
            await asyncio.sleep(5)
            orders.suspend("the spend cap is reached")
            await channel.announce(expires_at_ms=LoopClock().now_ms() + 5_000)
            await asyncio.sleep(8)
        found = [reason for state, reason in await channel.reports() if state == "unspoken"]
        assert found == [
            "no_listener",
            "no_text",
            "provider_failed",
            "spend_cap",
        ]
        assert channel.spoken_s() == 0
