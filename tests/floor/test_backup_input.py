"""A main and a backup input on one floor: what listeners hear when the main one fails."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.inputs.rules import InputChoice, InputRole, InputRules
from tests.floor.stepped import Floor, Speaker
from tests.support.tasks import background_task

MAIN_LEVEL, BACKUP_LEVEL = 8_000, -4_000
QUIET = np.full(480, 10, "<i2").tobytes()


class TwoInputs(Floor):
    """A floor with a speaker at each input."""

    def __init__(self, bus: EmbeddedBus) -> None:
        super().__init__(bus)
        self.bus = bus
        self.backup = Speaker(np.full(480, BACKUP_LEVEL, "<i2").tobytes())
        self.take(self.backup, InputRole.BACKUP)

    async def both(self, seconds: float) -> None:
        """Both send sound."""
        await self.pass_time(seconds, speaking=True, also=[self.backup])

    async def backup_alone(self, seconds: float) -> None:
        await self.pass_time(seconds, speaking=False, also=[self.backup])

    def sound(self) -> np.ndarray:
        """All that was published."""
        return np.frombuffer(b"".join(frame.payload for frame in self.frames), "<i2").astype(int)

    def largest_step(self, first: int = 480) -> int:
        """Between two samples, from this one on."""
        return int(np.abs(np.diff(self.sound()[first:])).max())

    def newest(self) -> int:
        return int(self.sound()[-1])

    def is_gapless(self) -> bool:
        positions = [frame.position for frame in self.frames]
        return set(np.diff(positions)) == {480}

    async def choose(self, choice: InputChoice) -> None:
        name = keys.inputs_record("talk")
        record = await self.bus.get(name)
        version = record.version if record else 0
        await self.bus.put(name, InputRules(choice).to_json(), version)
        for _ in range(20):
            await asyncio.sleep(0)


@pytest_asyncio.fixture
async def floor() -> AsyncIterator[TwoInputs]:
    async with EmbeddedBus(None) as bus:
        floor = TwoInputs(bus)
        async with (
            background_task(floor.listen(bus), "listener"),
            background_task(floor.feed.run(), "feed"),
        ):
            await asyncio.sleep(0)
            yield floor


async def test_the_backup_stands_by_and_its_level_is_shown(floor: TwoInputs) -> None:
    await floor.both(3)
    assert set(floor.sound()[200:]) == {MAIN_LEVEL}
    status = floor.statuses[-1]
    assert (status["input"], status["standby"], status["input_reason"]) == ("main", True, "")
    assert status["level_dbfs"] == pytest.approx(-12.2, abs=0.1)
    assert status["standby_level_dbfs"] == pytest.approx(-18.3, abs=0.1)


@pytest.mark.parametrize("hangs_up", [True, False])
async def test_a_main_input_that_is_gone_leaves_no_gap(floor: TwoInputs, *, hangs_up: bool) -> None:
    await floor.both(3)
    before = len(floor.frames)
    if hangs_up:
        floor.speaker.hang_up()
    await floor.backup_alone(0.9)
    assert floor.newest() == BACKUP_LEVEL, "heard within a second"
    assert floor.is_gapless()
    assert len(floor.frames) - before == pytest.approx(45, abs=3)
    assert floor.largest_step() < 400, "no click"
    await floor.backup_alone(2)
    status = floor.statuses[-1]
    assert (status["input"], status["input_reason"]) == ("backup", "gone")
    assert status["standby"] is not hangs_up


async def test_a_slow_machine_makes_no_gap_behind_the_newest_sound(
    floor: TwoInputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    await floor.both(2)
    asked = 0

    def later_each_time() -> int:
        nonlocal asked
        asked += 1
        return int(floor.clock.seconds * 1000) + asked

    monkeypatch.setattr(floor.clock, "now_ms", later_each_time)
    await floor.backup_alone(0.9)
    assert floor.newest() == BACKUP_LEVEL
    assert floor.is_gapless()
    assert floor.largest_step() < 400


async def test_a_stall_of_the_process_changes_no_input(floor: TwoInputs) -> None:
    await floor.both(3)
    floor.clock.seconds += 0.8
    for speaker in (floor.backup, floor.speaker):  # read one after the other
        for _ in range(40):
            speaker.say()
    await floor.both(1)
    assert floor.statuses[-1]["input"] == "main"
    assert set(floor.sound()[200:]) == {MAIN_LEVEL}


async def test_a_stall_of_the_process_leaves_no_silence_when_the_main_input_is_gone(
    floor: TwoInputs,
) -> None:
    await floor.both(3)
    await floor.backup_alone(0.3)
    floor.clock.seconds += 0.8
    await floor.clock.step()  # the process runs again, and has read nothing yet
    for _ in range(40):
        floor.backup.say()
    await floor.backup_alone(1)
    assert floor.newest() == BACKUP_LEVEL
    assert floor.is_gapless()
    # A fade from one to the other passes through zero once.
    assert np.count_nonzero(floor.sound()[200:] == 0) < 5


async def test_a_main_input_that_is_silent_gives_way_after_a_while(floor: TwoInputs) -> None:
    await floor.both(2)
    floor.speaker.sound = QUIET
    await floor.both(4)
    before = len(floor.sound())
    assert floor.newest() == 10
    await floor.both(2)
    assert floor.newest() == BACKUP_LEVEL
    assert floor.statuses[-1]["input_reason"] == "silent"
    assert floor.is_gapless()
    assert floor.largest_step(before) < 400


async def test_the_main_input_comes_back_after_a_hold_without_a_click(floor: TwoInputs) -> None:
    await floor.both(2)
    await floor.backup_alone(3)
    floor.speaker.rtp_time += 3 * 48_000
    await floor.both(9)
    assert floor.newest() == BACKUP_LEVEL
    await floor.both(3)
    assert floor.newest() == MAIN_LEVEL
    assert floor.is_gapless()
    assert floor.largest_step() < 400


async def test_an_input_is_chosen_by_hand(floor: TwoInputs) -> None:
    await floor.both(2)
    await floor.choose(InputChoice.BACKUP)
    await floor.both(0.2)
    assert floor.newest() == BACKUP_LEVEL
    await floor.both(1)
    status = floor.statuses[-1]
    assert (status["input_choice"], status["input_reason"]) == ("backup", "by_hand")
    await floor.choose(InputChoice.MAIN)
    await floor.both(0.2)
    assert floor.newest() == MAIN_LEVEL
    assert floor.is_gapless()


async def test_a_backup_alone_is_heard_and_the_main_input_follows_it(floor: TwoInputs) -> None:
    floor.speaker.hang_up()
    await floor.backup_alone(2)
    assert floor.newest() == BACKUP_LEVEL
    main = floor.speaker = Speaker()
    floor.take(main)
    floor.backup.hang_up()
    await floor.pass_time(1, speaking=True)
    assert floor.newest() == MAIN_LEVEL
    assert not floor.statuses[-1]["standby"]
