"""Phrases of the floor: complete, in order, cut between words."""

import itertools

import pytest

from broadcaster.audio.speech_level import HOP_BYTES, SpeechLevel
from broadcaster.booths.engines.phrases import (
    CUT_WINDOW_MS,
    LEAD_MS,
    LONGEST_MS,
    Phrase,
    PhraseSegmenter,
)
from broadcaster.realtime.wire import FRAME_BYTES, FRAME_SAMPLES, SAMPLE_RATE_HZ
from tests.realtime.sounds import room, voice

START = 48_000


def ms(samples: int) -> int:
    return samples * 1000 // SAMPLE_RATE_HZ


def in_frames(sound: bytes) -> bytes:
    return sound + bytes(-len(sound) % FRAME_BYTES)


def phrases_of(sound: bytes, *, flush: bool = True) -> list[Phrase]:
    """Push the sound in blocks of 200 ms; each phrase must match the sound at its position."""
    segmenter = PhraseSegmenter()
    sound = in_frames(sound)
    phrases = []
    for number, offset in enumerate(range(0, len(sound), FRAME_BYTES)):
        frame = sound[offset : offset + FRAME_BYTES]
        phrases += segmenter.push_floor_pcm(START + number * FRAME_SAMPLES, frame)
    phrases += segmenter.flush() if flush else []
    for phrase in phrases:
        at = (phrase.position - START) * 2
        assert phrase.pcm == sound[at : at + len(phrase.pcm)]
        assert len(phrase.pcm) <= LONGEST_MS * SAMPLE_RATE_HZ // 1000 * 2
    for one, other in itertools.pairwise(phrases):
        assert one.end <= other.position
    return phrases


def test_a_pause_ends_a_phrase() -> None:
    first, second = phrases_of(
        room(1000) + voice(3000) + room(600) + voice(2500) + room(600), flush=False
    )
    assert abs(ms(first.position - START) - (1000 - LEAD_MS)) <= 40
    assert abs(ms(first.end - START) - (4000 + LEAD_MS)) <= 60
    assert abs(ms(second.position - START) - (4600 - LEAD_MS)) <= 40


def test_a_short_gap_does_not_unless_the_phrase_is_long() -> None:
    [phrase] = phrases_of(room(1000) + voice(2000) + room(250) + voice(1500))
    assert ms(phrase.end - phrase.position) >= 3700
    first, _ = phrases_of(room(1000) + voice(4500) + room(300) + voice(2000))
    assert ms(first.end - first.position) <= 5000


def test_a_phrase_that_is_too_short_waits_for_more() -> None:
    [phrase] = phrases_of(room(1000) + voice(500) + room(600) + voice(2000))
    assert ms(phrase.end - phrase.position) >= 3000


def test_a_short_sentence_does_not_wait_for_ever() -> None:
    [phrase] = phrases_of(room(1000) + voice(700) + room(2000), flush=False)
    assert 700 <= ms(phrase.end - phrase.position) <= 1200


def test_silence_is_no_phrase() -> None:
    assert phrases_of(room(30_000)) == []
    assert phrases_of(bytes(30 * SAMPLE_RATE_HZ * 2)) == []


def test_a_loud_steady_noise_is_taken_for_speech_once_at_most() -> None:
    [first] = phrases_of(room(60_000, dbfs=-35.0))
    assert ms(first.end - START) < 2000


def test_a_click_is_no_phrase() -> None:
    assert phrases_of(room(3000) + voice(60) + room(5000)) == []


def test_a_speaker_without_a_pause_is_cut_in_time() -> None:
    phrases = phrases_of(room(1000) + voice(40_000))
    for phrase in phrases[:-1]:
        assert LONGEST_MS - CUT_WINDOW_MS <= ms(phrase.end - phrase.position) <= LONGEST_MS
    for one, other in itertools.pairwise(phrases):
        assert one.end == other.position, "nothing is lost at a cut in the middle"


@pytest.mark.parametrize("gap_ms", [60, 120, 180])
@pytest.mark.parametrize("before_ms", [6200, 6900, 7300])
def test_a_forced_cut_falls_into_the_gap(before_ms: int, gap_ms: int) -> None:
    lead = 1000 - LEAD_MS
    first, *_ = phrases_of(room(1000) + voice(before_ms) + room(gap_ms) + voice(4000))
    cut = ms(first.end - START)
    assert 1000 + before_ms <= cut <= 1000 + before_ms + gap_ms, (cut, lead)


def test_a_steady_noise_under_the_voice_does_not_hide_its_pauses() -> None:
    pieces = [voice(2500, -18.0), room(600, -50.0)] * 4
    phrases = phrases_of(room(3000, -50.0) + b"".join(pieces))
    assert len(phrases) == 4


def test_a_quiet_speaker_is_heard_and_a_murmur_in_the_pause_is_not() -> None:
    [first, second] = phrases_of(
        room(2000, -75.0)
        + voice(3000, -42.0)
        + b"".join(room(500, level) for level in (-66.0, -61.0, -67.0, -62.0))
        + voice(3000, -42.0)
    )
    assert ms(first.end - first.position) < 4000 > ms(second.end - second.position)


def test_a_jump_of_the_floor_ends_the_phrase() -> None:
    segmenter = PhraseSegmenter()
    sound = in_frames(room(1000) + voice(3000))
    assert segmenter.push_floor_pcm(0, sound) == []
    later = 60 * SAMPLE_RATE_HZ
    [phrase] = segmenter.push_floor_pcm(later, in_frames(voice(1000)))
    assert phrase.end == len(sound) // 2
    [rest] = segmenter.flush()
    assert rest.position == later
    assert segmenter.flush() == []


def test_memory_is_bounded_by_the_longest_phrase() -> None:
    segmenter = PhraseSegmenter()
    for number, sound in enumerate([voice(200)] * 200 + [room(200)] * 200):
        segmenter.push_floor_pcm(number * FRAME_SAMPLES, sound)
        assert len(segmenter._pcm) <= (LONGEST_MS + 200) * SAMPLE_RATE_HZ // 1000 * 2


@pytest.mark.parametrize("length", [1, HOP_BYTES - 2, HOP_BYTES + 1])
def test_pieces_are_multiples_of_20_ms(length: int) -> None:
    with pytest.raises(ValueError, match="960"):
        PhraseSegmenter().push_floor_pcm(0, bytes(length))
    assert SpeechLevel().judge(b"") == []
