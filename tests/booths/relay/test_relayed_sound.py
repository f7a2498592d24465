"""A relayed booth hears its relay, and the floor while the relay says nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from broadcaster.audio.publishing.pcm_topic import PcmTopic
from broadcaster.booths.booth import TICK_S
from broadcaster.booths.floor.buffer import BLOCK_SAMPLES
from broadcaster.booths.floor.receiver import FloorReceiver
from broadcaster.booths.relay.choice import RELAY_SILENT_S
from broadcaster.booths.relay.relayed_sound import RelayedSound
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ
from tests.audio.sounds import amplified, speech
from tests.support.tasks import background_task
from tests.support.virtual_time import LoopClock, VirtualTimeBus

FLOOR = speech()
"""Somebody speaks on the floor, almost without a pause."""
RELAY = amplified(speech(), -3.0)
"""Another sound with speech; its blocks differ from those of the floor."""
SILENCE = bytes(len(FLOOR))
FRAME_SAMPLES = 480


class Relayed:
    """A floor, a relay, and the sound that a booth hears."""

    def __init__(self, bus: VirtualTimeBus) -> None:
        clock = LoopClock()
        self.floor_only = False
        self.again_from: list[int] = []
        self._floor = PcmTopic(bus, keys.floor_pcm("talk"))
        self._relay = PcmTopic(bus, keys.relay_pcm("talk", "fr"))
        self.sound = RelayedSound(
            floor=FloorReceiver(keys.floor_pcm("talk"), bus, clock),
            relay=FloorReceiver(keys.relay_pcm("talk", "fr"), bus, clock),
            clock=clock,
            floor_only=lambda: self.floor_only,
            hear_again=self.again_from.append,
        )
        self.position = 0

    @asynccontextmanager
    async def receiving(self) -> AsyncIterator[None]:
        receive = self.sound.receive(lambda _position, _pcm: None)
        async with (
            background_task(receive, "relayed sound of the test"),
            background_task(self._tick(), "ticks of the test"),
        ):
            await asyncio.sleep(0.01)
            yield

    async def play(self, seconds: float, floor: bytes, relay: bytes | None) -> None:
        """Let both sounds go on at real-time rate; None is a relay that publishes nothing."""
        for _ in range(int(seconds * CLOCK_HZ / FRAME_SAMPLES)):
            begins = 2 * self.position % (len(FLOOR) // 960 * 960)
            self._floor.push_topic_pcm(self.position, floor[begins : begins + 960])
            if relay is not None:
                self._relay.push_topic_pcm(self.position, relay[begins : begins + 960])
            self.position += FRAME_SAMPLES
            await asyncio.sleep(0.02)

    async def settle(self) -> None:
        """Let what was said be heard."""
        await asyncio.sleep(2.0)

    def heard(self) -> str:
        """One letter for each block: `f` from the floor, `r` from the relay, `.` for silence."""
        letters: list[str] = []
        position = 0
        while (block := self.sound.buffer.after(position)) is not None:
            assert block.position == position or not letters, "no block is missing or there twice"
            begins = 2 * block.position % (len(FLOOR) // 960 * 960)
            of_floor = FLOOR[begins : begins + len(block.pcm)]
            of_relay = RELAY[begins : begins + len(block.pcm)]
            letters.append("f" if block.pcm == of_floor else "r" if block.pcm == of_relay else ".")
            position = block.position + BLOCK_SAMPLES
        return "".join(letters)

    async def _tick(self) -> None:
        while True:
            self.sound.tick(TICK_S)
            await asyncio.sleep(TICK_S)


def blocks(seconds: float) -> int:
    return int(seconds * CLOCK_HZ / BLOCK_SAMPLES)


async def test_the_relay_is_heard_while_it_speaks() -> None:
    async with VirtualTimeBus() as bus:
        relayed = Relayed(bus)
        async with relayed.receiving():
            await relayed.play(20.0, FLOOR, RELAY)
            await relayed.settle()
            heard = relayed.heard()
    assert set(heard[: blocks(20.0)]) == {"r"}
    assert not relayed.again_from
    assert not relayed.sound.on_floor


async def test_what_was_said_while_the_relay_was_silent_is_heard_from_the_floor() -> None:
    async with VirtualTimeBus() as bus:
        relayed = Relayed(bus)
        async with relayed.receiving():
            await relayed.play(6.0, FLOOR, RELAY)
            await relayed.play(16.0, FLOOR, SILENCE)
            await relayed.settle()
            heard = relayed.heard()
    assert relayed.sound.on_floor
    back_to = relayed.again_from[0] // BLOCK_SAMPLES
    assert blocks(5.0) <= back_to <= blocks(7.5), "no more is heard twice than the end of a word"
    assert set(heard[:back_to]) <= {"r", "."}
    assert set(heard[back_to : blocks(22.0)]) == {"f"}


async def test_the_relay_is_heard_again_from_its_first_word() -> None:
    async with VirtualTimeBus() as bus:
        relayed = Relayed(bus)
        async with relayed.receiving():
            await relayed.play(RELAY_SILENT_S + 8.0, FLOOR, SILENCE)
            fell_back = relayed.sound.on_floor
            returns = blocks(RELAY_SILENT_S + 8.0)
            await relayed.play(10.0, FLOOR, RELAY)
            await relayed.settle()
            heard = relayed.heard()
    assert fell_back
    assert not relayed.sound.on_floor
    assert set(heard[returns : returns + blocks(10.0)]) == {"r"}


async def test_a_relay_that_publishes_nothing_holds_nobody_up() -> None:
    async with VirtualTimeBus() as bus:
        relayed = Relayed(bus)
        async with relayed.receiving():
            await relayed.play(25.0, FLOOR, None)
            assert relayed.sound.buffer.end >= relayed.position - 2 * CLOCK_HZ
            await relayed.settle()
            heard = relayed.heard()
    assert relayed.sound.on_floor
    assert set(heard[: blocks(25.0)]) == {"f"}


async def test_the_floor_is_heard_while_it_speaks_the_language_of_the_booth() -> None:
    async with VirtualTimeBus() as bus:
        relayed = Relayed(bus)
        async with relayed.receiving():
            await relayed.play(4.0, FLOOR, RELAY)
            relayed.floor_only = True
            await relayed.play(8.0, FLOOR, RELAY)
            relayed.floor_only = False
            await relayed.play(4.0, FLOOR, RELAY)
            await relayed.settle()
            heard = relayed.heard()
    assert set(heard[: blocks(3.0)]) == {"r"}
    assert set(heard[blocks(5.0) : blocks(11.0)]) == {"f"}
    assert set(heard[blocks(13.0) : blocks(16.0)]) == {"r"}
    assert not relayed.again_from, "nothing is said twice"


async def test_a_booth_that_begins_later_hears_what_the_relay_said_before() -> None:
    async with VirtualTimeBus() as bus:
        relayed = Relayed(bus)
        await relayed.play(12.0, FLOOR, RELAY)
        relayed.sound.begin_at(6 * CLOCK_HZ)
        async with relayed.receiving():
            await relayed.play(4.0, FLOOR, RELAY)
            await relayed.settle()
            heard = relayed.heard()
    assert len(heard) >= blocks(10.0)
    assert set(heard[: blocks(9.0)]) == {"r"}
