"""Captions that are held back for a reviewer, on an edge with a clock of the test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.edge.fanout.caption_hub import CaptionHub, CaptionPage
from broadcaster.edge.fanout.caption_messages import parse_id
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.ports import Bus
from tests.support.clock import FakeClock
from tests.support.deadline import deadline
from tests.support.tasks import background_task

STREAM = keys.captions("talk", "es")
HOLD_S = 5


class HeldClock(FakeClock):
    """A sleep gives way; only the test moves the time."""

    async def sleep(self, seconds: float) -> None:  # noqa: ARG002
        await asyncio.sleep(0.001)


@dataclass
class Held:
    """A hub that holds captions back, its bus and its clock."""

    bus: Bus
    hub: CaptionHub
    clock: HeldClock

    async def say(self, number: int, text: str, *, final: bool = True, revision: int = 0) -> str:
        corrected = bool(revision)
        caption = Caption(
            f"es-{number}", "es", number, number, text, final, revision, "", corrected
        )
        return await self.bus.append(STREAM, caption.to_json())

    async def texts(self, count: int, after: str = "") -> list[str]:
        """The captions that a reader gets by polling, once there are `count` of them."""
        async with deadline():
            while len((page := self._page(after)).captions) < count:
                await asyncio.sleep(0.001)
        return [Caption.from_json(one).text for one in page.captions]

    def _page(self, after: str) -> CaptionPage:
        return self.hub.page(parse_id(after), resumes=bool(after))


@asynccontextmanager
async def holding(bus: Bus, clock: HeldClock, seconds: int = HOLD_S) -> AsyncIterator[Held]:
    hub = CaptionHub(bus, STREAM, clock, None, seconds)
    async with background_task(hub.run(), name="captions"):
        await hub.loaded.wait()
        yield Held(bus, hub, clock)


@asynccontextmanager
async def held() -> AsyncIterator[Held]:
    clock = HeldClock(1_000.0)
    async with EmbeddedBus(None, clock=clock) as bus, holding(bus, clock) as running:
        yield running


async def waits(one: Held, count: int) -> None:
    """Wait until this many entries are held back."""
    async with deadline():
        while len(one.hub._held) != count:
            await asyncio.sleep(0.001)


async def test_captions_wait_as_long_as_they_must_and_keep_their_order() -> None:
    async with held() as one:
        await one.say(1, "Hola")
        await waits(one, 1)
        one.clock.pass_time(HOLD_S - 1)
        await one.say(2, "Adiós")
        await waits(one, 2)
        assert await one.texts(0) == []
        one.clock.pass_time(1)
        assert await one.texts(1) == ["Hola"]
        one.clock.pass_time(HOLD_S)
        assert await one.texts(2) == ["Hola", "Adiós"]
        one.hub.hold_back(0)
        await one.say(3, "Ya")
        assert await one.texts(3) == ["Hola", "Adiós", "Ya"]


async def test_nobody_sees_what_was_corrected_in_time() -> None:
    async with held() as one:
        first = await one.say(1, "Hola")
        await one.say(2, "Un in", final=False)
        await one.say(2, "Un insulto")
        await waits(one, 3)
        await one.say(2, "Un saludo", revision=1)
        await one.say(3, "Fin")
        await waits(one, 4)
        one.clock.pass_time(HOLD_S)
        assert await one.texts(3) == ["Hola", "Un saludo", "Fin"]
        assert await one.texts(2, after=first) == ["Un saludo", "Fin"]


async def test_a_correction_of_what_was_seen_does_not_wait() -> None:
    async with held() as one:
        first = await one.say(1, "Ola")
        await waits(one, 1)
        one.clock.pass_time(HOLD_S)
        assert await one.texts(1) == ["Ola"]
        await one.say(2, "Después")
        await waits(one, 1)
        await one.say(1, "Hola", revision=1)
        assert await one.texts(1, after=first) == ["Hola"]
        one.clock.pass_time(HOLD_S)
        assert await one.texts(2) == ["Hola", "Después"]
        assert (await one.texts(1, after=first))[-1] == "Después"


async def test_an_edge_that_starts_again_holds_back_the_same() -> None:
    async with held() as one:
        await one.say(1, "Hola")
        await waits(one, 1)
        one.clock.pass_time(HOLD_S)
        assert await one.texts(1) == ["Hola"]
        await one.say(2, "Un insulto")
        await one.say(2, "Un saludo", revision=1)
        async with holding(one.bus, one.clock) as again:
            await waits(again, 1)
            assert await again.texts(1) == ["Hola"]
            one.clock.pass_time(HOLD_S)
            assert await again.texts(2) == ["Hola", "Un saludo"]
