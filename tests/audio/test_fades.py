import numpy as np
import pytest

from broadcaster.audio.fades import EDGE_SAMPLES, SoftEdges, cross_fade
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
