"""The floor that all booths of a process keep is in memory once."""

from broadcaster.audio.blocks import Block
from broadcaster.booths.floor.buffer import BLOCK_SAMPLES, KEPT_S, FloorBuffer
from broadcaster.booths.floor.receiver import FloorReceiver
from broadcaster.booths.floor.shared_blocks import SharedBlocks
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, AudioFrame, Kind
from tests.support.tasks import background_task
from tests.support.virtual_time import LoopClock, VirtualTimeBus
from tests.support.virtual_time import run as run_in_virtual_time


def block(number: int, value: int = 1) -> Block:
    return Block(number * BLOCK_SAMPLES, bytes([value]) * 2 * BLOCK_SAMPLES)


def test_equal_blocks_of_a_floor_are_kept_once() -> None:
    blocks = SharedBlocks()
    first = blocks.shared("pcm.talk", block(1))
    assert blocks.shared("pcm.talk", block(1)) is first
    assert blocks.shared("pcm.other", block(1)) is not first
    assert blocks.shared("pcm.talk", block(2)) is not first


def test_a_booth_that_missed_something_keeps_its_own_block() -> None:
    blocks = SharedBlocks()
    first = blocks.shared("pcm.talk", block(1))
    other = blocks.shared("pcm.talk", block(1, value=2))
    assert other == block(1, value=2)
    assert first == block(1)


def test_what_no_booth_keeps_is_forgotten() -> None:
    blocks, buffers = SharedBlocks(), [FloorBuffer() for _ in range(3)]
    most = KEPT_S * CLOCK_HZ // BLOCK_SAMPLES
    received = block(0)
    for number in range(2 * most * len(buffers)):
        received = block(number // len(buffers))
        buffers[number % len(buffers)].push_floor_block(blocks.shared("pcm.talk", received))
    del received
    assert len(blocks) == most
    buffers.clear()
    assert len(blocks) == 0


def test_receivers_of_one_process_share() -> None:
    async def receive() -> None:
        blocks = SharedBlocks()
        async with VirtualTimeBus() as bus:
            clock = LoopClock()
            first, second = (
                FloorReceiver(keys.floor_pcm("talk"), bus, clock, blocks) for _ in range(2)
            )
            async with (
                background_task(first.receive(lambda _position, _pcm: None), "first"),
                background_task(second.receive(lambda _position, _pcm: None), "second"),
            ):
                await clock.sleep(0.1)
                for number in range(100):
                    frame = AudioFrame(Kind.PCM, number, number * 480, bytes([number]) * 960)
                    bus.publish(keys.floor_pcm("talk"), frame.to_bytes())
                await clock.sleep(0.1)
        for position in range(0, 90 * 480, BLOCK_SAMPLES):
            kept = first.buffer.after(position)
            assert kept is not None
            assert second.buffer.after(position) is kept
        assert len(blocks) == 10

    run_in_virtual_time(receive())
