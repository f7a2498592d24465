"""The provider misbehaves in the middle of speech; every language has another fault."""

from difflib import SequenceMatcher
from typing import Any

from broadcaster.model.event import Interpreter
from broadcaster.rehearsal import talk
from tests.chaos.rehearsed import interpret_talk

SENTENCES = 7
STRIKES_S = 13.0
FAULTS: dict[str, dict[str, Any]] = {
    "es": {"name": "drop"},
    "fr": {"name": "expire"},
    "de": {"name": "stall", "for_s": 6.0},
    "it": {"name": "garbage"},
    "pt": {"name": "unknown_events"},
    "ja": {"name": "whole_utterances"},
    "zh": {"name": "slow_accept", "for_s": 2.0},
    "ar": {"name": "drop", "times": 2, "every_s": 6.0},
}


async def test_a_fault_in_one_language_costs_no_word_in_any() -> None:
    faults = [
        {"at_s": 0.0 if fault["name"] == "slow_accept" else STRIKES_S, "language": language} | fault
        for language, fault in FAULTS.items()
    ]
    channels = await interpret_talk(faults, tuple(FAULTS), SENTENCES)
    outcome = {}
    for language, channel in channels.items():
        lost, repeated = channel.counts(language, SENTENCES)
        outcome[language] = (lost, repeated)
        print(
            f"{FAULTS[language]['name']:18} {language}: {lost} lost, {repeated} repeated, "
            f"latest {channel.worst_delay_s(language, SENTENCES):.1f} s after the speaker; "
            f"{' '.join(channel.states)}"
        )
    assert set(outcome.values()) == {(0, 0)}


async def test_phrase_by_phrase_interpretation_survives_too() -> None:
    faults = [
        {"name": "drop", "at_s": STRIKES_S, "language": "es"},
        {"name": "fail_response", "language": "fr", "times": 1},
        {"name": "inference_rate_limit_exceeded", "language": "de", "times": 1},
    ]
    languages = ("es", "fr", "de", "it")
    channels = await interpret_talk(faults, languages, SENTENCES, Interpreter.CONVERSE)
    for language, channel in channels.items():
        print(
            f"{language}: {channel.counts(language, SENTENCES)} lost and repeated, latest "
            f"{channel.worst_delay_s(language, SENTENCES):.1f} s; {' '.join(channel.states)}"
        )
        words = channel.text.split()
        expected = " ".join(s.translations[language] for s in talk.load().sentences[:SENTENCES])
        match = SequenceMatcher(None, words, expected.split(), autojunk=False)
        same = sum(block.size for block in match.get_matching_blocks())
        assert same / len(expected.split()) > 0.9
        assert len(words) < 1.1 * len(expected.split())
