"""The hub of a channel owns its outlets: it makes, feeds, counts and ends them."""

import asyncio
import logging

import pytest

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.edge.fanout.audio_hub import AudioHub, Part
from broadcaster.edge.fanout.outlet import Goodbye, OutletTools
from broadcaster.model.clock import SystemClock
from tests.edge.stalling import slow_listeners
from tests.edge.waiting import until
from tests.support.clock import FakeClock
from tests.support.tasks import background_task


class RecordingOutlet:
    """Keeps what the hub does to it."""

    def __init__(self, tools: OutletTools) -> None:
        self.tools = tools
        self.listeners = 0
        self.envelopes: list[bytes] = []
        self.ended = False
        self.was_cut = False
        self.stop = asyncio.get_running_loop().create_future()

    def __len__(self) -> int:
        return self.listeners

    def send_envelope(self, envelope: bytes) -> None:
        self.envelopes.append(envelope)

    async def run(self) -> None:
        await self.stop

    def end(self) -> None:
        self.ended = True

    def goodbyes(self) -> list[Goodbye]:
        return [self._say_goodbye] * self.listeners

    async def _say_goodbye(self) -> None:
        self.listeners -= 1

    def cut(self) -> None:
        self.was_cut = True


def hub_on(bus: EmbeddedBus, tasks: asyncio.TaskGroup) -> AudioHub:
    def start(part: Part, name: str) -> None:
        tasks.create_task(part(), name=name)

    tools = OutletTools(SystemClock(), None, slow_listeners(FakeClock()))
    return AudioHub(bus, "opus.talk.es", tools, start)


async def test_one_outlet_for_each_kind_and_form_is_fed_counted_and_ended() -> None:
    async with EmbeddedBus(None) as bus, asyncio.TaskGroup() as tasks:
        hub = hub_on(bus, tasks)
        one = hub.outlet(RecordingOutlet, RecordingOutlet, "one")
        two = hub.outlet(RecordingOutlet, RecordingOutlet, "two")
        assert hub.outlet(RecordingOutlet, RecordingOutlet, "one") is one
        assert one.tools.slow is two.tools.slow is hub.slow
        one.listeners, two.listeners = 3, 4
        assert len(hub) == 7
        async with background_task(hub.run(), name="hub"):
            await asyncio.sleep(0)
            bus.publish("opus.talk.es", b"frame")
            await until(lambda: one.envelopes == two.envelopes == [b"frame"])
        hub.end()
        assert one.ended
        assert two.ended
        for outlet in (one, two):
            outlet.stop.set_result(None)


async def test_an_outlet_that_is_of_no_more_use_is_cut_and_forgotten() -> None:
    async with EmbeddedBus(None) as bus, asyncio.TaskGroup() as tasks:
        hub = hub_on(bus, tasks)
        first = hub.outlet(RecordingOutlet, RecordingOutlet)
        first.listeners = 1
        first.stop.set_result(None)
        await until(lambda: not len(hub))
        assert first.was_cut
        second = hub.outlet(RecordingOutlet, RecordingOutlet)
        assert second is not first
        second.stop.set_result(None)


async def test_an_outlet_that_fails_takes_only_its_own_listeners_along(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with EmbeddedBus(None) as bus, asyncio.TaskGroup() as tasks:
        hub = hub_on(bus, tasks)
        broken = hub.outlet(RecordingOutlet, RecordingOutlet, "broken")
        sound = hub.outlet(RecordingOutlet, RecordingOutlet, "sound")
        broken.listeners, sound.listeners = 1, 2
        broken.stop.set_exception(RuntimeError("no encoder"))
        await until(lambda: len(hub) == 2)
        assert broken.was_cut
        assert not sound.was_cut
        [record] = [each for each in caplog.records if each.levelno == logging.ERROR]
        assert "opus.talk.es" in record.getMessage()
        sound.stop.set_result(None)


async def test_cut_disconnects_the_listeners_of_every_outlet() -> None:
    async with EmbeddedBus(None) as bus, asyncio.TaskGroup() as tasks:
        hub = hub_on(bus, tasks)
        outlets = [hub.outlet(RecordingOutlet, RecordingOutlet, form) for form in ("a", "b")]
        hub.cut()
        assert all(outlet.was_cut for outlet in outlets)
        for outlet in outlets:
            outlet.stop.set_result(None)
