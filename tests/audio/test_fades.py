import numpy as np
import pytest

from broadcaster.audio.fades import EDGE_SAMPLES, SmoothCuts, SoftEdges, cross_fade
from tests.audio.sounds import numbers, sharpest, tone, voice_like

TICK = 1_440


def test_what_flows_is_not_touched() -> None:
    said = voice_like(2)
    edges = SoftEdges()
    edges.push(said)
    heard = b"".join(edges.pull(TICK) for _ in range(20))
    assert heard[2 * EDGE_SAMPLES :] == said[2 * EDGE_SAMPLES : len(heard)]


def test_an_empty_buffer_gives_silence() -> None:
    assert SoftEdges().pull(TICK) == bytes(2 * TICK)


def test_an_end_and_a_new_start_do_not_click() -> None:
    said = voice_like(1)
    rng = np.random.default_rng(2)
    edges = SoftEdges()
    heard = bytearray()
    for _ in range(300):
        start = 2 * int(rng.integers(0, 12_000))
        edges.push(said[start : start + 2 * int(rng.integers(480, 4_000))])
        while edges.samples:
            heard += edges.pull(TICK)
    assert sharpest(bytes(heard)) <= 1.2 * sharpest(said)


def test_sound_comes_back_whole() -> None:
    edges = SoftEdges()
    edges.push(tone(0.1))
    edges.pull(TICK)
    edges.push(tone(0.1))
    heard = edges.pull(TICK) + edges.pull(TICK) + edges.pull(TICK)
    assert np.abs(numbers(heard)).max() > 7_000
    assert edges.samples == 0


@pytest.mark.parametrize("samples", [1, 100, 2_000])
def test_a_short_silence_and_a_dropped_piece_do_not_click(samples: int) -> None:
    edges = SoftEdges()
    edges.push(voice_like(1))
    edges.silence(samples)
    edges.push(voice_like(1))
    before = edges.samples
    edges.drop(samples)
    assert edges.samples == before - samples
    heard = edges.pull(47_000 - samples)
    assert sharpest(heard) <= 1.2 * sharpest(voice_like(1))


def test_a_cross_fade_of_one_sound_is_that_sound() -> None:
    piece = tone(1)[: 2 * EDGE_SAMPLES]
    assert np.abs(numbers(cross_fade(piece, piece)) - numbers(piece)).max() <= 1


@pytest.mark.parametrize("gap", [0, 1, 24, EDGE_SAMPLES, 2_000])
def test_a_cut_and_a_silence_do_not_click(gap: int) -> None:
    one, other = tone(0.1), tone(0.1)[2 * 31 :]
    cuts = SmoothCuts()
    heard = cuts.push(one)
    cuts.cut()
    silence = b"".join(cuts.rest(part) for part in (gap // 3, gap - gap // 3)) if gap else b""
    assert len(silence) <= 2 * min(gap, EDGE_SAMPLES)
    heard += silence.ljust(2 * gap, b"\0") + cuts.push(other[:100]) + cuts.push(other[100:])
    assert largest_step(heard) <= 1.3 * largest_step(one)
    assert len(heard) == len(one) + 2 * gap + len(other)
    assert heard.endswith(other[4 * EDGE_SAMPLES :])


def test_sound_after_a_long_silence_fades_in() -> None:
    cuts = SmoothCuts()
    cuts.push(tone(0.1))
    assert len(cuts.rest(2_000)) == 2 * EDGE_SAMPLES
    assert cuts.rest(2_000) == b""
    begins = numbers(cuts.push(np.full(480, 8_000, "<i2").tobytes()))
    assert np.abs(np.diff(begins, prepend=0)).max() < 200


def largest_step(pcm: bytes) -> int:
    """Between two samples."""
    return int(np.abs(np.diff(numbers(pcm).astype(int))).max())
