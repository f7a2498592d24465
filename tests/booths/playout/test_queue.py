import numpy as np
import pytest

from broadcaster.booths.playout.queue import Arrival, Skip, SpeechQueue
from tests.audio.sounds import noise, numbers, pcm_of, sharpest, speech, tone, voice_like

SPEECH = b"\x01\x02" * 4_800
SECOND = 48_000


def queue_of(pcm: bytes, position: int = 0) -> SpeechQueue:
    """A queue with this sound in pieces of 400 ms."""
    queue = SpeechQueue()
    for start in range(0, len(pcm), 19_200):
        queue.push_speech(pcm[start : start + 19_200], position + start // 2)
    return queue


def test_an_empty_queue_has_nothing() -> None:
    queue = SpeechQueue()
    assert queue.pull(1_440) == b""
    assert queue.next_position is None
    assert queue.skip(24_000) is None


def test_filler_is_not_queued_and_speech_keeps_its_order() -> None:
    queue = SpeechQueue()
    queue.push_speech(bytes(19_200), 0)
    assert queue.queued == 0
    queue.push_speech(SPEECH, 4_800)
    queue.push_speech(bytes(19_200), 9_600)
    queue.push_speech(b"\x03\x04" * 100, 14_400)
    assert queue.next_position == 4_800
    assert queue.queued == 4_900
    out = queue.pull(1_440)
    assert queue.next_position == 6_240
    while queue.queued:
        out += queue.pull(1_440)
    assert out == SPEECH + b"\x03\x04" * 100


def test_speech_keeps_the_time_at_which_it_came() -> None:
    queue = SpeechQueue()
    queue.push_speech(SPEECH, 0, Arrival(900, 700))
    queue.push_speech(SPEECH, 4_800)
    queue.pull(1_440)
    assert queue.next_arrival == Arrival(900, 700)
    queue.pull(4_800)
    assert queue.next_arrival is None


def test_a_pause_inside_speech_is_kept() -> None:
    queue = SpeechQueue()
    piece = b"\x01\x01" + bytes(2_000) + b"\x01\x01"
    queue.push_speech(piece, 0)
    assert queue.pull(1_002) == piece


def test_a_skip_goes_from_a_pause_to_the_pause_nearest_to_the_length_asked_for() -> None:
    word, pause = voice_like(1), noise(0.3, dbfs=-60)
    sentence = word + pause
    queue = queue_of(sentence * 8, position=240_000)
    skip = queue.skip(int(3.5 * 24_000))
    rest = queue.pull(10**6)
    assert skip is not None
    assert 3_800 <= skip.dropped_ms <= 4_000
    assert skip.position == pytest.approx(240_000 + 27_600, abs=4_800)
    assert (queue.dropped, queue.skips) == (24 * skip.dropped_ms, 1)
    assert rest.startswith(word)
    assert rest.endswith(word + pause)
    assert len(rest) / len(sentence) == pytest.approx(5, abs=0.1)
    assert sharpest(rest) <= 1.05 * sharpest(sentence * 2)


def test_without_a_pause_the_quietest_place_is_taken() -> None:
    seconds = np.arange(10 * 24_000) / 24_000
    nearest = np.minimum(np.abs(seconds - 2.1), np.abs(seconds - 5.3))
    said = pcm_of(numbers(tone(10)) * np.clip(nearest * 4, 0.1, 1.0))
    queue = queue_of(said)
    skip = queue.skip(int(3.2 * 24_000))
    assert skip is not None
    assert skip.position == pytest.approx(2.1 * 24_000, abs=2_400)
    assert skip.dropped_ms == pytest.approx(3_200, abs=100)
    assert sharpest(queue.pull(10**6)) <= 1.05 * sharpest(said)


@pytest.mark.parametrize("asked_s", [2, 5, 11, 30])
def test_a_skip_drops_about_the_length_asked_for(asked_s: int) -> None:
    queue = queue_of(speech()[: 40 * SECOND])
    before = queue.queued
    skip = queue.skip(asked_s * 24_000)
    assert skip is not None
    assert skip.dropped_ms == pytest.approx(asked_s * 1_000, abs=3_000)
    assert (
        queue.queued
        == before - 24 * skip.dropped_ms
        == pytest.approx(len(queue.pull(10**6)) // 2, abs=24)
    )


def test_nothing_to_cut_in_a_moment_of_sound() -> None:
    queue = SpeechQueue()
    queue.push_speech(SPEECH[:200], 0)
    assert queue.skip(24_000) is None
    assert queue.pull(1_000) == SPEECH[:200]


def test_a_full_queue_skips_half_and_says_so() -> None:
    queue = SpeechQueue(longest_queue=10 * 24_000)
    skips: list[Skip] = []
    for start in range(0, 60 * SECOND, 19_200):
        skip = queue.push_speech(speech()[start : start + 19_200], start // 2)
        assert queue.queued <= 10 * 24_000
        skips += [skip] if skip else []
    assert len(skips) == queue.skips > 5
    assert queue.dropped // 24 == pytest.approx(sum(one.dropped_ms for one in skips), abs=20)
    assert [one.position for one in skips] == sorted(one.position for one in skips)
