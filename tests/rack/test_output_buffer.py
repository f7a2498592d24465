"""A channel's buffer: clocks that differ, packets that are late, missing, or come twice."""

import numpy as np
import pytest

from broadcaster.rack.output_buffer import OutputBuffer
from broadcaster.rack.sound import BLOCK_SAMPLES, EDGE_SAMPLES, RackSamples
from tests.rack.drifting import PACKET_SAMPLES, TARGET_MS, drifted, tone

STEP = float(np.abs(np.diff(tone(0, 48_000))).max())


class Table:
    """A buffer whose packets and blocks come when the test says."""

    def __init__(self, target_ms: int = TARGET_MS) -> None:
        self.now = 0.0
        self.buffer = OutputBuffer(target_ms, lambda: self.now)
        self.heard: list[RackSamples] = []

    def push(self, *numbers: int) -> None:
        for number in numbers:
            sound = tone(number * PACKET_SAMPLES, PACKET_SAMPLES)
            self.buffer.push(sound, number * PACKET_SAMPLES // 2)

    def play(self, numbers: range) -> None:
        """Packets in time, each after the blocks that take as much."""
        for number in numbers:
            self.push(number)
            self.pull(PACKET_SAMPLES // BLOCK_SAMPLES)

    def pull(self, blocks: int) -> RackSamples:
        pulled = []
        for _ in range(blocks):
            self.now += 0.01
            pulled.append(self.buffer.pull(BLOCK_SAMPLES))
        self.heard += pulled
        return np.concatenate(pulled)

    def is_smooth(self) -> bool:
        """Whether no two samples are further apart than in the tone, but for the fades."""
        steps = np.abs(np.diff(np.concatenate(self.heard)))
        return float(steps.max()) < 1.2 * STEP


@pytest.mark.parametrize("ppm", [-400, 400])
def test_a_card_whose_clock_is_wrong_plays_without_a_break(ppm: int) -> None:
    result = drifted(ppm, 200, jitter_s=0.04, block_samples=1_440)
    assert result.underruns == 0
    assert result.measured_ppm == pytest.approx(-ppm, abs=250)
    assert result.largest_step < 1.01
    assert max(result.lengths_ms) < TARGET_MS + 45, "80 ms more without control"
    assert min(result.lengths_ms) > TARGET_MS - 85


def test_it_is_silent_until_it_is_full_and_then_fades_in() -> None:
    table = Table()
    table.push(0, 1, 2)
    assert not table.pull(1).any()
    table.push(3)
    assert table.buffer.playing
    assert table.pull(2).any()
    assert table.is_smooth()


def test_a_delay_is_a_longer_buffer() -> None:
    short, long = Table(), Table(TARGET_MS + 250)
    for table in (short, long):
        table.play(range(20))
    first = [int(np.argmax(np.concatenate(t.heard) != 0)) for t in (short, long)]
    assert first[1] - first[0] == pytest.approx(250 * 48, abs=PACKET_SAMPLES)
    assert long.buffer.buffer_ms - short.buffer.buffer_ms == pytest.approx(250, abs=1)


def test_a_channel_that_ends_fades_out_and_comes_back() -> None:
    table = Table()
    table.play(range(10))
    table.pull(40)
    assert table.buffer.buffer_ms == 0
    assert table.buffer.underruns == 1
    assert not table.pull(1).any()
    table.play(range(30, 40))
    assert table.buffer.playing
    assert table.is_smooth()


def test_missing_packets_are_silence_of_their_length() -> None:
    table = Table()
    table.play(range(10))
    length_ms = table.buffer.buffer_ms
    table.pull(6)
    table.play(range(11, 20))
    assert table.buffer.buffer_ms == pytest.approx(length_ms, abs=1)
    heard = np.concatenate(table.heard)
    silent = np.flatnonzero(np.convolve(heard == 0, np.ones(2_000), "valid") == 2_000)
    assert silent.any(), "the gap is heard"
    assert table.is_smooth()
    assert table.buffer.underruns == 0


def test_packets_that_come_twice_are_left_out() -> None:
    table = Table()
    table.play(range(10))
    length_ms = table.buffer.buffer_ms
    table.push(6, 7, 8, 9)
    assert table.buffer.buffer_ms == pytest.approx(length_ms, abs=0.1)
    table.play(range(10, 20))
    assert table.is_smooth()


def test_a_clock_that_begins_again_is_followed() -> None:
    table = Table()
    table.play(range(1_000, 1_010))
    table.play(range(10))
    assert table.buffer.playing
    assert table.buffer.underruns == 0
    assert table.is_smooth()


def test_sound_that_was_held_up_is_skipped() -> None:
    table = Table()
    table.play(range(10))
    table.pull(60)
    table.push(*range(10, 20))
    assert table.buffer.buffer_ms > TARGET_MS + 150
    table.play(range(20, 30))
    assert table.buffer.buffer_ms < TARGET_MS + 10
    assert table.is_smooth()


def test_a_channel_that_nobody_pulls_stays_small() -> None:
    table = Table()
    for number in range(200):
        table.now += 0.06
        table.push(number)
    assert table.buffer.buffer_ms < TARGET_MS + 2_001
    table.play(range(200, 230))
    assert table.buffer.buffer_ms < TARGET_MS + 10


def test_an_output_may_take_as_little_as_a_fade() -> None:
    table = Table()
    table.push(0, 1, 2, 3)
    for _ in range(100):
        table.now += 0.005
        table.heard.append(table.buffer.pull(EDGE_SAMPLES))
    assert table.is_smooth()
