from broadcaster.booths.floor_clock import FloorClock


class FakeClock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def monotonic(self) -> float:
        return self.seconds

    def now_ms(self) -> int:
        return int(self.seconds * 1000)

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def test_the_floor_clock_goes_on_without_the_floor_and_never_back() -> None:
    time = FakeClock()
    clock = FloorClock(time)
    assert (clock.started, clock.now()) == (False, 0)
    clock.observe(48_000)
    time.seconds += 1.0
    assert clock.now() == 72_000
    clock.observe(60_000)
    assert clock.now() == 72_000
    clock.observe(96_000)
    assert clock.now() == 96_000
