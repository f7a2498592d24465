"""Speech on the floor is told from silence, hum and noise, at any level of either."""

from functools import cache

import pytest

from broadcaster.audio.blocks import Block
from broadcaster.booths.floor.speech_times import KEPT_S, SpeechTimes
from broadcaster.rehearsal import talk
from tests.audio.sounds import amplified, coloured_noise, hum, numbers, pcm_of, speech

BLOCK = 4_800
SENTENCES = talk.load().sentences
TALK_S = 30.0
LEVELS_DBFS = (-70, -50, -40, -30, -20)


@cache
def steady(kind: str, seconds: float, dbfs: float) -> bytes:
    """Sound without speech."""
    match kind:
        case "silence":
            return bytes(int(seconds * 24_000) * 2)
        case "hum of 50 Hz":
            return hum(seconds, dbfs, 50.0)
        case "hum of 60 Hz":
            return hum(seconds, dbfs, 60.0)
        case _:
            exponent = {"white noise": 0.0, "pink noise": 1.0, "brown noise": 2.0}[kind]
            return coloured_noise(seconds, dbfs, exponent)


STEADY = ("silence", "hum of 50 Hz", "hum of 60 Hz", "white noise", "pink noise", "brown noise")


def spoken_blocks(pcm: bytes) -> list[bool]:
    """Which blocks hold speech, when all was heard."""
    times, starts = SpeechTimes(), range(0, len(pcm) // 2 - BLOCK + 1, BLOCK)
    for start in starts:
        times.push_floor_block(Block(start, pcm[2 * start : 2 * (start + BLOCK)]))
    return [times.last_spoken(start, start + BLOCK) is not None for start in starts]


def ever_spoken(pcm: bytes) -> bool:
    """Whether speech was noticed at any time, even if later sound changed the answer."""
    times = SpeechTimes()
    for start in range(0, len(pcm) // 2 - BLOCK + 1, BLOCK):
        times.push_floor_block(Block(start, pcm[2 * start : 2 * (start + BLOCK)]))
        if times.last_spoken(0, start + BLOCK) is not None:
            return True
    return False


def mixed(one: bytes, other: bytes) -> bytes:
    length = min(len(one), len(other))
    return pcm_of(numbers(one[:length]) + numbers(other[:length]))


@pytest.mark.parametrize("kind", STEADY)
@pytest.mark.parametrize("dbfs", LEVELS_DBFS)
def test_steady_sound_is_no_speech(kind: str, dbfs: int) -> None:
    pcm = steady(kind, TALK_S, dbfs)
    assert not ever_spoken(pcm)


@pytest.mark.parametrize("kind", ["hum of 50 Hz", "hum of 60 Hz", "white noise", "pink noise"])
@pytest.mark.parametrize("dbfs", LEVELS_DBFS)
def test_steady_sound_that_begins_and_ends_is_no_speech(kind: str, dbfs: int) -> None:
    pcm = bytes(2 * 99_777) + steady(kind, TALK_S, dbfs) + bytes(2 * 99_111)
    assert not ever_spoken(pcm)


@pytest.mark.parametrize("gain_db", [0, -15, -30])
@pytest.mark.parametrize(
    ("kind", "below_db"),
    [("silence", 0), ("hum of 50 Hz", 0), ("pink noise", 10), ("white noise", 10)],
)
def test_speech_is_found_in_any_room(gain_db: int, kind: str, below_db: int) -> None:
    said = amplified(speech()[: int(TALK_S * 48_000)], gain_db)
    room = steady(kind, TALK_S, -20 + gain_db - below_db)
    found = spoken_blocks(mixed(said, room))
    for sentence in SENTENCES:
        blocks = found[sentence.start_ms // 200 : sentence.end_ms // 200]
        if sentence.end_ms < TALK_S * 1000:
            longest_gap = max(map(len, "".join(".x"[not s] for s in blocks).split(".")))
            assert longest_gap <= 3, f"{sentence.text}: a gap of {longest_gap} blocks"


@pytest.mark.parametrize("gain_db", [0, -30])
def test_the_beginning_of_speech_is_noticed_within_a_second_and_a_half(gain_db: int) -> None:
    for sentence in SENTENCES:
        said = speech()[48 * sentence.start_ms : 48 * (sentence.start_ms + 1_500)]
        pcm = mixed(bytes(2 * 96_000) + amplified(said, gain_db), steady("pink noise", 6.0, -60))
        assert ever_spoken(pcm), sentence.text


def test_a_single_word_is_found() -> None:
    first = SENTENCES[0]
    word = speech()[48 * first.start_ms : 48 * (first.start_ms + 300)]
    assert any(spoken_blocks(steady("silence", 4.0, 0) + word + steady("silence", 4.0, 0)))


def test_what_is_forgotten_counts_as_speech() -> None:
    times = SpeechTimes()
    for number in range(5 * KEPT_S + 50):
        times.push_floor_block(Block(number * BLOCK, bytes(2 * BLOCK)))
    assert times.last_spoken(0, BLOCK) is not None
    assert times.last_spoken(20 * BLOCK * 5, 10**9) is None
    assert times.judged_until == pytest.approx((5 * KEPT_S + 50) * BLOCK, abs=3.4 * 24_000)
