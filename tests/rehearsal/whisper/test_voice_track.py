"""Words are shown only where a voice was heard."""

from broadcaster.rehearsal.whisper.hypothesis import FRAME_MS, HeardWord
from broadcaster.rehearsal.whisper.voice_track import VoiceTrack


def track(*probabilities: float, kept_ms: int = 100 * FRAME_MS) -> VoiceTrack:
    one = VoiceTrack(kept_ms)
    for probability in probabilities:
        one.hear(probability)
    return one


def test_voice_is_measured_between_two_times() -> None:
    one = track(*[0.0] * 10, *[0.9] * 10, *[0.1] * 10)
    assert one.voiced_ms(0, 30 * FRAME_MS) == 10 * FRAME_MS
    assert one.voiced_ms(12 * FRAME_MS, 15 * FRAME_MS) == 3 * FRAME_MS
    assert one.voiced_ms(20 * FRAME_MS, 90 * FRAME_MS) == 0
    assert one.voiced_ms(25 * FRAME_MS, 5 * FRAME_MS) == 0


def test_what_is_older_than_is_kept_is_forgotten() -> None:
    one = track(*[0.9] * 10, *[0.0] * 5, *[0.9] * 5, kept_ms=10 * FRAME_MS)
    assert one.voiced_ms(0, 20 * FRAME_MS) == 5 * FRAME_MS


def test_words_after_the_voice_are_not_spoken() -> None:
    one = track(*[0.9] * 30, *[0.0] * 40)
    said = HeardWord(" river.", 600, 950)
    late, later = HeardWord(" Thank", 960, 1_500), HeardWord(" you.", 1_500, 1_600)
    assert one.spoken([said, late, later]) == [said]


def test_the_edges_of_a_word_are_inexact() -> None:
    one = track(*[0.0] * 30, *[0.9] * 30)
    early = HeardWord(" Good", 30 * FRAME_MS - 160, 30 * FRAME_MS - 60)
    assert one.spoken([early]) == [early]
