import asyncio

import numpy as np
import pytest

from broadcaster.audio.pcm import to_pcm
from broadcaster.booths.playout.catch_up import CatchUpLimits
from broadcaster.booths.playout.queue import Skip, SpeechQueue
from broadcaster.booths.playout.voice import ChannelVoice, LagParts
from tests.audio.sounds import numbers, sharpest, speech, voice_like
from tests.booths.simulation import words

TICK = 1_440
PIECE = 19_200


def say(voice: ChannelVoice, pcm: bytes, position: int = 0) -> None:
    for start in range(0, len(pcm), PIECE):
        voice.push_speech(pcm[start : start + PIECE], position + start // 2)


def test_at_normal_pace_speech_comes_out_unchanged() -> None:
    voice = ChannelVoice()
    said = speech()[48_000 : 3 * 48_000]
    say(voice, said)
    out = b"".join(to_pcm(voice.pull(TICK, 0)) for _ in range(len(said) // (2 * TICK)))
    first = slice(1_000, 7_000)  # before the gain moves
    assert np.array_equal(numbers(out)[first], numbers(said)[first])


def test_silence_is_counted_until_it_speaks_again() -> None:
    voice = ChannelVoice()
    assert voice.lag_ms is None
    for _ in range(5):
        assert not voice.pull(TICK, 0).any()
    assert voice.idle == 5 * TICK
    say(voice, speech()[48_000:67_200])
    assert voice.pull(TICK, 24_000).any()
    assert voice.idle == 0


async def test_it_is_drained_a_silent_packet_after_its_last_word() -> None:
    voice = ChannelVoice()
    await voice.drained()
    say(voice, voice_like(0.5))
    draining = asyncio.create_task(voice.drained(), name="drained of the test")
    while voice.queue_ms:
        await asyncio.sleep(0)
        assert not draining.done()
        voice.pull(TICK, 0)
    voice.pull(TICK, 0)
    async with asyncio.timeout(1.0):
        await draining


def test_lag_is_what_is_played_against_the_floor() -> None:
    voice = ChannelVoice()
    say(voice, words()[:PIECE], position=48_000)
    voice.pull(TICK, 48_000 + 72_000)
    assert voice.lag_ms == 3_010  # with the 10 ms of the limiter that follows


def test_the_lag_has_parts_as_far_as_they_are_known() -> None:
    voice = ChannelVoice()
    voice.push_speech(words()[:PIECE], 48_000, 48_000 + 60_000, 2_200)
    before = voice.lag_parts
    assert before is None
    voice.pull(TICK, 48_000 + 72_000)
    assert voice.lag_ms == 3_010
    assert voice.lag_parts == LagParts(answer_ms=2_200, playout_ms=510)
    while voice.queue_ms:
        voice.pull(TICK, 48_000 + 72_000)
    voice.push_speech(words()[:PIECE], 96_000)
    voice.pull(TICK, 96_000 + 72_000)
    assert voice.lag_parts is None


def test_lag_counts_what_is_inside_the_filters() -> None:
    """Everything is said at once: played and waiting sound add up to it, at any pace."""
    seconds = 60
    voice = ChannelVoice(CatchUpLimits(lag_cap_ms=1_000_000))
    say(voice, words()[: seconds * 48_000])
    tempos = set()
    for tick in range(700):
        voice.pull(TICK, seconds * 24_000 + tick * TICK)
        waiting_ms = voice.queue_ms
        if waiting_ms < 1_000:
            break
        tempos.add(round(voice.tempo, 2))
        assert voice.lag_ms is not None
        played_ms = seconds * 1_000 + tick * 60 - voice.lag_ms
        assert played_ms + waiting_ms == pytest.approx(seconds * 1_000 - 60, abs=60)
    assert tempos == {1.0, 1.05, 1.1, 1.15, 1.2, 1.25}


def test_a_delta_that_comes_too_late_does_not_click() -> None:
    voice = ChannelVoice()
    out = bytearray()
    for piece in range(50):
        voice.push_speech(voice_like(0.4, hz=110 + piece), 0)
        for _ in range(9):
            out += to_pcm(voice.pull(TICK, 0))
    gain = np.abs(numbers(bytes(out))).max() / np.abs(numbers(voice_like(1))).max()
    assert sharpest(bytes(out)) <= 1.3 * gain * sharpest(voice_like(0.4, hz=160))


def test_a_lag_over_the_cap_is_skipped_and_reported() -> None:
    skips: list[Skip] = []
    voice = ChannelVoice(on_skip=skips.append)
    say(voice, words()[: 50 * 48_000])
    for tick in range(1_000):
        voice.pull(TICK, 50 * 24_000 + tick * TICK)
    assert voice.skips == len(skips) >= 1
    assert voice.dropped_ms == pytest.approx(sum(skip.dropped_ms for skip in skips), abs=5)
    assert all(0 < skip.position < 50 * 24_000 for skip in skips)


def test_what_a_full_queue_lost_is_reported_too() -> None:
    skips: list[Skip] = []
    voice = ChannelVoice(CatchUpLimits(), skips.append, SpeechQueue(longest_queue=10 * 24_000))
    say(voice, words()[: 12 * 48_000])
    assert [skip.dropped_ms for skip in skips] == [pytest.approx(5_400, abs=3_000)]
