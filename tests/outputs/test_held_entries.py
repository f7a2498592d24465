"""Outputs get captions that are held back when readers do, as they were revised until then."""

import asyncio

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.outputs.held_entries import follow_held
from tests.support.clock import FakeClock
from tests.support.deadline import deadline
from tests.support.tasks import background_task

STREAM = keys.captions("talk", "es")
HOLD_S = 5


class HeldClock(FakeClock):
    """A sleep gives way; only the test moves the time."""

    def __init__(self) -> None:
        super().__init__(1_000.0)
        self.slept = 0

    async def sleep(self, seconds: float) -> None:  # noqa: ARG002
        self.slept += 1
        await asyncio.sleep(0.001)


async def test_a_caption_waits_and_comes_as_it_was_corrected_or_hidden() -> None:
    clock, seconds, came = HeldClock(), [HOLD_S], list[str]()
    async with EmbeddedBus(None, clock=clock) as bus:

        async def say(number: int, text: str, *, revision: int = 0) -> None:
            name = f"es-{number}"
            caption = Caption(name, "es", 0, 500, text, final=True, revision=revision)
            await bus.append(STREAM, caption.to_json())

        async def take() -> None:
            async for entry in follow_held(bus, clock, STREAM, "", lambda: seconds[0]):
                caption = Caption.from_json(entry.payload)
                if not caption.revision:
                    came.append(caption.text)

        async with background_task(take(), name="output"), deadline():
            await say(1, "Un insulto")
            await say(2, "Otro insulto")
            await say(1, "Un saludo", revision=1)
            await say(2, "", revision=1)
            while not clock.slept:
                await asyncio.sleep(0.001)
            assert came == []
            clock.pass_time(HOLD_S)
            while len(came) < 2:
                await asyncio.sleep(0.001)
            seconds[0] = 0
            await say(3, "Ya")
            while len(came) < 3:
                await asyncio.sleep(0.001)
    assert came == ["Un saludo", "", "Ya"]
