from broadcaster.booths.floor_clock import FloorClock
from broadcaster.booths.playout import Playout


class FakeClock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def monotonic(self) -> float:
        return self.seconds

    def now_ms(self) -> int:
        return int(self.seconds * 1000)

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


SPEECH = b"\x01\x02" * 4_800


def test_silence_comes_out_of_an_empty_queue() -> None:
    playout = Playout()
    assert playout.pull(1_440, 0) == bytes(2_880)
    assert playout.lag is None


def test_filler_is_not_queued_and_speech_keeps_its_order() -> None:
    playout = Playout()
    playout.push(bytes(19_200), 0)
    assert playout.queued == 0
    playout.push(SPEECH, 4_800)
    playout.push(bytes(19_200), 9_600)
    playout.push(b"\x03\x04" * 100, 14_400)
    out = playout.pull(1_440, 24_000)
    assert playout.lag == 24_000 - 4_800
    while playout.queued:
        out += playout.pull(1_440, 24_000)
    assert out.startswith(SPEECH + b"\x03\x04" * 100)
    assert not out[len(SPEECH) + 200 :].strip(b"\0")


def test_a_pause_inside_speech_is_kept() -> None:
    playout = Playout()
    piece = b"\x01\x01" + bytes(2_000) + b"\x01\x01"
    playout.push(piece, 0)
    assert playout.pull(1_002, 0) == piece


def test_a_full_queue_drops_the_oldest_and_counts() -> None:
    playout = Playout(longest_queue=9_600)
    for value in (1, 2, 3):
        playout.push(bytes((value, 0)) * 4_800, 0)
    assert playout.dropped == 4_800
    assert playout.queued == 9_600
    assert playout.pull(1, 0) == b"\x02\x00"


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
