import numpy as np
import pytest

from broadcaster.audio.loudness import TARGET_LUFS
from broadcaster.audio.pcm import to_pcm
from broadcaster.booths.playout.floor_bed import MOST_WAITING_SAMPLES, FloorBed
from tests.audio.sounds import amplified, loudness, numbers, sharpest, speech, tone

FRAME = 480
TICK = 1_440


def frames(pcm: bytes) -> list[tuple[int, bytes]]:
    return [(start // 2, pcm[start : start + 960]) for start in range(0, len(pcm) - 959, 960)]


def heard(bed: FloorBed, pcm: bytes, jitter_ticks: int = 0, lost: float = 0.0) -> bytes:
    """Return the output while the floor comes in real time, in bursts or with losses."""
    rng = np.random.default_rng(4)
    pieces = frames(pcm)
    waiting: list[tuple[int, bytes]] = []
    out = bytearray()
    for tick in range(len(pcm) // (2 * TICK)):
        waiting += pieces[3 * tick : 3 * tick + 3]
        if jitter_ticks == 0 or tick % (jitter_ticks + 1) == jitter_ticks:
            for position, frame in waiting:
                if rng.random() >= lost:
                    bed.push_floor_pcm(position, frame)
            waiting = []
        floor, _ = bed.pull(TICK, up=True)
        out += to_pcm(floor)
    return bytes(out)


def delay_samples(out: bytes, said: bytes) -> int:
    """The delay of the output, found by correlating its last second."""
    piece = numbers(out)[-24_000:]
    start = len(said) // 2 - 24_000
    values = numbers(said)
    fits = [
        float(np.dot(piece, values[start - late : start - late + 24_000]))
        for late in range(0, 12_000, 24)
    ]
    return 24 * int(np.argmax(fits))


def test_the_floor_is_live() -> None:
    said = speech()[: 20 * 48_000]
    out = heard(FloorBed(), said)
    assert delay_samples(out, said) <= 24 * 180


def test_the_floor_is_as_loud_as_the_voices() -> None:
    quiet = amplified(speech(), -12)
    out = heard(FloorBed(), quiet)
    assert loudness(out[10 * 48_000 :])[0] == pytest.approx(TARGET_LUFS, abs=1.0)


def test_a_little_jitter_makes_no_gap() -> None:
    said = tone(20, hz=300)
    late = heard(FloorBed(), said, jitter_ticks=1)
    assert sharpest(late[96_000:]) <= 1.05 * sharpest(heard(FloorBed(), said)[96_000:])
    assert np.abs(numbers(late)[48_000:].reshape(-1, 240)).max(axis=1).min() > 1_000


@pytest.mark.parametrize(("jitter_ticks", "lost"), [(5, 0.0), (0, 0.1), (3, 0.05)])
def test_jitter_and_loss_give_gaps_but_no_click(jitter_ticks: int, lost: float) -> None:
    said = tone(20, hz=300)
    out = heard(FloorBed(), said, jitter_ticks, lost)
    # a hard cut would be a hundred times sharper
    assert sharpest(out[96_000:]) <= 2 * sharpest(heard(FloorBed(), said)[96_000:])


def test_a_burst_does_not_make_it_late() -> None:
    bed = FloorBed()
    said = speech()[: 20 * 48_000]
    for position, frame in frames(said):
        bed.push_floor_pcm(position, frame)
    left = 0
    while bed.pull(TICK, up=True)[0].any():
        left += TICK
    assert left <= MOST_WAITING_SAMPLES + TICK


def test_a_frame_that_was_pushed_before_is_left_out() -> None:
    once, twice = FloorBed(), FloorBed()
    said = speech()[48_000:96_000]
    for position, frame in frames(said)[:12]:
        once.push_floor_pcm(position, frame)
        twice.push_floor_pcm(position, frame)
        twice.push_floor_pcm(position, frame)
        twice.push_floor_pcm(position - FRAME // 2, frame)
    for _ in range(3):
        assert np.array_equal(once.pull(TICK, up=True)[0], twice.pull(TICK, up=True)[0])
