"""Measure what listeners notice of each provider fault: the table in docs/interpretation.md.

    python -m tests.benchmarks.bench_faults --rounds 2 --write docs/interpretation.md
    python -m tests.benchmarks.bench_faults --rounds 1 --only late

Each fault is triggered in every booth of all three engines at once, in the middle of speech and in
real time. The rehearsal server recognises, translates and speaks for real. A fault and round take
about 50 s.
"""

import argparse
import asyncio
import logging
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np

from broadcaster.model.event import EngineKind
from broadcaster.rehearsal import talk
from tests.audio.sounds import hum
from tests.chaos.rehearsed import (
    EXPIRES_S,
    Fault,
    Received,
    RunResult,
    conversers,
    run_booths,
    talk_floor,
    translators,
    writers,
)
from tests.chaos.sequences import ENDPOINTS

LANGUAGES = ("es", "fr", "de", "it", "pt", "ja", "zh", "ar")
BOOTHS = [*translators(*LANGUAGES), *conversers(*LANGUAGES), *writers(len(LANGUAGES))]
SENTENCES = 7
FAULT_S = 13.0
EARLY_S = 5.0
AUDIBLE_BYTES = 40
"""A packet of 60 ms that is larger holds more than silence."""
COLUMNS = (
    "fault",
    "lost, repeated, out of order",
    "later: continuous",
    "later: phrase by phrase",
    "later: source captions",
    "not live",
    "silence longer",
    "what listeners notice",
)
BEGIN, END = "<!-- make faults: begin -->", "<!-- make faults: end -->"
SPOKEN = (EngineKind.TRANSLATE, EngineKind.CONVERSE)
ALL = tuple(EngineKind)


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table.

    Attributes:
        what: the fault in words.
        fault: what is triggered in every booth; None for nothing.
        engines: whom.
        refusal: all sessions drop, and the next ones are refused so.
        expires_s: longest duration of a session.
        hum_s: seconds of hum after the talk.
    """

    what: str
    fault: Fault | None = None
    engines: tuple[EngineKind, ...] = ALL
    refusal: Fault | None = None
    expires_s: float = EXPIRES_S
    hum_s: float = 0.0

    def floor(self) -> bytes:
        """The floor that the booths hear."""
        return (
            talk_floor(SENTENCES) + hum(self.hum_s, HUM_DBFS)
            if self.hum_s
            else talk_floor(SENTENCES)
        )

    def faults(self) -> list[Fault]:
        """The faults that are planned on the server."""
        planned: list[Fault] = []
        for engine in self.engines:
            whom = {"endpoint": ENDPOINTS[engine]}
            if self.fault is not None:
                planned.append({**self.fault, **whom, "times": len(LANGUAGES)})
            if self.refusal is not None:
                numbers = range(len(LANGUAGES) + 1, 2 * len(LANGUAGES) + 1)
                planned += [{**self.refusal, **whom, "nth": number} for number in numbers]
        return planned


HUM_DBFS = -40.0
HUM_S = talk.load().sentences[SENTENCES - 1].end_ms / 1000 + 18.0
"""So long after the beginning, no speech is left to be answered."""
DROP: Fault = {"name": "drop", "at_s": FAULT_S}
CASES = (
    Case("none"),
    Case("connection drops without a close frame", DROP),
    Case("session expires (close 1001)", {"name": "expire", "at_s": FAULT_S}),
    Case("6 s of nothing", {"name": "stall", "at_s": FAULT_S, "for_s": 6.0}),
    Case("all-zero audio from then on", {"name": "mute", "at_s": FAULT_S}, SPOKEN),
    Case("hears nothing from then on", {"name": "deaf", "at_s": EARLY_S}),
    Case("speaks another language", {"name": "wrong_language", "at_s": EARLY_S}, SPOKEN),
    Case("garbage instead of JSON", {"name": "garbage", "at_s": FAULT_S}),
    Case("unknown events", {"name": "unknown_events", "at_s": FAULT_S}),
    Case("every delta twice", {"name": "duplicate_deltas", "at_s": FAULT_S}),
    Case("one delta per utterance", {"name": "whole_utterances"}),
    Case("a response fails", {"name": "fail_response"}, (EngineKind.CONVERSE,)),
    Case("drop, then 429 with Retry-After 2", DROP, refusal={"name": "refuse_rate_limit"}),
    Case("drop, then 503 with Retry-After 2", DROP, refusal={"name": "refuse_overloaded"}),
    Case("drop, then accepted 2 s late", DROP, refusal={"name": "slow_accept", "for_s": 1.0}),
    Case("drop, then 401 once", DROP, refusal={"name": "refuse_key"}),
    Case("drop, then no quota once", DROP, refusal={"name": "refuse_quota"}),
    Case(
        "replaced in time, goodbye 10 s late",
        {"name": "late_closed"},
        expires_s=40,
    ),
    Case(
        "invents a sentence while the floor hums",
        {"name": "invent", "at_s": HUM_S},
        (EngineKind.TRANSLATE, EngineKind.TRANSCRIBE),
        hum_s=25.0,
    ),
    Case("invents a sentence for hum", {"name": "invent"}, (EngineKind.CONVERSE,), hum_s=25.0),
)


@dataclass
class Measured:
    """One case over all rounds, by engine where that matters.

    Attributes:
        lost: sentences lost, repeated, out of order.
        later_s: by how much the most delayed sentence of a channel came later than without a fault.
        down_s: how long a booth was not live.
        silence_s: by how much the longest silence of a channel was longer than without a fault.
        too_many: words too many.
        failed: some booth told the organizer what to do.
    """

    lost: list[int] = field(default_factory=lambda: [0, 0, 0])
    later_s: dict[EngineKind, list[float]] = field(default_factory=dict)
    down_s: list[float] = field(default_factory=list)
    silence_s: list[float] = field(default_factory=list)
    too_many: int = 0
    failed: bool = False

    def add(self, result: RunResult, plain: RunResult, case: Case) -> None:
        """Take one round."""
        for booth, received in result.received.items():
            if booth.engine not in case.engines:
                continue
            outcome = received.text.outcome
            wrong = (outcome.lost, outcome.repeated, outcome.out_of_order)
            self.lost = [before + now for before, now in zip(self.lost, wrong, strict=True)]
            self.too_many += outcome.words_too_many
            self.failed = self.failed or "failed" in received.state_names
            usual = plain.received[booth]
            self.later_s.setdefault(booth.engine, []).append(later_s(received, usual))
            self.down_s.append(down_s(received))
            if booth.engine is not EngineKind.TRANSCRIBE:
                longer_s = longest_silence_s(received) - longest_silence_s(usual)
                self.silence_s.append(max(0.0, longer_s))

    def row(self, what: str) -> str:
        """The line of the table."""
        columns = [what, "{}, {}, {}".format(*self.lost)]
        columns += [percentiles(self.later_s.get(engine, [])) for engine in ALL]
        columns += [percentiles(self.down_s), percentiles(self.silence_s), self.notices()]
        return f"| {' | '.join(columns)} |"

    def notices(self) -> str:
        """Put the measurements into words."""
        down_s = float(np.median(self.down_s))
        if self.too_many:
            return "some sentences in another language, then again in the right one"
        if self.failed:
            return f"the original for {down_s:.0f} s; the desk says what to do"
        if down_s > 0.1:
            return f"the original for {down_s:.1f} s, then the interpretation goes on"
        if max(self.silence_s, default=0.0) > 1.0:
            return "a longer pause"
        return "nothing"


def later_s(received: Received, usual: Received) -> float:
    """Return how much later the most delayed sentence came."""
    expected = usual.delays_by_sentence_s()
    return max(
        (
            delay - expected[n]
            for n, delay in received.delays_by_sentence_s().items()
            if n in expected
        ),
        default=0.0,
    )


def down_s(received: Received) -> float:
    """Return the time for which the booth was not live, after it was live for the first time."""
    total, since = 0.0, None
    for state, at_s in received.states[received.state_names.index("live") :]:
        well = state in {"live", "rotating"}
        if well and since is not None:
            total, since = total + at_s - since, None
        elif not well and since is None:
            since = at_s
    return total


def longest_silence_s(received: Received) -> float:
    """Between the first and the last sound of a channel."""
    loud = [at_s for _, _, size, at_s in received.frames if size > AUDIBLE_BYTES]
    return max((after - before for before, after in pairwise(loud)), default=0.0)


def percentiles(values: Sequence[float]) -> str:
    """p50 and p99."""
    if not values:
        return "–"
    p50, p99 = np.percentile(values, [50, 99])
    return f"{max(0.0, p50):.1f} / {max(0.0, p99):.1f}"


async def table(rounds: int, only: str) -> str:
    """All cases."""
    title = f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}: "
    title += (
        f"{SENTENCES} sentences into {len(LANGUAGES)} channels of each engine, {rounds} rounds."
    )
    lines = [title, "", f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|"]
    plain = await run_booths(BOOTHS, [], SENTENCES)
    for case in CASES:
        if only not in case.what:
            continue
        measured = Measured()
        for _ in range(rounds):
            floor = await asyncio.to_thread(case.floor)
            result = await run_booths(
                BOOTHS, case.faults(), SENTENCES, expires_s=case.expires_s, floor=floor
            )
            measured.add(result, plain, case)
            assert result.checked.invalid == []
        lines.append(measured.row(case.what))
        print(lines[-1], flush=True)
    return "\n".join(lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", default="", help="cases that contain this")
    parser.add_argument("--write", type=Path, help="document whose table is replaced")
    options = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    result = asyncio.run(table(options.rounds, options.only))
    print(f"\n{result}")
    if options.write is not None:
        text = options.write.read_text(encoding="utf-8")
        before, _, rest = text.partition(BEGIN)
        _, _, after = rest.partition(END)
        options.write.write_text(f"{before}{BEGIN}\n{result}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
