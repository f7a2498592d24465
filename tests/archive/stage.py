"""An event in virtual time whose channels are recorded into a folder."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np

from broadcaster.archive.supervisor import RecordingSupervisor
from broadcaster.audio.opus import OpusEncoder
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, AudioFrame, Kind, ms_to_samples
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.ports import Bus
from broadcaster.model.recording import recording_keys
from broadcaster.model.recording.part import RecordingPart, file_name, part_folders, read_part
from broadcaster.model.recording.state import RecordingReport, RecordingSwitch
from tests.support import virtual_time
from tests.support.sound import Samples
from tests.support.tasks import background_task
from tests.support.virtual_time import LoopClock, VirtualTimeBus

FRAME = 1_440
FRAME_S = FRAME / CLOCK_HZ
PLENTY_BYTES = 10_000_000_000


class Stage:
    """The event `talk` with Spanish, which is not live yet.

    Args:
        bus: of the test.
        folder: of the recordings.
    """

    def __init__(self, bus: Bus, folder: Path) -> None:
        self.bus = bus
        self.folder = folder
        self.clock = LoopClock()
        self.event = Event("talk", "A talk", EventState.OPEN, (Channel("es"),), "key")
        self._sequence = 0
        self._encoders: dict[str, OpusEncoder] = {}

    @asynccontextmanager
    async def archive(self, budget_bytes: int = PLENTY_BYTES) -> AsyncIterator[RecordingSupervisor]:
        """A process with the archive; it is killed at the end of the context."""
        supervisor = RecordingSupervisor(self.bus, self.clock, self.folder, budget_bytes)
        async with background_task(supervisor.run(), name="archive"):
            yield supervisor

    @asynccontextmanager
    async def recording(
        self, budget_bytes: int = PLENTY_BYTES
    ) -> AsyncIterator[RecordingSupervisor]:
        """An archive that records the event from going live."""
        await self.switch(record=True)
        async with self.archive(budget_bytes) as supervisor:
            await self.move(EventState.LIVE)
            yield supervisor

    async def close(self) -> None:
        """Close the event, and let the archive write what it has."""
        await self.move(EventState.CLOSED)
        await self.clock.sleep(1.5)

    async def switch(self, *, record: bool) -> None:
        await self.bus.put(
            recording_keys.recording_record("talk"), RecordingSwitch(record).to_json()
        )

    async def move(self, state: EventState) -> None:
        """Bring the event into a state, now."""
        if state is EventState.LIVE and self.event.state is EventState.OPEN:
            await self.store()
        if state is not self.event.state:
            self.event = self.event.moved_to(state, self.clock.now_ms())
        await self.store()

    async def add_language(self, tag: str) -> None:
        channels = (*self.event.channels, Channel(tag))
        self.event = replace(self.event, channels=channels)
        await self.store()

    async def store(self) -> None:
        await self.bus.put(keys.event_record("talk"), self.event.to_json())

    @property
    def position(self) -> int:
        """The event clock now."""
        assert self.event.live_at_ms is not None
        return ms_to_samples(self.clock.now_ms() - self.event.live_at_ms)

    async def play(self, seconds: float, *channels: str, tone_hz: float = 0.0) -> None:
        """Let channels send packets for some time: silence, or a tone."""
        for _ in range(round(seconds / FRAME_S)):
            await self.clock.sleep(FRAME_S)
            begin = self.position - FRAME
            times = (begin + np.arange(FRAME)) / CLOCK_HZ
            wave = 8_000 * np.sin(2 * np.pi * tone_hz * times)
            for channel in channels:
                encoder = self._encoders.setdefault(channel, OpusEncoder(FRAME))
                self.publish(channel, begin, encoder.encode(wave.astype("<i2").tobytes()))

    def publish(self, channel: str, position: int, packet: bytes) -> None:
        """Publish one packet."""
        self._sequence += 1
        frame = AudioFrame(Kind.OPUS, self._sequence, position, packet)
        self.bus.publish(keys.opus("talk", channel), frame.to_bytes())

    async def report(self) -> RecordingReport:
        record = await self.bus.get(recording_keys.recording_report("talk"))
        assert record is not None
        return RecordingReport.from_json(record.value)

    async def parts(self) -> list[RecordingPart]:
        """The parts that are there now."""
        return await asyncio.to_thread(self._parts)

    async def sound(self, channel: str, part: int = 1) -> Samples:
        """A file as libav plays it, at 48 kHz."""
        return await asyncio.to_thread(self._sound, channel, part)

    async def length_ms(self, channel: str, part: int = 1) -> int:
        return len(await self.sound(channel, part)) // 48

    def _parts(self) -> list[RecordingPart]:
        found = map(read_part, part_folders(self.folder / "talk").values())
        return [part for part in found if part is not None]

    def _sound(self, channel: str, part: int) -> Samples:
        path = self.folder / "talk" / f"part-{part:03}" / file_name(channel)
        with av.open(str(path), "r") as file:
            frames = file.decode(file.streams.audio[0])
            pieces = [frame.to_ndarray().mean(axis=0) for frame in frames]
        return np.concatenate(pieces) if pieces else np.zeros(0)

    @property
    def event_ms(self) -> int:
        """How long the event was live."""
        assert self.event.live_at_ms is not None
        assert self.event.closed_at_ms is not None
        return self.event.closed_at_ms - self.event.live_at_ms


def on_stage(test: Callable[[Stage], Coroutine[Any, Any, None]]) -> Callable[[Path], None]:
    """Make a test in virtual time of one that needs a stage. Its folder does not exist yet."""

    async def staged(folder: Path) -> None:
        async with VirtualTimeBus() as bus:
            await test(Stage(bus, folder))

    def run(tmp_path: Path) -> None:
        virtual_time.run(staged(tmp_path / "recordings"))

    return run


def loud_ms(sound: Samples) -> tuple[int, int]:
    """Begin and end of what is heard of a file, in ms."""
    heard = np.flatnonzero(np.abs(sound) > 0.05)
    return int(heard[0]) // 48, int(heard[-1]) // 48
