"""A session may say something only if it was fed speech: what passes and what is dropped."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadcaster.audio.blocks import Block
from broadcaster.booths.engines.engine import (
    Done,
    EngineOutput,
    FloorSpan,
    SourceText,
    SpeechOutput,
    TextOutput,
)
from broadcaster.booths.floor.speech_times import SpeechTimes
from broadcaster.booths.sessions.speech_gate import LATE_S, MOST_HELD, SpeechGate
from broadcaster.realtime.session_events import Usage
from broadcaster.rehearsal import talk
from tests.audio.sounds import amplified, hum, noise, speech

BLOCK = 4_800
BLOCK_S = 0.2
STEP_S = 0.05
SENTENCES = talk.load().sentences
SILENCE = bytes(2 * BLOCK)
SOUND = b"\1\2" * 480


def blocks_of(pcm: bytes) -> list[bytes]:
    return [pcm[at : at + 2 * BLOCK] for at in range(0, len(pcm) - 2 * BLOCK + 1, 2 * BLOCK)]


def said(seconds: float, number: int = 0, gain_db: float = 0) -> list[bytes]:
    """A part of the talk that begins with a sentence."""
    start = 48 * SENTENCES[number].start_ms
    return blocks_of(amplified(speech()[start : start + int(seconds * 48_000)], gain_db))


def quiet(seconds: float) -> list[bytes]:
    return [SILENCE] * round(seconds / BLOCK_S)


def humming(seconds: float, dbfs: float = -30) -> list[bytes]:
    return blocks_of(_hum(dbfs)[: int(seconds * 24_000) * 2])


@cache
def _hum(dbfs: float) -> bytes:
    return hum(60.0, dbfs)


@dataclass
class Session:
    """A session that is fed a floor.

    Attributes:
        floor: blocks of it.
        joined_s: when it begins; then it hears the floor from its start, four times as fast.
        stops_s: when it is fed no more.
        passed: what passed the gate, and when.
    """

    floor: Sequence[bytes]
    joined_s: float = 0.0
    stops_s: float = float("inf")
    passed: list[tuple[EngineOutput, float]] = field(default_factory=list)
    now_s: float = 0.0

    def __post_init__(self) -> None:
        self.times = SpeechTimes()
        self.gate = SpeechGate(self.times, lambda: self.now_s)

    def run(self, outputs: Sequence[tuple[float, EngineOutput]]) -> list[EngineOutput]:
        """Feed it the whole floor while the outputs come, then end it; return what passed."""
        waiting, fed, heard = sorted(outputs, key=lambda one: one[0]), 0, 0
        for step in range(round(len(self.floor) * BLOCK_S / STEP_S) + 1):
            self.now_s = step * STEP_S
            while heard < len(self.floor) and (heard + 1) * BLOCK_S <= self.now_s + 1e-6:
                self.times.push_floor_block(Block(heard * BLOCK, self.floor[heard]))
                heard += 1
            if fed < heard and self.joined_s <= self.now_s < self.stops_s:
                self._note(self.gate.feed(fed * BLOCK))
                fed += 1
            while waiting and waiting[0][0] <= self.now_s:
                self._note(self.gate.take(waiting.pop(0)[1]))
        assert not waiting, "every output comes while the floor is heard"
        self._note(self.gate.end())
        return [output for output, _ in self.passed]

    def _note(self, outputs: Sequence[EngineOutput]) -> None:
        self.passed += [(output, self.now_s) for output in outputs]


def text(letter: str, span: FloorSpan | None = None) -> TextOutput:
    """Enough text for four seconds of speech; its first letter names it."""
    return TextOutput(letter.ljust(48, "-"), None, span)


def texts(outputs: Sequence[EngineOutput]) -> str:
    return "".join(output.text[0] for output in outputs if isinstance(output, TextOutput))


# An engine without a break


@pytest.mark.parametrize(
    ("floor", "comes_s", "expected"),
    [
        # Four seconds of speech, then nothing.
        ([*said(4), *quiet(40)], {5.5: "a"}, "a"),
        ([*said(4), *quiet(40)], {5.5: "a", 14: "b"}, "ab"),
        ([*said(4), *quiet(40)], {5.5: "a", 17: "x"}, "a"),
        ([*said(4), *quiet(40)], {5.5: "a", 17: "x", 18: "x", 30: "x"}, "a"),
        # A provider that is late: the speech is unanswered until its text comes.
        ([*said(4), *quiet(40)], {20: "a", 22: "b", 24.5: "c"}, "abc"),
        ([*said(4), *quiet(40)], {20: "a", 30: "x"}, "a"),
        ([*said(4), *quiet(40)], {36: "x"}, ""),
        ([*said(20), *quiet(28)], {21.5: "a", 34: "b", 43: "x"}, "ab"),
        ([*said(12), *quiet(32)], {9: "a", 11: "b", 13.5: "c", 27: "x"}, "abc"),
        ([*said(4), *quiet(40)], {at: "a" if at < 34 else "x" for at in range(5, 44, 2)}, 15 * "a"),
        # Hum instead of silence.
        ([*said(4), *humming(40)], {5.5: "a", 17: "x", 30: "x"}, "a"),
        (humming(40), {2: "x", 20: "x"}, ""),
        ([*quiet(6), *humming(34)], {6.3: "x", 7: "x", 9: "x", 20: "x"}, ""),
        ([*humming(20), *quiet(20)], {20.3: "x", 22: "x", 30: "x"}, ""),
        # Speech begins again.
        ([*quiet(10), *said(6), *quiet(6)], {4: "x", 11.5: "a"}, "a"),
        ([*quiet(10), *said(6), *quiet(6)], {8: "x", 11.5: "a"}, "a"),
        ([*quiet(10), *said(6), *quiet(6)], {10.5: "a", 10.7: "b", 17: "c"}, "abc"),
        ([*humming(10), *said(6), *humming(6)], {8: "x", 11.5: "a", 12: "b"}, "ab"),
        ([*said(4), *quiet(26), *said(6)], {5: "a", 20: "x", 28: "x", 31.5: "b"}, "ab"),
    ],
)
def test_what_a_continuous_engine_writes(
    floor: list[bytes], comes_s: dict[float, str], expected: str
) -> None:
    session = Session(floor)
    passed = session.run([(at_s, text(letter)) for at_s, letter in comes_s.items()])
    assert texts(passed) == expected
    assert bool(session.gate.withheld_texts) == ("x" in comes_s.values())


def test_the_sound_of_an_invention_is_dropped_too() -> None:
    session = Session([*said(4), *quiet(40)])
    real: list[tuple[float, EngineOutput]] = [
        (5.0, text("a")),
        (5.2, SpeechOutput(SOUND, None)),
        (7.0, SpeechOutput(SOUND, 1)),
    ]
    sound = [(20 + n / 5, SpeechOutput(SOUND, 2)) for n in range(9)]
    assert session.run([*real, (20, text("x")), *sound]) == [output for _, output in real]
    assert session.gate.withheld_texts == 1


def test_late_sound_goes_on_as_long_as_it_comes_without_a_pause() -> None:
    session = Session([*said(4), *quiet(40)])
    sound = [(5 + n / 2, SpeechOutput(SOUND, n)) for n in range(50)]
    outputs: list[tuple[float, EngineOutput]] = [
        (5.0, text("a")),
        (15.0, text("b")),
        *sound,
        (38.0, SpeechOutput(SOUND, 99)),
    ]
    passed = session.run(outputs)
    assert texts(passed) == "ab"
    assert [one.position for one in passed if isinstance(one, SpeechOutput)] == list(range(50))


def test_filler_and_blanks_pass_without_being_counted() -> None:
    outputs: list[tuple[float, EngineOutput]] = [
        (n + 0.5, SpeechOutput(bytes(960), n)) for n in range(9)
    ]
    session, blank = Session(quiet(10)), TextOutput(" ", None)
    assert session.run([*outputs, (9.2, blank)]) == [*(one for _, one in outputs), blank]
    assert session.gate.withheld_texts == 0


def test_early_text_of_a_transcriber_is_judged_and_not_counted() -> None:
    session = Session([*quiet(20), *said(4)])
    assert session.run([(10, SourceText("x")), (22, SourceText("a"))]) == [SourceText("a")]
    assert session.gate.withheld_texts == 0


def test_texts_are_counted_by_their_pauses() -> None:
    session = Session(humming(60))
    session.run([(at_s, text("x")) for at_s in (5, 5.5, 6, 20, 21, 40)])
    assert session.gate.withheld_texts == 3


def test_what_waits_is_bounded() -> None:
    session = Session(quiet(3))
    session.run([(1.0, text("x")) for _ in range(MOST_HELD + 50)])
    assert session.passed == []


# An engine that answers pieces


SPOKEN, HUMMED = (10 * BLOCK, 30 * BLOCK), (60 * BLOCK, 80 * BLOCK)


@pytest.mark.parametrize("at_s", [7.0, 25.0, 50.0], ids="at {0:g} s".format)
def test_a_piece_with_speech_may_be_answered_at_any_time(at_s: float) -> None:
    session = Session([*quiet(2), *said(4), *quiet(6), *humming(50)])
    outputs: list[EngineOutput] = [
        text("a", SPOKEN),
        SpeechOutput(SOUND, SPOKEN[0], SPOKEN),
        Done(SPOKEN[1], "", Usage(), SPOKEN),
    ]
    assert session.run([(at_s, one) for one in outputs]) == outputs


@pytest.mark.parametrize("at_s", [16.5, 25.0, 50.0], ids="at {0:g} s".format)
def test_a_piece_of_hum_has_no_answer(at_s: float) -> None:
    session = Session([*quiet(2), *said(4), *quiet(6), *humming(50)])
    invented: list[EngineOutput] = [text("x", HUMMED), SpeechOutput(SOUND, HUMMED[0], HUMMED)]
    done, failed = (Done(HUMMED[1], error, Usage(), HUMMED) for error in ("", "server_error"))
    outputs: list[EngineOutput] = [*invented, done, failed, text("a", SPOKEN)]
    passed = session.run([(at_s, one) for one in outputs])
    assert passed == [done, done, text("a", SPOKEN)], "a failure of nothing is none"
    assert session.gate.withheld_texts == 1


# Whatever happens


@dataclass(frozen=True)
class Part:
    """A part of a talk: speech, its answer, and what follows the speech."""

    seconds: float
    sentence: int
    gain_db: float
    lag_s: float
    gap_s: float
    hums: bool


PARTS = st.builds(
    Part,
    seconds=st.sampled_from([0.6, 1.2, 3.0, 7.0]),
    sentence=st.integers(0, len(SENTENCES) - 5),
    gain_db=st.sampled_from([0.0, -15.0, -30.0]),
    lag_s=st.floats(0.7, LATE_S - 0.3),
    gap_s=st.sampled_from([0.4, 2.0, 8.0, 20.0]),
    hums=st.booleans(),
)


def talk_of(before_s: float, parts: Sequence[Part]) -> tuple[list[bytes], list[float]]:
    """A floor, and the times at which a late provider answers each part, in their order."""
    floor: list[bytes] = quiet(before_s)
    answers: list[float] = []
    for part in parts:
        floor += said(part.seconds, part.sentence, part.gain_db)
        answers.append(max([*answers, len(floor) * BLOCK_S + part.lag_s]))
        floor += humming(part.gap_s, -40) if part.hums else quiet(part.gap_s)
    return floor, answers


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    before_s=st.sampled_from([0.2, 2.0, 15.0]),
    parts=st.lists(PARTS, min_size=1, max_size=3),
    replayed=st.booleans(),
)
def test_with_speech_no_word_is_dropped(
    before_s: float, parts: list[Part], *, replayed: bool
) -> None:
    floor, answers = talk_of(before_s, parts)
    session = Session(floor, joined_s=answers[-1] / 2 if replayed else 0.0)
    outputs: list[tuple[float, EngineOutput]] = []
    for number, answer_s in enumerate(answers):
        at_s = answer_s
        if replayed:  # what was said before is heard again, four times as fast
            at_s = max(answer_s, session.joined_s + answer_s / 4 + 0.7)
        outputs.append((at_s, TextOutput(f" {number}", number)))
        outputs.append((at_s, SpeechOutput(SOUND, number)))
    session.floor = [*floor, *quiet(max(2.0, outputs[-1][0] + 6.0 - len(floor) * BLOCK_S))]
    assert session.run(outputs) == [output for _, output in outputs]
    assert session.gate.withheld_texts == 0


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["silence", "hum", "noise"]),
            st.sampled_from([7.0, 11.0]),
            st.sampled_from([-70, -50, -40, -30, -20]),
        ),
        min_size=1,
        max_size=2,
    ),
    st.lists(st.floats(0.0, 20.0), min_size=1, max_size=12),
    st.floats(0.0, 10.0),
)
def test_without_speech_nothing_is_shown(
    parts: list[tuple[str, float, int]], comes_s: list[float], joined_s: float
) -> None:
    floor = quiet(2.0)
    for kind, seconds, dbfs in parts:
        match kind:
            case "silence":
                floor += quiet(seconds)
            case "hum":
                floor += blocks_of(hum(seconds, dbfs, 60.0))
            case _:
                floor += blocks_of(noise(seconds, dbfs))
    floor += quiet(24.0 - len(floor) * BLOCK_S)
    session = Session(floor, joined_s)
    outputs: list[tuple[float, EngineOutput]] = [(at_s, text("x")) for at_s in comes_s]
    outputs += [(at_s + 0.1, SpeechOutput(SOUND, None)) for at_s in comes_s]
    assert session.run(outputs) == []
    assert session.gate.withheld_texts > 0


def test_a_session_that_is_closed_may_still_answer() -> None:
    session = Session([*said(4), *quiet(20)], stops_s=4.5)
    assert texts(session.run([(5, text("a")), (12, text("b")), (20, text("x"))])) == "ab"
