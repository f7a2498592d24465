from broadcaster.booths.floor.clock import FloorClock
from tests.support.clock import FakeClock


def test_the_floor_clock_runs_on_without_frames_and_never_backwards() -> None:
    time = FakeClock(100.0)
    clock = FloorClock(time)
    assert (clock.started, clock.now()) == (False, 0)
    clock.observe(48_000)
    time.seconds += 1.0
    assert clock.now() == 72_000
    clock.observe(60_000)
    assert clock.now() == 72_000
    clock.observe(96_000)
    assert clock.now() == 96_000
