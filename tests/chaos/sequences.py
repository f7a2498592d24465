"""Faults in random sequences, the same for the same seed."""

import random
from collections.abc import Sequence

from broadcaster.model.event import EngineKind
from tests.chaos.rehearsed import BoothCase, Fault

EACH = 3
EARLIEST_S, LATEST_S = 5.0, 16.0
ANYWHERE: tuple[Fault, ...] = (
    {"name": "drop"},
    {"name": "expire"},
    {"name": "stall", "for_s": 6.0},
    {"name": "garbage"},
    {"name": "unknown_events"},
    {"name": "duplicate_deltas", "for_s": 8.0},
    {"name": "whole_utterances", "for_s": 8.0},
    {"name": "slow_accept", "for_s": 2.0},
)
SPOKEN: tuple[Fault, ...] = ({"name": "mute"},)
ONLY: dict[EngineKind, tuple[Fault, ...]] = {
    EngineKind.TRANSLATE: (*SPOKEN, {"name": "late_closed"}, {"name": "no_closed"}),
    EngineKind.CONVERSE: (
        *SPOKEN,
        {"name": "fail_response"},
        {"name": "incomplete_response"},
        {"name": "inference_rate_limit_exceeded"},
    ),
    EngineKind.TRANSCRIBE: ({"name": "fail_transcription"},),
}
ENDPOINTS = {
    EngineKind.TRANSLATE: "translation",
    EngineKind.CONVERSE: "conversation",
    EngineKind.TRANSCRIBE: "transcription",
}
REFUSALS = ("refuse_rate_limit", "refuse_overloaded")


def random_faults(seed: int, cases: Sequence[BoothCase]) -> list[Fault]:
    """Some faults for every case, and some refusals for those that come back.

    A transcription has no language to be told by. Its faults are triggered in the first session
    that comes so far.
    """
    chance = random.Random(seed)
    faults: list[Fault] = []
    for case in cases:
        for fault in chance.choices((*ANYWHERE, *ONLY[case.engine]), k=EACH):
            at_s = round(chance.uniform(EARLIEST_S, LATEST_S), 1)
            whom = {"endpoint": ENDPOINTS[case.engine]}
            if case.engine is not EngineKind.TRANSCRIBE:
                whom["language"] = case.channel
            faults.append({**fault, **whom, "at_s": at_s})
    for engine, endpoint in ENDPOINTS.items():
        there = sum(case.engine is engine for case in cases)
        for name in REFUSALS:
            nth = there + chance.randint(1, 3)
            faults.append({"name": name, "endpoint": endpoint, "nth": nth, "retry_after_s": 1})
    return faults


def told(faults: Sequence[Fault]) -> str:
    """The faults in a few lines."""
    return "\n".join(
        f"  {fault['endpoint']} {fault.get('language', fault.get('nth', ''))}: {fault['name']}"
        f" at {fault.get('at_s', 0)} s"
        for fault in faults
    )
