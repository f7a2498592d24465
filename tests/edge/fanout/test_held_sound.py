"""The floor as listeners hear it later, by a clock of the test."""

from collections.abc import AsyncIterator

import pytest_asyncio

from broadcaster.edge.fanout.held_sound import MOST_HELD, HeldSound
from broadcaster.model.audio import AudioFrame, Kind
from tests.floor.stepped import STEP_S, SteppedClock
from tests.support.tasks import background_task

FRAME_SAMPLES = 480
"""One frame comes in every step of the clock."""


class Listener:
    """A channel that is published in steps of 20 ms, and what a listener gets of it."""

    def __init__(self) -> None:
        self.clock = SteppedClock()
        self.got: list[AudioFrame] = []
        self.got_at: list[int] = []
        self.held = HeldSound(self.clock, self._take)
        self.step = 0

    def _take(self, envelope: bytes) -> None:
        self.got.append(AudioFrame.from_bytes(envelope))
        self.got_at.append(self.step)

    async def hear(self, seconds: float) -> None:
        """Time passes, and frames come."""
        for _ in range(round(seconds / STEP_S)):
            frame = AudioFrame(Kind.OPUS, self.step, self.step * FRAME_SAMPLES, b"%d" % self.step)
            self.held.push(frame.to_bytes())
            await self.clock.step()
            self.step += 1

    def lateness_ms(self) -> set[int]:
        """By how much later than published the frames came."""
        pairs = zip(self.got, self.got_at, strict=True)
        return {(at - int(frame.payload)) * 20 for frame, at in pairs}

    def clear(self) -> None:
        self.got.clear()
        self.got_at.clear()


@pytest_asyncio.fixture
async def listener() -> AsyncIterator[Listener]:
    one = Listener()
    async with background_task(one.held.run(), name="held sound"):
        yield one


async def test_without_a_delay_frames_pass_as_they_are(listener: Listener) -> None:
    await listener.hear(0.2)
    assert listener.lateness_ms() == {0}
    assert [frame.position for frame in listener.got] == [480 * at for at in range(10)]


async def test_frames_come_later_and_say_so(listener: Listener) -> None:
    listener.held.delay(400)
    await listener.hear(2)
    assert len(listener.got) >= round((2 - 0.4) / STEP_S)
    assert listener.lateness_ms() <= {380, 400}
    for number, frame in enumerate(listener.got):
        assert (frame.sequence, frame.payload) == (number, b"%d" % number)
        assert frame.position == number * FRAME_SAMPLES + 400 * 24


async def test_a_longer_delay_is_a_gap_and_a_shorter_one_a_cut(listener: Listener) -> None:
    listener.held.delay(400)
    await listener.hear(2)
    listener.held.delay(1_000)
    listener.clear()
    await listener.hear(2)
    first = listener.got[0]
    assert first.position - first.sequence * FRAME_SAMPLES == 1_000 * 24
    assert listener.lateness_ms() <= {980, 1_000}

    before = listener.got[-1]
    listener.held.delay(200)
    await listener.hear(1)
    after = listener.got[listener.got.index(before) + 1]
    assert int(after.payload) - int(before.payload) > 35, "what lies between is left out"
    assert after.sequence == before.sequence + 1, "and is not lost"
    assert abs(after.position - before.position - FRAME_SAMPLES) <= FRAME_SAMPLES

    listener.held.delay(0)
    listener.clear()
    await listener.hear(1)
    assert listener.lateness_ms() == {0}
    assert len(listener.got) == 50


async def test_what_waits_is_bounded(listener: Listener) -> None:
    listener.held.delay(10_000)
    for _ in range(MOST_HELD + 5):
        listener.held.push(AudioFrame(Kind.OPUS, 0, 0, b"").to_bytes())
    listener.clock.seconds += 10
    await listener.clock.step()
    assert len(listener.got) == MOST_HELD
