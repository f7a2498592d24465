"""One booth's session is killed again and again; the other channels do not notice."""

from itertools import pairwise

from broadcaster.model.audio import OPUS_FRAME_SAMPLES
from tests.chaos.rehearsed import Received, run_booths, translators

SENTENCES = 4
KILLED = "es"
FAULT = {"name": "drop", "language": KILLED, "at_s": 1.0, "times": 8}
"""Each session of the language is cut after one second of sound, eight times in a row."""


def jumps(received: Received) -> int:
    """Count the jumps of a channel's clock. Every packet must be there, in order."""
    sequences = [sequence for sequence, _, _, _ in received.frames]
    positions = [position for _, position, _, _ in received.frames]
    assert len(sequences) > 100
    assert sequences == list(range(len(sequences)))
    steps = [after - before for before, after in pairwise(positions)]
    assert min(steps) >= OPUS_FRAME_SAMPLES, "the clock never runs backwards"
    return sum(step > OPUS_FRAME_SAMPLES for step in steps)


async def test_killing_one_session_again_and_again_breaks_no_other_channel() -> None:
    cases = translators(KILLED, "fr", "de", "ja")
    result = await run_booths(cases, [FAULT], SENTENCES)
    for case, received in result.received.items():
        print(f"{case}: {received.text.outcome}; {' '.join(received.state_names)}")
    assert result.triggered == [8]
    # Only a machine that stands still makes a clock jump, and then it does so for all alike.
    assert len({jumps(received) for received in result.received.values()}) == 1
    for case, received in result.received.items():
        outcome = received.text.outcome
        assert (outcome.lost, outcome.repeated, outcome.out_of_order) == (0, 0, 0)
        if case.channel != KILLED:
            assert received.state_names == ["idle", "connecting", "live"]
