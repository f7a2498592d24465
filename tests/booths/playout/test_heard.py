"""The time at which speech is heard: known for the past, expected for the rest."""

import pytest

from broadcaster.audio.limiter import DELAY_SAMPLES
from broadcaster.booths.playout.queue import SpeechQueue
from broadcaster.booths.playout.voice import ChannelVoice
from tests.audio.sounds import speech
from tests.booths.simulation import words

TICK = 1_440
SECOND = 24_000


def play(voice: ChannelVoice, ticks: int, position: int) -> int:
    """Play packets from `position` on; return the position after them."""
    for _ in range(ticks):
        voice.pull(TICK, position)
        position += TICK
    return position


def test_speech_is_heard_from_the_packet_in_which_it_is_played() -> None:
    voice = ChannelVoice()
    position = play(voice, 50, SECOND)
    voice.push_speech(speech()[SECOND : 5 * SECOND], 0)
    began = position + DELAY_SAMPLES
    play(voice, 60, position)
    assert voice.heard.start(0) == pytest.approx(began, abs=TICK)
    assert voice.heard.end(2 * SECOND) == pytest.approx(began + 2 * SECOND, abs=TICK)


def test_speech_that_waits_is_expected_after_what_is_before_it() -> None:
    voice = ChannelVoice()
    position = play(voice, 10, 0)
    voice.push_speech(speech()[SECOND : 9 * SECOND], 0)
    position = play(voice, 1, position)
    expected = voice.heard.start(3 * SECOND)
    play(voice, 70, position)
    assert voice.heard.start(3 * SECOND) == pytest.approx(expected, abs=TICK)


def test_a_silence_between_two_pieces_belongs_to_neither() -> None:
    voice = ChannelVoice()
    voice.push_speech(speech()[SECOND : 3 * SECOND], 0)
    position = play(voice, 60, 0)
    voice.push_speech(speech()[SECOND : 3 * SECOND], 0)
    play(voice, 30, position)
    assert voice.heard.end(SECOND) == pytest.approx(SECOND, abs=2 * TICK)
    assert voice.heard.start(SECOND) == pytest.approx(position, abs=2 * TICK)


def test_what_is_skipped_does_not_move_what_is_played_before_it() -> None:
    queue = SpeechQueue(longest_queue=8 * SECOND)
    voice = ChannelVoice(queue=queue)
    voice.push_speech(words()[: 2 * 7 * SECOND], 0)
    position = play(voice, 1, 0)
    voice.push_speech(words()[2 * 7 * SECOND : 2 * 9 * SECOND], 0)
    assert queue.dropped > 2 * SECOND
    assert voice.pushed == 9 * SECOND
    play(voice, 400, position)
    assert voice.heard.start(TICK) == pytest.approx(TICK, abs=2 * TICK)
    length = 9 * SECOND - queue.dropped
    assert voice.heard.end(9 * SECOND) == pytest.approx(length, abs=SECOND)


def test_nothing_is_known_before_it_plays() -> None:
    assert ChannelVoice().heard.start(0) == 0
    assert ChannelVoice().heard.end(0) == 0
