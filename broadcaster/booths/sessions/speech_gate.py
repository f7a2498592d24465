"""Holds back what a session says although nobody spoke: in silence, models invent text.

A piece of the floor that was sent by itself and is answered by itself must hold speech. An engine
that interprets without a break does not say which sound an output belongs to. Its output passes if

- speech was fed to this session in the last `LATE_S`,
- or in the last `LATEST_S`, and it is unanswered: no text has come since, or too little for the
  speech of that time,
- or in the last `LATEST_S`, and the output follows another one within `GOES_ON_S`.

Any other output waits until the sound before it is judged for good, about 4 s, and so does what
comes after it. If somebody had begun to speak, it is passed on, otherwise it is dropped. Only what
was fed to the session itself counts. Therefore a session that hears the floor again may answer old
speech, and a session that has heard no speech yet may say nothing.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from broadcaster.booths.engines.engine import (
    Done,
    EngineOutput,
    SourceText,
    SpeechOutput,
    TextOutput,
)
from broadcaster.booths.floor.buffer import BLOCK_SAMPLES
from broadcaster.booths.floor.speech_times import SpeechTimes
from broadcaster.model.audio import CLOCK_HZ, ms_to_samples
from broadcaster.writing.columns import columns

LATE_S = 12.0
"""An answer may come this long after the speech: slow providers need more than 10 s."""
LATEST_S = 30.0
"""An answer may come this long after speech that has no answer yet."""
GOES_ON_S = 5.0
"""Outputs that follow each other this closely belong together."""
LEAST_COLUMNS_PER_S = 3.0
"""Less text than this for a second of speech is no answer to all of it; 10 to 18 are usual."""
BEGINS_S = 1.0
"""Speech may be noticed this much later than it began."""
LEAST_SPAN_MS = 1_200
"""The places of single words are no more exact than this."""
MOST_HELD = 1_000
"""Outputs that are held back at most; then the oldest is dropped."""
ONE_TEXT_S = 2.5
"""Fragments that were dropped within this time of each other are counted as one text."""

_CATCHES_UP = 1.5
"""A session that is fed faster than real time answers at least this much faster."""
_BLOCK_S = BLOCK_SAMPLES / CLOCK_HZ
_REMEMBERED_S = LATEST_S + 10.0
"""An output that waits to be judged is compared with what was fed before it came."""


@dataclass(frozen=True, slots=True)
class _Fed:
    """A block that was fed to the session.

    Attributes:
        end: event-clock position after it.
        heard_s: when the provider has worked it off at the latest.
    """

    end: int
    heard_s: float


@dataclass(frozen=True, slots=True)
class _Held:
    """An output, and when it came.

    Attributes:
        output: what came.
        at_s: the time.
        fed_until: event-clock position up to which the session was fed; None if it was not.
    """

    output: EngineOutput
    at_s: float
    fed_until: int | None


class SpeechGate:
    """Passes the outputs of one session on, in their order, if speech can be their reason.

    Args:
        speech: where the floor holds speech.
        now_s: seconds of a monotonic clock.

    Attributes:
        withheld_texts: how many texts were dropped.
    """

    def __init__(self, speech: SpeechTimes, now_s: Callable[[], float]) -> None:
        self.withheld_texts = 0
        self._speech = speech
        self._now_s = now_s
        self._fed: deque[_Fed] = deque()
        self._held: deque[_Held] = deque()
        self._texts: deque[tuple[float, int]] = deque()
        """When each of the last texts came, and how many columns wide it is."""
        self._output_s = self._text_s = float("-inf")
        """When the last output and the last text came that were passed on."""
        self._text_dropped_s = float("-inf")
        self._last_text_passed = True

    def feed(self, position: int) -> list[EngineOutput]:
        """Note that the session was fed the block at `position`; return what can be passed on."""
        now_s = self._now_s()
        last_s = self._fed[-1].heard_s if self._fed else now_s
        heard_s = max(now_s, last_s + _BLOCK_S / _CATCHES_UP)
        self._fed.append(_Fed(position + BLOCK_SAMPLES, heard_s))
        while self._fed[0].heard_s < now_s - _REMEMBERED_S:
            self._fed.popleft()
        while self._texts and self._texts[0][0] < self._fed[0].heard_s:
            self._texts.popleft()
        return self._settle()

    def take(self, output: EngineOutput) -> list[EngineOutput]:
        """Take the next output; return what can be passed on."""
        fed_until = self._fed[-1].end if self._fed else None
        self._held.append(_Held(output, self._now_s(), fed_until))
        if len(self._held) > MOST_HELD:
            self._drop(self._held.popleft())
        return self._settle()

    def end(self) -> list[EngineOutput]:
        """The session has ended; return the outputs that can be passed on and drop the others."""
        return self._settle(ended=True)

    def _settle(self, *, ended: bool = False) -> list[EngineOutput]:
        """Decide about the held outputs in order, up to the first that has to wait."""
        passed: list[EngineOutput] = []
        while self._held:
            held = self._held[0]
            if self._may_pass(held):
                passed.append(held.output)
                self._note_passed(held)
            elif ended or self._reason_ends(held) <= self._speech.judged_until:
                self._drop(held)
                if isinstance(held.output, Done):
                    passed.append(replace(held.output, error=""))
            else:
                break
            self._held.popleft()
        return passed

    def _may_pass(self, held: _Held) -> bool:
        if not _says_something(held.output):
            return True
        span = _span(held.output)
        if span is None:
            return self._answers_speech(held)
        return self._speech.last_spoken(*_at_least(span)) is not None

    def _reason_ends(self, held: _Held) -> float:
        """The position up to which speech can be the reason for an output."""
        span = _span(held.output)
        if span is not None:
            return _at_least(span)[1]
        if not self._fed:
            return float("inf")
        fed_until = self._fed[0].end if held.fed_until is None else held.fed_until
        return fed_until + BEGINS_S * CLOCK_HZ

    def _answers_speech(self, held: _Held) -> bool:
        """Whether speech that was fed before an output can be its reason."""
        if not self._fed:
            return False
        start, end = self._fed[0].end - BLOCK_SAMPLES, int(self._reason_ends(held))
        spoken = self._speech.last_spoken(start, end)
        if spoken is None:
            return False
        spoken_s = next((fed.heard_s for fed in self._fed if fed.end >= spoken), held.at_s)
        quiet_s = held.at_s - spoken_s
        if quiet_s <= LATE_S:
            return True
        goes_on = held.at_s - self._output_s <= GOES_ON_S and self._last_text_passed
        if isinstance(held.output, SpeechOutput) and goes_on:
            return held.at_s - self._text_s <= LATEST_S
        unanswered = self._text_s < spoken_s or self._wrote_too_little(start, spoken)
        return quiet_s <= LATEST_S and (unanswered or goes_on)

    def _wrote_too_little(self, start: int, end: int) -> bool:
        """Whether the last texts are too short for the speech between two positions."""
        written = sum(width for _, width in self._texts)
        return written < LEAST_COLUMNS_PER_S * self._speech.spoken_s(start, end)

    def _note_passed(self, held: _Held) -> None:
        if not _says_something(held.output):
            return
        self._output_s = held.at_s
        if isinstance(held.output, TextOutput | SourceText):
            self._text_s, self._last_text_passed = held.at_s, True
            self._texts.append((held.at_s, columns(held.output.text.strip())))

    def _drop(self, held: _Held) -> None:
        if not isinstance(held.output, TextOutput):
            return
        self._last_text_passed = False
        if held.at_s - self._text_dropped_s > ONE_TEXT_S:
            self.withheld_texts += 1
        self._text_dropped_s = held.at_s


def _span(output: EngineOutput) -> tuple[int, int] | None:
    return None if isinstance(output, SourceText) else output.span


def _at_least(span: tuple[int, int]) -> tuple[int, int]:
    """A span that is no shorter than the places of words are exact."""
    start, end = span
    missing = max(0, ms_to_samples(LEAST_SPAN_MS) - (end - start))
    return start - missing // 2, end + missing // 2


def _says_something(output: EngineOutput) -> bool:
    match output:
        case SpeechOutput(pcm=pcm):
            return bool(pcm.strip(b"\0"))
        case TextOutput(text=text) | SourceText(text=text):
            return bool(text.strip())
        case Done(error=error):
            return bool(error)
