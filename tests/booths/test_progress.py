"""A position is recorded when its captions are stored and its sound was played."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from broadcaster.booths.progress import SAVE_EVERY_S, ChannelProgress, LeftProgress
from broadcaster.booths.text.captions import CaptionWriter
from broadcaster.booths.text.left_captions import read_left_captions
from broadcaster.booths.text.spoken_language import load_language_models
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from tests.support.tasks import background_task
from tests.support.virtual_time import LoopClock, VirtualTimeBus


class Booth:
    """The parts of a booth that record its progress."""

    def __init__(self, bus: VirtualTimeBus) -> None:
        self.captions = CaptionWriter("talk", "es", bus)
        self.progress = ChannelProgress(
            event="talk", channel="es", bus=bus, clock=LoopClock(), captions=self.captions
        )
        self.played = 0
        self.now_ms = 0

    @asynccontextmanager
    async def working(self, *, finishes: bool = False) -> AsyncIterator[None]:
        await load_language_models()
        async with (
            self.captions.writing(lambda: self.now_ms, lambda: finishes),
            background_task(self.progress.run(lambda: self.played), "progress of the test"),
        ):
            yield

    async def say(self, text: str) -> None:
        self.now_ms += 1_000
        self.captions.push_text(text, self.now_ms)
        await asyncio.sleep(2 * SAVE_EVERY_S)


async def left(bus: VirtualTimeBus) -> LeftProgress:
    return await Booth(bus).progress.read()


async def test_a_position_counts_when_its_text_is_stored_and_its_sound_was_played() -> None:
    async with VirtualTimeBus() as bus:
        booth = Booth(bus)
        assert await left(bus) == LeftProgress(None, 0)
        async with booth.working():
            await booth.say(" Hola a todos.")
            booth.progress.mark(1_000, spoken_samples=500)
            await booth.say("")
            assert (await left(bus)).done_until is None, "it was not played"
            booth.played = 500
            await booth.say("")
            assert (await left(bus)).done_until == 1_000
            booth.captions.push_text(" Hoy hablamos de agua", booth.now_ms)
            booth.progress.mark(3_000, spoken_samples=500)
            await asyncio.sleep(2 * SAVE_EVERY_S)
            assert (await left(bus)).done_until == 1_000, "the last word waits"
            booth.now_ms += 5_000
            booth.captions.tick(booth.now_ms)
            await asyncio.sleep(2 * SAVE_EVERY_S)
            assert (await left(bus)).done_until == 3_000


async def test_a_booth_that_ends_leaves_nothing_to_go_on_with() -> None:
    async with VirtualTimeBus() as bus:
        booth = Booth(bus)
        booth.progress.mark(1_000)
        await booth.progress.stop(7_000)
        assert await left(bus) == LeftProgress(None, 7_000)
        await booth.progress.finish(8_000)
        assert await left(bus) == LeftProgress(1_000, 8_000)
        await booth.progress.end(9_000)
        assert await left(bus) == LeftProgress(None, 9_000)


@pytest.mark.parametrize("value", [b"{", b"[]", b"7", b'{"done": 1}'])
async def test_a_record_that_cannot_be_read_is_ignored(value: bytes) -> None:
    async with VirtualTimeBus() as bus:
        await bus.put(keys.progress_record("talk", "es"), value)
        assert await left(bus) == LeftProgress()


@pytest.mark.parametrize(
    "said",
    [
        (" Buenos días", " a todos. Soy"),
        (" Buenos días a todos", "."),
        (" Buenos días a todos.", " Soy Clara."),
        (" Y la gente que protege los ríos, la lluvia y el", " agua de todos nosotros. Fin."),
    ],
)
async def test_the_captions_of_a_lost_booth_grow_on(said: tuple[str, str]) -> None:
    async with VirtualTimeBus() as bus:
        first, second = Booth(bus), Booth(bus)
        async with first.working(finishes=False):
            await first.say(said[0])
            first.now_ms += 1_000
            first.captions.tick(first.now_ms)
            await first.say("")
        before = await read_left_captions(bus, "talk", "es")
        assert before.last is not None
        shown = "".join(before.texts).strip()
        second.now_ms = first.now_ms + 3_000
        second.captions.go_on_after(before.last)
        async with second.working(finishes=True):
            second.captions.tick(second.now_ms)
            await second.say(f"{said[0]}{said[1]}".replace(f" {shown}", "", 1))
        entries = await bus.read(keys.captions("talk", "es"))
    versions = [Caption.from_json(entry.payload) for entry in entries]
    newest = {caption.id: caption for caption in versions}
    assert all(caption.final for caption in newest.values())
    written = " ".join(caption.text for caption in newest.values())
    assert written.split() == (said[0] + said[1]).split()
    for earlier in versions:
        assert newest[earlier.id].text.startswith(earlier.text), "a word that was shown stays"
