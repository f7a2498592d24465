"""Packets come in real time, whatever the channel does."""

import pytest

from broadcaster.audio.opus import SILENT_SAMPLES, silent_packet
from broadcaster.edge.http.gap_filler import FILL_AFTER_S, GapFiller
from broadcaster.model.audio import CLOCK_HZ, OPUS_FRAME_SAMPLES, AudioFrame, Kind, opus_samples
from tests.support.clock import FakeClock

TICK_S = 0.06


def frame(number: int) -> AudioFrame:
    return AudioFrame(Kind.OPUS, number, number * OPUS_FRAME_SAMPLES, said(number))


def said(number: int) -> bytes:
    return b"\x58%d" % number  # its first byte says 60 ms


def test_gaps_are_filled_and_late_frames_are_left_out() -> None:
    clock = FakeClock()
    gap_filler = GapFiller(clock)
    assert gap_filler.push(frame(100)) == [said(100)]
    silence = [silent_packet()] * (2 * OPUS_FRAME_SAMPLES // SILENT_SAMPLES)
    assert gap_filler.push(frame(103)) == [*silence, said(103)]
    assert gap_filler.push(frame(102)) == []
    clock.seconds += FILL_AFTER_S - 0.1
    assert gap_filler.fill() == []
    clock.seconds += 0.2
    filled = len(gap_filler.fill()) * SILENT_SAMPLES
    assert filled == int((FILL_AFTER_S + 0.1) * CLOCK_HZ)
    frames = filled // OPUS_FRAME_SAMPLES
    assert gap_filler.push(frame(103 + frames)) == []
    assert gap_filler.push(frame(105 + frames))[-1] == said(105 + frames)
    assert gap_filler.push(frame(100_000)) == [said(100_000)]
    assert gap_filler.push(frame(5)) == [said(5)]


def test_gaps_between_packets_of_two_lengths_are_filled() -> None:
    gap_filler = GapFiller(FakeClock())
    short = AudioFrame(Kind.OPUS, 1, 1_440, b"\x48")
    after_a_gap = AudioFrame(Kind.OPUS, 3, 1_440 + 2 * 480, b"\x48")
    assert [len(gap_filler.push(each)) for each in (frame(0), short, after_a_gap)] == [1, 1, 2]


def length_s(packets: list[bytes]) -> float:
    return sum(map(opus_samples, packets)) / CLOCK_HZ


@pytest.mark.parametrize("pause_s", [1.5, 3.0, 6.0, 9.0, 30.0])
def test_a_channel_whose_clock_stood_still_is_heard_again_without_a_gap(pause_s: float) -> None:
    """Sound for 5 s, nothing for a while, then on from where it stopped."""
    clock = FakeClock()
    gap_filler = GapFiller(clock)
    sent: list[bytes] = []
    sent_at_s, number = 0.0, 0
    while clock.seconds < pause_s + 15.0:
        came = gap_filler.fill()
        if not 5.0 <= clock.seconds < 5.0 + pause_s:
            came += gap_filler.push(frame(number))
            number += 1
        if came:
            assert clock.seconds - sent_at_s <= FILL_AFTER_S + TICK_S
            sent_at_s = clock.seconds
            sent += came
        assert abs(length_s(sent) - clock.seconds) <= FILL_AFTER_S + TICK_S
        clock.seconds += TICK_S
    assert sent[-1] == said(number - 1)
    assert len(set(sent)) > number - 2 * FILL_AFTER_S / TICK_S


def test_a_burst_after_a_stall_of_the_bus_is_not_played_after_the_silence_too() -> None:
    clock = FakeClock()
    gap_filler = GapFiller(clock)
    sent = gap_filler.push(frame(0))
    for first in (1, 101, 201):
        for _ in range(100):
            clock.seconds += TICK_S
            sent += gap_filler.fill()
        for number in range(first, first + 100):
            sent += gap_filler.push(frame(number))
    assert abs(length_s(sent) - clock.seconds) <= 2 * TICK_S
