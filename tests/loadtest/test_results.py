"""The measurements, on times that a test chooses."""

import pytest

from broadcaster.loadtest.plan import MeasuredPhase
from broadcaster.loadtest.report import percentiles, report
from broadcaster.loadtest.results import KEPT_FRAMES, FrameLog, ListenerStats, LoadResults
from broadcaster.model.audio import OPUS_FRAME_SAMPLES, AudioFrame, Kind
from tests.edge.conftest import PACKET


def hear(log: FrameLog, stats: ListenerStats, sequence: int, now_s: float) -> None:
    frame = AudioFrame(Kind.OPUS, sequence, sequence * OPUS_FRAME_SAMPLES, PACKET)
    stats.frame_arrived(log.arrivals(frame.to_bytes(), frame, now_s), now_s)


def joined(at_s: float) -> ListenerStats:
    stats = ListenerStats(at_s - 0.1)
    stats.joined_s = at_s
    return stats


def test_spread_is_from_the_first_to_the_last_listener() -> None:
    log, everybody = FrameLog(), [joined(0.0), joined(0.0), joined(0.0)]
    for sequence in (0, 1):
        for number, stats in enumerate(everybody):
            hear(log, stats, sequence, 1.0 + 0.06 * sequence + 0.01 * number)
    log.finish(5.0)
    assert list(log.spreads_ms) == pytest.approx([20.0, 20.0])


def test_a_late_joiners_backlog_is_no_spread() -> None:
    log, early, late = FrameLog(), joined(0.0), joined(3.0)
    hear(log, early, 0, 1.0)
    hear(log, late, 0, 3.01)
    hear(log, early, 1, 3.02)
    hear(log, late, 1, 3.03)
    log.finish(9.0)
    assert list(log.spreads_ms) == pytest.approx([0.0, 10.0])


def test_frames_still_under_way_at_the_end_are_left_out() -> None:
    log, stats = FrameLog(), joined(0.0)
    hear(log, stats, 0, 1.0)
    hear(log, stats, 1, 4.5)
    log.finish(5.0)
    assert len(log.spreads_ms) == 1


def test_only_recent_frames_are_remembered() -> None:
    log, stats, slow = FrameLog(), joined(0.0), joined(0.0)
    for sequence in range(KEPT_FRAMES + 10):
        hear(log, stats, sequence, sequence * 0.06)
    assert len(log.recent) == KEPT_FRAMES
    hear(log, slow, 0, 99.0)
    assert len(log.recent) == KEPT_FRAMES
    assert max(log.spreads_ms) == 0.0
    assert slow.messages == 1


def test_a_channel_that_restarts_its_count_misses_nothing() -> None:
    stats = joined(0.0)
    for sequence, missing in ((5, 0), (6, 0), (9, 2), (0, 2), (1, 2), (2**32 - 1, 2), (0, 2)):
        stats.count_missing(sequence, 2**32)
        assert stats.missing == missing


def test_pauses_are_gaps_from_the_first_sound_to_the_end() -> None:
    stats = joined(0.0)
    for now_s in (10.0, 10.06, 10.5, 10.55):
        stats.sound_arrived(now_s)
    assert (stats.first_sound_s, stats.gaps) == (10.0, 1)
    stats.end(12.55)
    assert stats.gaps == 2
    assert stats.longest_gap_s == pytest.approx(2.0)


def test_the_report_sums_up() -> None:
    one, two, never = joined(0.1), joined(0.3), ListenerStats(0.0)
    for stats in (one, two):
        stats.sound_arrived(0.5)
        stats.sound_arrived(1.0)
        stats.missing = 3
    results = LoadResults(listeners=[one, two, never])
    results.failed["away"] = 1
    result = report(results, MeasuredPhase(10.0, 1.0, 1000, 5000, 0.02), 3)
    assert not result.good
    assert (result.joined, result.gaps, result.frames_missing) == (2, 2, 6)
    assert (result.messages_per_s, result.bytes_per_s) == (100.0, 500.0)
    assert (result.own_cpu_us_per_message, result.own_cpu_share) == (1000.0, 0.1)
    assert result.join_ms == percentiles([100.0, 100.0])
    assert not result.busy
    assert report(results, MeasuredPhase(10.0, 9.0, 1000, 5000, 0.02), 3).busy
    assert report(results, MeasuredPhase(10.0, 1.0, 1000, 5000, 0.2), 3).busy
