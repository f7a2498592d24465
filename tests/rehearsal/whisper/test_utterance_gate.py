"""Utterances in a row of probabilities."""

from broadcaster.rehearsal.whisper.hypothesis import FRAME_MS
from broadcaster.rehearsal.whisper.utterance_gate import Edge, UtteranceGate


def edges(probabilities: list[float]) -> list[tuple[Edge, int, int]]:
    gate = UtteranceGate()
    changes = ((gate.hear(one), gate.start_ms, gate.end_ms) for one in probabilities)
    return [(edge, start_ms, end_ms) for edge, start_ms, end_ms in changes if edge]


def test_an_utterance_begins_before_its_first_frame_and_ends_with_its_last() -> None:
    (begun, start_ms, _), (ended, _, end_ms) = edges([0.0] * 50 + [0.9] * 40 + [0.0] * 30)
    assert (begun, ended) == (Edge.BEGUN, Edge.ENDED)
    assert 0 < 50 * FRAME_MS - start_ms <= 300
    assert end_ms == 90 * FRAME_MS


def test_a_knock_is_no_utterance() -> None:
    assert not edges([0.0] * 20 + [0.9] * 4 + [0.0] * 40)


def test_a_short_pause_ends_nothing() -> None:
    found = edges([0.9] * 20 + [0.1] * 15 + [0.9] * 20 + [0.0] * 30)
    assert [edge for edge, _, _ in found] == [Edge.BEGUN, Edge.ENDED]


def test_the_next_utterance_begins_after_the_last_one() -> None:
    found = edges([0.9] * 20 + [0.0] * 21 + [0.9] * 20)
    assert [edge for edge, _, _ in found] == [Edge.BEGUN, Edge.ENDED, Edge.BEGUN]
    assert found[2][1] >= found[1][2]
