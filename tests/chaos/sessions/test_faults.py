"""The provider misbehaves in the middle of speech; every booth has a different fault.

Each run is the prepared talk, recognised, translated and spoken by the rehearsal
server for booths with all three engines. What every channel wrote is compared word by word with
what was said, and every event of every session with the models of the `openai` package.
"""

import os

from broadcaster.model.event import EngineKind
from tests.chaos.compare import Outcome
from tests.chaos.rehearsed import (
    BoothCase,
    Fault,
    RunResult,
    conversers,
    run_booths,
    translators,
    writers,
)
from tests.chaos.sequences import random_faults, told

SENTENCES = 6
FAULT_S = 13.0
EARLY_S = 5.0
SEED = int(os.environ.get("BROADCASTER_CHAOS_SEED", "1"))
LANGUAGES = ("es", "fr", "de", "it", "pt", "ja", "zh", "ar")
LASTING: tuple[Fault, ...] = (
    {"name": "drop", "at_s": FAULT_S},
    {"name": "expire", "at_s": FAULT_S},
    {"name": "stall", "at_s": FAULT_S, "for_s": 6.0},
    {"name": "garbage", "at_s": FAULT_S},
    {"name": "unknown_events", "at_s": FAULT_S},
    {"name": "duplicate_deltas", "at_s": FAULT_S},
    {"name": "whole_utterances"},
)
MUTE: Fault = {"name": "mute", "at_s": FAULT_S}
DEAF: Fault = {"name": "deaf", "at_s": EARLY_S}
REFUSALS = ("refuse_rate_limit", "refuse_overloaded", "refuse_key", "refuse_quota")
RIGHT = Outcome(0, 0, 0, 0, 0)


def report(result: RunResult) -> None:
    for case, received in result.received.items():
        print(
            f"{case!s:30} {received.text.outcome}, latest {received.latest_s:.1f} s;"
            f" {' '.join(received.state_names)}"
        )
        if received.text.outcome != RIGHT:
            print(f"    {' '.join(received.text.written.split())}")
    print(dict(result.checked.valid), f"{result.checked.faulty} broken on purpose")
    print(*result.checked.invalid, sep="\n")


def assert_valid_json(result: RunResult) -> None:
    assert result.checked.invalid == []
    assert len(result.checked.valid) == 4, "both sides of both kinds of endpoints"


def outcomes(result: RunResult) -> dict[BoothCase, Outcome]:
    return {case: received.text.outcome for case, received in result.received.items()}


async def test_a_fault_in_one_session_costs_no_word_in_any() -> None:
    cases = [*translators(*LANGUAGES), *conversers(*LANGUAGES), *writers(len(LASTING) + 1)]
    faults = [
        {**fault, "endpoint": endpoint, "language": language}
        for endpoint in ("translation", "conversation")
        for language, fault in zip(LANGUAGES, (*LASTING, MUTE), strict=True)
    ]
    faults += [
        {**fault, "endpoint": "transcription", "nth": number}
        for number, fault in enumerate((*LASTING, DEAF), 1)
    ]
    result = await run_booths(cases, faults, SENTENCES)
    report(result)
    assert result.triggered == [1] * len(faults)
    assert outcomes(result) == dict.fromkeys(cases, RIGHT)
    assert_valid_json(result)


async def test_a_session_that_is_hard_to_replace_costs_no_word() -> None:
    """Every engine loses five sessions within seconds; four of the next ones are refused.

    A sentence more is spoken, for it takes a few to know which language an interpreter speaks.
    """
    languages = LANGUAGES[:7]
    cases = [*translators(*languages), *conversers(*languages), *writers(6)]
    faults: list[Fault] = []
    for endpoint, count in (("translation", 7), ("conversation", 7), ("transcription", 6)):
        for number in range(5):
            drop: Fault = {"name": "drop", "at_s": 9.0 + number, "endpoint": endpoint}
            writing = endpoint == "transcription"
            whom = {"nth": number + 1} if writing else {"language": languages[number]}
            faults.append({**drop, **whom})
        faults += [
            {"name": name, "endpoint": endpoint, "nth": count + number}
            for number, name in enumerate(REFUSALS, 1)
        ]
    faults += [
        {"name": "slow_accept", "endpoint": "translation", "language": "pt", "nth": 2},
        {"name": "slow_accept", "endpoint": "conversation", "language": "pt", "nth": 2},
        {"name": "slow_accept", "endpoint": "transcription", "nth": 7, "for_s": 2.0},
        {**DEAF, "endpoint": "translation", "language": "ja"},
        {**DEAF, "endpoint": "conversation", "language": "ja"},
        {"name": "fail_transcription", "endpoint": "transcription", "nth": 6},
        {"name": "wrong_language", "at_s": EARLY_S, "endpoint": "translation", "language": "zh"},
        {"name": "wrong_language", "at_s": EARLY_S, "endpoint": "conversation", "language": "zh"},
    ]
    result = await run_booths(cases, faults, SENTENCES + 1)
    report(result)
    assert result.triggered == [1] * len(faults)
    assert_valid_json(result)
    wrong = {case for case in cases if case.channel == "zh"}
    for case, outcome in outcomes(result).items():
        if case not in wrong:
            assert outcome == RIGHT, case
        assert (outcome.lost, outcome.repeated, outcome.out_of_order) == (0, 0, 0), case
    for engine in EngineKind:
        team = [r for case, r in result.received.items() if case.engine is engine]
        reasons = " ".join(reason for received in team for reason in received.reasons)
        assert "Set a valid API key" in reasons
        assert "Check the credit and the spending limit" in reasons
        assert any("failed" in received.state_names for received in team)


async def test_faults_in_random_sequences_cost_no_word() -> None:
    """Sessions that live for half a minute, so that each is also replaced once in time."""
    languages = ("es", "de", "ja")
    cases = [*translators(*languages), *conversers(*languages), *writers(3)]
    faults = random_faults(SEED, cases)
    print(f"seed {SEED} (BROADCASTER_CHAOS_SEED)\n{told(faults)}")
    result = await run_booths(cases, faults, SENTENCES, expires_s=35)
    report(result)
    assert outcomes(result) == dict.fromkeys(cases, RIGHT)
    assert_valid_json(result)
