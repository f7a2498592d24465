"""What a booth's sessions say, one after the other: passed on once, and how far the floor is done.

Done is what was said as far as a sentence or phrase; from there the next session hears the floor
after a drop, and what it repeats is left out.
"""

import logging
from typing import Protocol

from broadcaster.booths.engines.engine import Done, Overheard, Said, Sound, Text
from broadcaster.booths.floor.buffer import FloorMemory
from broadcaster.booths.sessions.overlap import SaidText, Seam
from broadcaster.booths.sessions.watchdogs import MuteWatch
from broadcaster.booths.text.spoken_language import LanguageWatch
from broadcaster.errors import InterpreterFailed
from broadcaster.model.audio import CLOCK_HZ, ms_to_samples
from broadcaster.realtime.session_events import Usage
from broadcaster.writing.sentences import sentence_ends

log = logging.getLogger("broadcaster.booths")

EMISSION_MS = 200
"""An output is emitted at least this long after the words it was interpreted from."""
LONGEST_SENTENCE_S = 20.0
"""A writer that ends no sentence for so long is not heard again from its start."""
LONGEST_HEARD_CHARACTERS = 1_000
MISSING = " […]"
"""The mark in the captions where a phrase was not interpreted."""


class Sink(Protocol):
    """Where interpreted speech goes."""

    def sound(self, pcm: bytes, source_position: int) -> None:
        """Speech interpreted from the floor at a position of the event clock."""

    def text(self, text: str) -> None:
        """A fragment of what is said, with its own spacing."""

    def overheard(self, text: str) -> None:
        """A fragment of what the speaker says, early and not certain."""

    def join(self) -> None:
        """What follows comes from another session."""


def answers(said: Said) -> bool:
    """Whether this is an answer to what was heard; filler, blanks and ends are none."""
    match said:
        case Sound(pcm=pcm):
            return bool(pcm.strip(b"\0"))
        case Text(text=text):
            return bool(text.strip())
        case Done(lost=lost):
            return bool(lost)
        case Overheard():
            return False


class Rendition:
    """Takes what sessions say and gives the sink what is new.

    Args:
        memory: the floor.
        sink: takes what is said.
        watch: notices an interpreter in the wrong language; None lets it speak any.
        language: ISO 639-1 code of what is said; empty if it changes.
        voiced: whether sound belongs to the text.

    Attributes:
        done_until: event-clock sample up to which the floor is interpreted.
        usage: tokens used so far, by an engine that counts them.
    """

    def __init__(
        self,
        memory: FloorMemory,
        sink: Sink,
        watch: LanguageWatch | None,
        *,
        language: str,
        voiced: bool,
    ) -> None:
        self.done_until = 0
        self.usage = Usage()
        self._memory = memory
        self._sink = sink
        self._language_watch = watch
        self._mute_watch = MuteWatch() if voiced else None
        self._language = language
        self._heard_position: int | None = None
        self._heard = ""
        """The sentence the session is saying, also where it repeats another one."""
        self._said = SaidText(language)
        self._seam = Seam(self._said)
        self._worded = False

    @property
    def unfinished(self) -> bool:
        """Whether the last sentence has no end yet."""
        return bool(self._said.open.text.strip())

    def begin(self) -> None:
        """Another session hears the floor again, from `done_until` on."""
        self._seam, self._heard = Seam(self._said), ""
        if self._mute_watch is not None:
            self._mute_watch.begin()
        self._sink.join()

    def hand_over(self) -> None:
        """A session said all it had heard; the next one heard what follows."""
        self._say(self._seam.flush())
        self._heard = ""
        self._sink.join()

    def end(self) -> None:
        """Nothing follows."""
        self._sink.text(self._seam.flush())

    def take(self, said: Said) -> None:
        """The next output of a session.

        Raises:
            InterpreterFailed: `wrong_language` or `interpreter_mute`, the interpreter went wrong.
        """
        match said:
            case Sound(pcm=pcm, position=position):
                if answers(said):
                    self._take_sound(pcm, self._memory.end if position is None else position)
            case Text(text=text, position=position):
                self._worded = self._worded or answers(said)
                self._say(self._seam.take(text))
                self._hear(text, position)
            case Overheard(text=text):
                self._sink.overheard(text)
            case Done():
                self._take_done(said)

    def _hear(self, text: str, position: int | None) -> None:
        """Note what a session says, and what of the floor is finished with it."""
        before, self._heard_position = self._heard_position, position
        self._heard = (self._heard + text)[-LONGEST_HEARD_CHARACTERS:]
        ends = sentence_ends(self._heard, self._language)
        if not ends:
            return
        self._heard = self._heard[ends[-1] :].lstrip()
        ended = before if self._heard else position
        if ended is not None:
            self._finished(self._memory.pause_before(ended - ms_to_samples(EMISSION_MS)))

    def _take_sound(self, pcm: bytes, position: int) -> None:
        if self._mute_watch is not None:
            self._mute_watch.sounded()
        if not self._seam.repeating:
            self._said.sound()
            self._sink.sound(pcm, position)

    def _take_done(self, done: Done) -> None:
        self.usage += done.usage
        if done.lost:
            log.warning("a phrase was not interpreted: %s", done.lost)
            self._sink.text(MISSING)
            self.done_until = max(self.done_until, done.position)
        elif self._worded and (self._mute_watch is not None or self._ends_somewhere(done.position)):
            self._finished(done.position)
            self._said.end()
        self._worded = False

    def _finished(self, position: int) -> None:
        """A sentence or phrase up to here is written; it is done when it was spoken, too."""
        if self._mute_watch is None or self._mute_watch.finished():
            self.done_until = max(self.done_until, position)

    def _ends_somewhere(self, position: int) -> bool:
        """Whether a sentence ends with what was written, or none does for too long.

        A writer's pieces end anywhere, and the first word of half a sentence is easily misheard.
        """
        return not self.unfinished or position - self.done_until > LONGEST_SENTENCE_S * CLOCK_HZ

    def _say(self, text: str) -> None:
        if not text:
            return
        self._said.add(text)
        self._sink.text(text)
        if self._language_watch is None:
            return
        wrong_since = self._language_watch.add(text, self.done_until)
        if wrong_since is not None:
            self.done_until = wrong_since
            raise InterpreterFailed(
                "wrong_language", "the interpreter speaks another language", retryable=True
            )
