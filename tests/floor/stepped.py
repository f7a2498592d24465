"""A floor by a clock that the test moves in steps of 20 ms."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence

import numpy as np

from broadcaster.audio.stereo.downmix import StereoDownmix
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.floor.feed import FloorFeed
from broadcaster.model import keys
from broadcaster.model.audio import OPUS_FRAME_SAMPLES, AudioFrame
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.inputs.rules import InputRole
from broadcaster.webrtc.incoming_sound import PcmChunk
from broadcaster.webrtc.ingest import PeerState
from tests.support.clock import FakeClock

EVENT = Event("talk", "A talk", EventState.OPEN, (Channel("es"),), "stage-key")
STEP_S = 0.02
SOUND = np.full(480, 8_000, "<i2").tobytes()


class SteppedClock(FakeClock):
    """Time in which sleepers wake when the test comes to their moment."""

    def __init__(self) -> None:
        super().__init__(1_000.0)
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.seconds + seconds, woken))
        await woken

    async def step(self) -> None:
        """20 ms later, everything that was due is done."""
        self.seconds += STEP_S
        due = [sleeper for sleeper in self._sleepers if sleeper[0] <= self.seconds + 1e-6]
        self._sleepers = [sleeper for sleeper in self._sleepers if sleeper not in due]
        for _, woken in due:
            if not woken.done():
                woken.set_result(None)
        for _ in range(20):
            await asyncio.sleep(0)


class Speaker:
    """A publisher's connection as the feed sees it."""

    def __init__(self, sound: bytes = SOUND) -> None:
        self.sound = sound
        self.chunks: asyncio.Queue[PcmChunk | None] = asyncio.Queue()
        self.pauses = False
        self.downmix = StereoDownmix()
        self.state = PeerState.LIVE
        self.frames_lost = 0
        self.end_reason = None
        self.rtp_time = 0

    async def frames(self) -> AsyncGenerator[PcmChunk, None]:
        while (chunk := await self.chunks.get()) is not None:
            yield chunk

    async def close(self) -> None:
        pass

    def hang_up(self) -> None:
        """Its connection ends."""
        self.chunks.put_nowait(None)

    def say(self) -> None:
        """20 ms of its sound."""
        self.chunks.put_nowait(PcmChunk(self.rtp_time, self.sound, 2 * self.sound))
        self.rtp_time += 960


class Floor:
    """A feed, its speaker, and what it has published."""

    def __init__(self, bus: EmbeddedBus) -> None:
        self.clock = SteppedClock()
        self.speaker = Speaker()
        live = EVENT.moved_to(EventState.LIVE, self.clock.now_ms())
        self.feed = FloorFeed(live, bus, self.clock, OPUS_FRAME_SAMPLES)
        self.take(self.speaker)
        self.frames: list[AudioFrame] = []
        self.statuses: list[dict[str, object]] = []
        self.heard_in_a_step = 0

    def take(self, speaker: Speaker, role: InputRole = InputRole.MAIN) -> None:
        """Connect a speaker to an input."""
        self.feed.take(speaker, role)

    async def listen(self, bus: EmbeddedBus) -> None:
        topics = keys.floor_pcm("talk"), keys.status("talk")
        async with bus.subscribe(*topics, depth=4096) as messages:
            async for message in messages:
                if message.topic == topics[0]:
                    self.frames.append(AudioFrame.from_bytes(message.payload))
                else:
                    self.statuses.append(json.loads(message.payload))

    async def pass_time(
        self, seconds: float, *, speaking: bool, also: Sequence[Speaker] = ()
    ) -> int:
        """Time passes while the speaker, and others, send sound.

        Returns the most frames that were published in one step.
        """
        most = 0
        for _ in range(round(seconds / STEP_S)):
            before = len(self.frames)
            for one in (self.speaker, *also) if speaking else also:
                one.say()
            await self.clock.step()
            most = max(most, len(self.frames) - before)
        return most
