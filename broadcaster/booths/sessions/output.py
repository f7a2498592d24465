"""Passes each session's output to the sink exactly once.

It also records how much of the floor is done: everything up to the end of the last finished
sentence or phrase that is spoken. After a drop the next session hears the floor again from there,
and what listeners have read or heard is left out.
"""

import logging
from typing import Protocol

from broadcaster.booths.engines.engine import (
    Done,
    EngineOutput,
    SourceText,
    SpeechOutput,
    TextOutput,
)
from broadcaster.booths.floor.buffer import FloorBuffer
from broadcaster.booths.repeats.overlap import RepeatFilter, SaidText
from broadcaster.booths.repeats.shown import ShownText
from broadcaster.booths.repeats.spoken import UnspokenText
from broadcaster.booths.sessions.watchdogs import MuteWatch
from broadcaster.booths.text.spoken_language import LanguageWatch
from broadcaster.booths.timing.places import TextPlace
from broadcaster.booths.timing.source_times import SourceTimes
from broadcaster.booths.timing.sources import AnswerLag
from broadcaster.errors import InterpreterFailed
from broadcaster.model.audio import CLOCK_HZ, ms_to_samples
from broadcaster.writing.sentences import sentence_ends

log = logging.getLogger("broadcaster.booths")

EMISSION_MS = 200
"""An output comes at least this long after the words that it interprets."""
LONGEST_SENTENCE_S = 20.0
"""A replay does not go back to the start of a sentence that is longer than this."""
LONGEST_HEARD_CHARACTERS = 1_000
MISSING = " […]"
"""Marks a phrase in the captions that was not interpreted."""


class Sink(Protocol):
    """The destination of a booth's speech and text."""

    def push_speech(self, pcm: bytes, source_position: int, answered_ms: int | None = None) -> None:
        """Take interpreted speech.

        Args:
            pcm: s16le mono 24 kHz.
            source_position: event-clock sample of the floor it was interpreted from.
            answered_ms: how long the engine took for it; None if that is unknown.
        """

    def push_text(self, text: str, source: TextPlace | None = None) -> None:
        """Take a fragment of the interpreted text.

        Args:
            text: with its own spacing.
            source: where it was said on the floor; None if that is unknown.
        """

    def push_source_text(self, text: str) -> None:
        """Take a fragment of what the speaker says, early and uncertain."""

    def mark_done(self, position: int) -> None:
        """Note that the floor is interpreted up to this position, by what was pushed so far."""

    def end_phrase(self) -> None:
        """Take note that the text and the sound of a phrase have come; another phrase follows."""

    def begin_session(self) -> None:
        """Begin the output of another session."""

    def silence_expected(self) -> bool:
        """Whether the interpreter may be silent, because the speaker speaks its language."""


def is_answer(output: EngineOutput) -> bool:
    """Whether the engine answered what it heard; zero filler, blanks and ends do not count."""
    match output:
        case SpeechOutput(pcm=pcm):
            return bool(pcm.strip(b"\0"))
        case TextOutput(text=text):
            return bool(text.strip())
        case Done(error=error):
            return bool(error)
        case SourceText():
            return False


class SessionOutput:
    """Takes what sessions say and gives the sink what is new.

    Args:
        buffer: the floor.
        sink: takes speech and text.
        language_watch: notices an interpreter in the wrong language; None allows any.
        language: ISO 639-1 code of what is said; empty if it changes.
        voiced: whether the engine speaks what it writes.

    Attributes:
        done_until: event-clock sample up to which the floor is interpreted.
    """

    def __init__(
        self,
        *,
        buffer: FloorBuffer,
        sink: Sink,
        language_watch: LanguageWatch | None,
        language: str,
        voiced: bool,
    ) -> None:
        self.done_until = 0
        self._buffer = buffer
        self._sink = sink
        self._language_watch = language_watch
        self._mute_watch = MuteWatch() if voiced else None
        self._language = language
        self._heard_position: int | None = None
        self._heard = ""
        """The sentence that the session is saying now, even if it repeats an earlier one."""
        self._said = SaidText(language)
        self._repeats = RepeatFilter(self._said)
        self._shown = ShownText(buffer, language)
        self._spoken = UnspokenText(self._mark_done)
        lag = AnswerLag(buffer) if language_watch is not None else None
        self._source_times = SourceTimes(buffer, language, lag)
        self._worded = False

    @property
    def unfinished(self) -> bool:
        """Whether the last sentence is unfinished."""
        return bool(self._said.open.text.strip())

    @property
    def owes_sound(self) -> bool:
        """Whether a finished sentence is not spoken yet."""
        return self._spoken.is_owed

    @property
    def voice_is_late(self) -> bool:
        """Whether the session speaks what it wrote before."""
        return self._spoken.is_late

    def go_on_after(self, texts: list[str], done_until: int) -> None:
        """Go on after another booth.

        Args:
            texts: its newest captions, oldest first; what they say is not said again.
            done_until: event-clock sample up to which it interpreted the floor.
        """
        for text in texts:
            self._said.add(text)
        self.done_until = done_until

    def begin(self) -> None:
        """Begin a new session, which hears the floor again from `done_until` on."""
        self._repeats = RepeatFilter(self._said)
        self._heard, self._heard_position = "", None
        self._said.hear_again()
        self._shown.begin(self.done_until)
        self._spoken.begin(self.done_until)
        if self._mute_watch is not None:
            self._mute_watch.begin()
        self._sink.begin_session()

    def begin_at(self, position: int) -> None:
        """Nothing is heard of the floor between `done_until` and this position."""
        self._mark_done(position)

    def hand_over(self) -> None:
        """Change sessions without a replay: the next session has heard only what follows."""
        self._say(self._repeats.flush() + self._shown.flush())
        self._heard, self._heard_position = "", None
        self._spoken.begin(self.done_until)
        self._sink.begin_session()

    def leave(self, position: int, *, complete: bool) -> None:
        """End the output of a session that heard nothing from `position` on.

        Args:
            position: event-clock sample, in a pause of the speaker.
            complete: whether it has said all it heard; if not, the next booth goes on where its
                last sentence ended.
        """
        self.end()
        if complete:
            self._mark_done(position)

    def end(self) -> None:
        """End the output."""
        self._push_text(self._repeats.flush() + self._shown.flush())

    def push_output(self, output: EngineOutput) -> None:
        """Take the next output of a session.

        Raises:
            InterpreterFailed: `wrong_language` or `interpreter_mute`: the interpreter misbehaves.
        """
        match output:
            case SpeechOutput(position=position):
                if is_answer(output):
                    self._push_sound(output)
                else:
                    self._spoken.filled(position)
            case TextOutput():
                self._push_written(output)
            case SourceText(text=text):
                self._sink.push_source_text(text)
            case Done():
                self._push_done(output)

    def _push_written(self, output: TextOutput) -> None:
        """Take a text; a spoken phrase is followed by a `Done`, so its sentences end nothing."""
        text, span = output.text, output.span
        placed = span is None or self._mute_watch is None
        position = output.position if placed else None
        self._worded = self._worded or is_answer(output)
        self._source_times.add(text, output.position, span)
        self._say(self._shown.take(self._repeats.take(text), position))
        ended = self._hear(text, position)
        if ended is None:
            self._note_written(position)
            return
        done_at = self._buffer.pause_before(ended - ms_to_samples(EMISSION_MS))
        self._say(self._shown.ended(done_at))
        self._shown.wrote(done_at)
        self._note_written(position)
        self._finished(done_at, ended)

    def _hear(self, text: str, position: int | None) -> int | None:
        """Follow the session's sentences; return the place of a text that ends one."""
        before, self._heard_position = self._heard_position, position
        self._heard = (self._heard + text)[-LONGEST_HEARD_CHARACTERS:]
        ends = sentence_ends(self._heard, self._language)
        if not ends:
            return None
        self._heard = self._heard[ends[-1] :].lstrip()
        return before if self._heard else position

    def _note_written(self, position: int | None) -> None:
        if self._mute_watch is None:
            return
        newest = None if self._shown.holds else self._said.newest
        sentence = self._repeats.sentence or newest
        self._spoken.wrote(position, sentence, known=self._repeats.repeating)

    def _push_sound(self, speech: SpeechOutput) -> None:
        if self._spoken.is_repeated(speech):
            return
        if self._mute_watch is not None:
            self._mute_watch.sounded()
        pcm = self._spoken.take(speech)
        if pcm is None:
            if self._repeats.repeating:
                return
            self._said.sound()
            pcm = speech.pcm
        if pcm:
            position = self._buffer.end if speech.position is None else speech.position
            self._sink.push_speech(pcm, position, speech.answered_ms)

    def _push_done(self, done: Done) -> None:
        self._sink.end_phrase()
        if done.error:
            log.warning("a phrase was not interpreted: %s", done.error)
            self._sink.push_text(MISSING)
            self._mark_done(done.position)
        elif self._worded and (self._mute_watch is not None or self._ends_somewhere(done.position)):
            self._finished(done.position)
            self._said.end()
        self._worded = False

    def _finished(self, position: int, written: int | None = None) -> None:
        """Mark the floor as done up to here, unless the sentence still has to be spoken.

        Args:
            position: event-clock sample up to which the sentence interprets the floor.
            written: the place of its last text; None if its sound has come.
        """
        if self._mute_watch is None:
            self._mark_done(position)
            return
        spoken = self._mute_watch.finished(self._buffer.end)
        if written is not None and (self._spoken.is_late or not spoken):
            self._spoken.ended(written, position)
        elif spoken:
            self._mark_done(position)

    def _mark_done(self, position: int) -> None:
        self.done_until = max(self.done_until, position)
        self._sink.mark_done(self.done_until)

    def _ends_somewhere(self, position: int) -> bool:
        """Whether a replay may start here: at a sentence end, or after a very long sentence.

        A transcriber's pieces end anywhere. A replay from the middle of a sentence would often
        mishear its first word, and then write the sentence differently.
        """
        return not self.unfinished or position - self.done_until > LONGEST_SENTENCE_S * CLOCK_HZ

    def _say(self, text: str) -> None:
        if not text:
            return
        self._said.add(text)
        self._push_text(text)
        if self._language_watch is None:
            return
        wrong_since = self._language_watch.add(text, self.done_until)
        if wrong_since is not None:
            self.done_until = wrong_since
            self._shown.forget(wrong_since)
            raise InterpreterFailed(
                "wrong_language", "the interpreter speaks another language", retryable=True
            )

    def _push_text(self, text: str) -> None:
        """Give the sink the end of what the session said, with its time."""
        self._sink.push_text(text, self._source_times.last(text))
