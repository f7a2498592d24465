"""The recogniser itself, faster than real time."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.hearing.recogniser import Recogniser
from broadcaster.rehearsal.hearing.recognition import Recognition
from tests.rehearsal.talk_sound import excerpt

FRAME_BYTES = 9600
SENTENCES = talk.load().sentences
OFF_SCRIPT = (
    "Last winter I bought a small red bicycle from a man who lives near the station. "
    "The price was fair although the brakes needed some attention."
)


def recognise(pcm: bytes) -> list[tuple[int, Recognition]]:
    """Return the reports, each with the milliseconds of sound before it."""
    return [(at_ms, one) for at_ms, one in recognise_early(pcm) if one.kind != "begun"]


def recognise_early(pcm: bytes) -> list[tuple[int, Recognition]]:
    """The same with sentences that are being said."""
    recogniser = Recogniser(SENTENCES)
    result = []
    for at in range(0, len(pcm), FRAME_BYTES):
        heard = recogniser.feed(pcm[at : at + FRAME_BYTES])
        result += [((at + FRAME_BYTES) // 48, one) for one in heard]
    return result + [(len(pcm) // 48, one) for one in recogniser.flush()]


def indices(heard: list[tuple[int, Recognition]]) -> list[int]:
    return [one.index for _, one in heard]


def test_every_sentence_is_heard_once_in_order_and_soon(talk_pcm: bytes) -> None:
    heard = recognise(talk_pcm)
    assert indices(heard) == list(range(len(SENTENCES)))
    lags = [at_ms - SENTENCES[one.index].end_ms for at_ms, one in heard]
    print("recognised after the sentence's end, ms:", lags)
    assert max(lags) < 1_000
    for _, one in heard:
        assert one.start_ms == pytest.approx(SENTENCES[one.index].start_ms, abs=300)


def test_the_beginning_of_a_sentence_is_heard_before_its_end(talk_pcm: bytes) -> None:
    heard = recognise_early(excerpt(talk_pcm, 66_800, 103_700))
    for index in range(14, 22):
        kinds = [one.kind for _, one in heard if one.index == index]
        assert kinds.count("begun") > 2
        assert kinds[-1] == "sentence"
        shares = [one.end for _, one in heard if one.index == index]
        assert shares[0] < 0.5
        assert shares[-1] == 1.0


@pytest.mark.parametrize("start_ms", [3_800, 20_600, 46_800])
def test_the_talk_may_be_entered_anywhere(talk_pcm: bytes, start_ms: int) -> None:
    heard = indices(recognise(excerpt(talk_pcm, start_ms, start_ms + 20_000)))
    whole = [
        sentence.index
        for sentence in SENTENCES
        if start_ms <= sentence.start_ms and sentence.end_ms <= start_ms + 20_000
    ]
    assert [index for index in heard if index in whole] == whole
    assert set(heard) - set(whole) <= {-1, whole[0] - 1, whole[-1] + 1}


def test_a_looping_talk_is_heard_again(talk_pcm: bytes) -> None:
    last_two_ms = SENTENCES[-2].start_ms - 70
    seam = excerpt(talk_pcm, last_two_ms, 140_000) + excerpt(talk_pcm, 0, 9_500)
    assert indices(recognise(seam)) == [24, 25, 0, 1]


def test_a_quieter_floor_with_noise_is_understood(talk_pcm: bytes) -> None:
    samples = np.frombuffer(excerpt(talk_pcm, 0, 27_000), "<i2") * 0.25
    noise = np.random.default_rng(7).standard_normal(samples.size) * 20
    assert indices(recognise((samples + noise).astype("<i2").tobytes())) == list(range(6))


def test_a_cut_gives_each_sentence_to_one_side(talk_pcm: bytes) -> None:
    for cut_ms in (15_200, 17_000):
        before = indices(recognise(excerpt(talk_pcm, 14_000, cut_ms)))
        after = indices(recognise(excerpt(talk_pcm, cut_ms, 23_300)))
        assert sorted([i for i in before + after if i >= 0]) == [3, 4]


def test_other_words_are_not_taken_for_the_talk(tmp_path: Path, talk_pcm: bytes) -> None:
    spoken = tmp_path / "off.wav"
    subprocess.run(["flite", "-voice", "rms", "-t", OFF_SCRIPT, "-o", spoken], check=True)
    pcm = subprocess.run(
        ["sox", spoken, "-r", "24000", "-t", "raw", "-e", "signed", "-b", "16", "-"],
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    heard = recognise(excerpt(talk_pcm, 0, 9_400) + pcm + excerpt(talk_pcm, 9_500, 18_000))
    kinds = [one.index for _, one in heard]
    assert [index for index in kinds if index >= 0] == [0, 1, 2, 3]
    foreign = " ".join(one.text for _, one in heard if one.kind == "words")
    assert "bicycle" in foreign
    assert "attention" in foreign
