"""The last minute of the floor: blocks by position, and the pauses of the speaker."""

import numpy as np
import pytest

from broadcaster.audio.blocks import Block
from broadcaster.booths.floor.buffer import FloorBuffer


def speech(seconds: float, level: float = 8_000) -> bytes:
    t = np.arange(int(seconds * 24_000))
    return (level * np.sin(t / 9)).astype("<i2").tobytes()


def buffered(*parts: tuple[float, bool]) -> FloorBuffer:
    """A buffer that heard these parts: seconds, and whether the speaker speaks."""
    pcm = b"".join(speech(s) if loud else bytes(int(s * 24_000) * 2) for s, loud in parts)
    buffer = FloorBuffer()
    for start in range(0, len(pcm) - 9_599, 9_600):
        buffer.push_floor_block(Block(start // 2, pcm[start : start + 9_600]))
    return buffer


def test_pauses_are_found() -> None:
    buffer = buffered((1.0, True), (0.4, False), (1.0, True), (0.1, False), (1.1, True))
    assert buffer.pause_before(3 * 24_000) == pytest.approx(1.2 * 24_000, abs=600)
    assert buffer.pause_before(24_000 // 2) == 0
    assert buffer.spoken == pytest.approx(3.1 * 24_000, abs=2_000)
    assert buffer.paused_for() == 0


def test_a_pause_that_has_not_ended_counts() -> None:
    buffer = buffered((1.0, True), (1.0, False))
    assert buffer.paused_for() == pytest.approx(24_000, abs=600)
    assert 24_000 <= buffer.pause_before(2 * 24_000) <= 36_000


def test_blocks_are_found_by_position_and_dropped_after_a_minute() -> None:
    buffer = buffered((80.0, True))
    block = buffer.after(70 * 24_000)
    assert block is not None
    assert block.position == 70 * 24_000
    assert buffer.after(80 * 24_000) is None
    oldest = buffer.after(0)
    assert oldest is not None
    assert oldest.position == 20 * 24_000
