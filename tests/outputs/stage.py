"""An event whose captions the outputs send, over a bus of the test."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import aiohttp

from broadcaster.desk.outputs.output_bodies import NewOutput, OutputChange
from broadcaster.desk.outputs.records import OutputRecords
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.outputs import output_keys
from broadcaster.model.outputs.output import PURPOSE, CaptionOutput
from broadcaster.model.outputs.progress import OutputProgress, OutputState
from broadcaster.model.ports import Bus
from broadcaster.outputs.supervisor import OutputSupervisor
from broadcaster.outputs.wiring import make_wire
from broadcaster.stage_keys import StageKeyring
from tests.support.deadline import deadline
from tests.support.tasks import background_task

CIPHER = StageKeyring(["store key"]).cipher(PURPOSE)


class HurriedClock:
    """Real time, but nobody sleeps for long; a test can let time pass."""

    def __init__(self) -> None:
        self.passed_s = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.passed_s

    def now_ms(self) -> int:
        return int((time.time() + self.passed_s) * 1_000)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds / 50, 0.02))


class Talk:
    """The event `talk`, live since now.

    Args:
        bus: of the test.
        http: the client of the outputs.
    """

    def __init__(self, bus: Bus, http: aiohttp.ClientSession) -> None:
        self.bus = bus
        self.http = http
        self.clock = HurriedClock()
        self.said: list[str] = []
        self._number = 0
        self.event = Event(
            "talk",
            "A talk",
            EventState.LIVE,
            (Channel("es"),),
            "key",
            live_at_ms=self.clock.now_ms(),
        )

    async def store(self) -> None:
        await self.bus.put(keys.event_record("talk"), self.event.to_json())

    async def add(self, kind: str, address: str, **more: Any) -> CaptionOutput:
        wanted = NewOutput.model_validate(
            {"kind": kind, "channel": "es", "address": address, **more}
        )
        output, self.target = await OutputRecords(self.bus, self.clock, CIPHER).add("talk", wanted)
        return output

    async def send_again(self, output: CaptionOutput) -> None:
        """Let a webhook send again what was given up."""
        await OutputRecords(self.bus, self.clock, CIPHER).send_again("talk", output.id)

    async def replace_address(self, output: CaptionOutput, address: str) -> None:
        change = OutputChange(address=address)
        await OutputRecords(self.bus, self.clock, CIPHER).change("talk", output.id, change)

    async def say(self, *texts: str) -> None:
        """Append captions, each of which grows first."""
        assert self.event.live_at_ms is not None
        start_ms = self.clock.now_ms() - self.event.live_at_ms
        for text in texts:
            self._number += 1
            words = text.split(" ")
            for grown, final in ((words[0], False), (text, True)):
                caption = Caption(
                    f"es-{self._number}", "es", start_ms, start_ms + 500, grown, final
                )
                await self.bus.append(keys.captions("talk", "es"), caption.to_json())
            self.said.append(text)

    async def revise(self, text: str) -> None:
        """Revise the newest caption, as a reviewer does."""
        caption = Caption(
            f"es-{self._number}", "es", 0, 500, text, final=True, revision=1, corrected=True
        )
        await self.bus.append(keys.captions("talk", "es"), caption.to_json())

    @asynccontextmanager
    async def outputs(self) -> AsyncIterator[None]:
        """A process that sends them; leaving the context is its sudden end."""
        supervisor = OutputSupervisor(
            self.bus, self.clock, CIPHER, partial(make_wire, self.http, self.clock)
        )
        async with background_task(supervisor.run(), "outputs"):
            yield

    async def progress(self, output: CaptionOutput) -> OutputProgress:
        """The progress, once a process has started the output."""
        async with deadline():
            while True:
                record = await self.bus.get(output_keys.output_progress_record("talk", output.id))
                if record is not None:
                    return OutputProgress.from_json(record.value)
                await asyncio.sleep(0.01)

    async def until(
        self, output: CaptionOutput, state: OutputState, reason: str = ""
    ) -> OutputProgress:
        """Wait until an output is in a state."""
        async with deadline():
            while True:
                progress = await self.progress(output)
                if (progress.state, progress.reason) == (state, reason):
                    return progress
                await asyncio.sleep(0.01)

    async def until_sent(self, output: CaptionOutput, count: int) -> OutputProgress:
        """Wait until this many texts have arrived, as the store says."""
        async with deadline():
            while (progress := await self.progress(output)).sent < count:
                await asyncio.sleep(0.01)
        return progress
