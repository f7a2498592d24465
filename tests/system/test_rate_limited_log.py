"""One line a second for what happens a thousand times."""

import logging

import pytest

from broadcaster.system.rate_limited_log import RateLimitedLog
from tests.support.clock import FakeClock

LOGGER = logging.getLogger("broadcaster.test")


def test_one_line_in_an_interval_says_how_many_had_how_much(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = FakeClock()
    log = RateLimitedLog(LOGGER, "%d listeners missed %d frames", clock.monotonic, interval_s=1.0)
    one, two = object(), object()
    log.add(one)
    assert caplog.messages == ["1 listeners missed 1 frames"]
    for _ in range(500):
        clock.seconds += 0.001
        log.add(one)
        log.add(two)
    assert len(caplog.messages) == 1
    clock.seconds += 1.0
    log.add(two)
    assert caplog.messages[1:] == ["2 listeners missed 1001 frames"]


def test_the_last_occurrences_are_logged_by_a_flush(caplog: pytest.LogCaptureFixture) -> None:
    clock = FakeClock()
    log = RateLimitedLog(LOGGER, "%d listeners missed %d frames", clock.monotonic)
    one = object()
    log.add(one)
    log.add(one)
    log.flush()
    assert len(caplog.messages) == 1
    clock.seconds += 1.0
    log.flush()
    log.flush()
    assert caplog.messages[1:] == ["1 listeners missed 1 frames"]
