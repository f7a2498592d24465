"""The measures of the proof without a network."""

import os
import resource
import subprocess
import sys

import numpy as np

from tests.benchmarks.cpu import family_cpu_s
from tests.interpreter.offline.sound_of_nobody import LEAD_S, loud_pieces, pieces_of_nobody
from tests.support.sound import RATE_HZ, Samples

SENTENCE = ("the", "water", "is", "clean", "again")


def sound(*pieces_s: tuple[float, float]) -> Samples:
    """Six seconds that are loud between these seconds."""
    silent = np.zeros(6 * RATE_HZ)
    for begin_s, end_s in pieces_s:
        silent[round(begin_s * RATE_HZ) : round(end_s * RATE_HZ)] = 1_000
    return silent


def test_a_short_pause_does_not_part_a_voice() -> None:
    pieces = loud_pieces(sound((0.5, 1.0), (1.5, 2.0), (4.0, 4.3)))
    assert [(a / RATE_HZ, b / RATE_HZ) for a, b in pieces] == [(0.5, 2.0), (4.0, 4.3)]


def test_the_rest_of_a_sentence_is_not_invented() -> None:
    heard = iter(("is clean again", "thank you"))
    quiet = sound((0.5, 1.0), (LEAD_S - 0.5, LEAD_S + 1.0), (5.5, 6.0))
    pieces = pieces_of_nobody(quiet, sound(), SENTENCE, lambda _: next(heard))
    assert [(one.begin_s, one.end_s, one.kind) for one in pieces] == [
        *((0.0, 1.0, "late"), (2.5, 3.0, "invented")),
    ]


def test_sound_without_words_is_invented() -> None:
    [piece] = pieces_of_nobody(sound((4.0, 4.4)), sound(), SENTENCE, lambda _: "")
    assert piece.kind == "invented"
    assert pieces_of_nobody(sound(), sound(), SENTENCE, lambda _: "") == []


def test_the_sound_of_the_stage_is_not_invented() -> None:
    floor = np.random.default_rng(1).normal(0.0, 3_000.0, 10 * RATE_HZ)
    quiet = sound()
    begin, length = round(4.5 * RATE_HZ), round(0.9 * RATE_HZ)
    quiet[begin : begin + length] = floor[RATE_HZ : RATE_HZ + length]
    [piece] = pieces_of_nobody(quiet, floor, SENTENCE, lambda _: "")
    assert piece.kind == "floor"
    [piece] = pieces_of_nobody(quiet, floor[::-1], SENTENCE, lambda _: "")
    assert piece.kind == "invented"


def test_a_process_that_has_ended_is_in_the_sum() -> None:
    def children_s() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    before_s, before_children_s = family_cpu_s(os.getpid()), children_s()
    subprocess.run([sys.executable, "-c", "sum(range(3_000_000))"], check=True)
    grown_s = family_cpu_s(os.getpid()) - before_s
    assert grown_s >= children_s() - before_children_s - 0.05
