"""What listeners notice of each fault of the provider: the table in docs/interpretation.md.

    python -m tests.benchmarks.bench_faults

Each fault strikes eight languages at once in the middle of speech; the rehearsal server recognises,
translates and speaks for real. About a minute a fault.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from broadcaster.model.event import Interpreter
from tests.chaos.rehearsed import Channels, interpret_talk

LANGUAGES = ("es", "fr", "de", "it", "pt", "ja", "zh", "ar")
SENTENCES = 7
STRIKES_S = 13.0
EACH = {"times": len(LANGUAGES)}


@dataclass(frozen=True, slots=True)
class Case:
    """One row: a fault, and the engine it strikes."""

    what: str
    fault: dict[str, Any] | None
    interpreter: Interpreter = Interpreter.TRANSLATE


CASES = (
    Case("none", None),
    Case("connection drops without a word", {"name": "drop", "at_s": STRIKES_S}),
    Case("session expires (close 1001)", {"name": "expire", "at_s": STRIKES_S}),
    Case("6 s of nothing", {"name": "stall", "at_s": STRIKES_S, "for_s": 6.0}),
    Case("garbage instead of JSON", {"name": "garbage", "at_s": STRIKES_S}),
    Case("unknown events", {"name": "unknown_events", "at_s": STRIKES_S}),
    Case("one delta per utterance", {"name": "whole_utterances", "at_s": 0.0}),
    Case("429 with Retry-After 2 at first", {"name": "refuse_rate_limit"}),
    Case("503 at first", {"name": "refuse_overloaded"}),
    Case("accepts 3 s late", {"name": "slow_accept"}),
    Case("goodbye 10 s late", {"name": "late_closed"}),
    Case("phrase by phrase, no fault", None, Interpreter.CONVERSE),
    Case("phrase by phrase, drop", {"name": "drop", "at_s": STRIKES_S}, Interpreter.CONVERSE),
    Case("phrase by phrase, response fails", {"name": "fail_response"}, Interpreter.CONVERSE),
)


async def row(case: Case) -> str:
    """Run one case and put it in a line."""
    faults = [] if case.fault is None else [case.fault | EACH]
    channels = await interpret_talk(faults, LANGUAGES, SENTENCES, case.interpreter)
    counts = [channel.counts(language, SENTENCES) for language, channel in channels.items()]
    delays = [channel.worst_delay_s(language, SENTENCES) for language, channel in channels.items()]
    p50, p99 = np.percentile(delays, [50, 99])
    lost, repeated = (sum(numbers) for numbers in zip(*counts, strict=True))
    return (
        f"| {case.what} | {lost} | {repeated} | {p50:.1f} s | {p99:.1f} s | "
        f"{_notices(list(channels.values()))} |"
    )


def _notices(channels: list[Channels]) -> str:
    if any("failed" in channel.states for channel in channels):
        return "the original, and a sentence on the page"
    if any("retrying" in channel.states for channel in channels):
        return "a moment of the original, then the interpretation goes on"
    return "nothing"


async def main() -> None:
    """All cases, as a table."""
    print(f"{datetime.now(UTC):%Y-%m-%d}: {SENTENCES} sentences into {len(LANGUAGES)} languages\n")
    print("| fault | lost | repeated | latest text p50 | p99 | what listeners notice |")
    print("|---|---|---|---|---|---|")
    for case in CASES:
        print(await row(case), flush=True)


if __name__ == "__main__":
    logging.basicConfig(level=logging.CRITICAL)
    asyncio.run(main())
