"""Finds the text to which a session's sound belongs, because the text may be ahead of the voice.

Some interpreters tell which place on the floor each output interprets. The place of a text is then
the end of its words, and its sound belongs to places before that. So a sound whose place lies
before that of the newest text is the voice of the first text with a later place. A text is spoken
when the sound goes on with another one, or when filler follows the sound of its last words. Filler
comes between two clauses, too, whose sound is made one after the other.

All other interpreters tell how much of the floor they had heard. Their sound belongs to the newest
text.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from broadcaster.booths.engines.engine import SpeechOutput
from broadcaster.booths.repeats.overlap import RECENT_SENTENCES, SaidSentence
from broadcaster.model.audio import SAMPLE_BYTES, ms_to_samples

MOST_TEXTS = 1_000
"""Texts that wait for their sound; when there are more, the oldest counts as spoken."""
SETTLED_SAMPLES = ms_to_samples(300)
"""The place of a text is a little after its last word; the next sentence may begin before that."""
PLACED_SAMPLES = ms_to_samples(500)
"""The place of a text is no later than this after its last word."""
FIRST_STEP_SAMPLES = ms_to_samples(400)
"""The usual distance of the places of two sounds."""
MIDDLE_SAMPLES = ms_to_samples(200)
"""The floor is done up to the middle of a pause; the next sentence may be said to begin earlier."""


@dataclass(slots=True)
class _Written:
    """Texts of one place.

    Attributes:
        position: event-clock sample.
        sentences: to which the texts belong, in order.
        known: whether these words had their sound before they came again.
        done_at: event-clock sample up to which the floor is interpreted once they are spoken; None
            inside a sentence.
        last: place of the newest of their sounds; None before the first.
        step: how much later that was than the place of the sound before.
    """

    position: int
    sentences: list[SaidSentence] = field(default_factory=list)
    known: bool = False
    done_at: int | None = None
    last: int | None = None
    step: int = FIRST_STEP_SAMPLES

    def sound(self, position: int) -> None:
        """Take note of a sound."""
        if self.last is not None:
            self.step = max(0, position - self.last)
        self.last = position

    @property
    def is_complete(self) -> bool:
        """Whether its last words have sounded, so that only filler can follow."""
        rest = None if self.last is None else self.position - self.last
        return rest is not None and rest <= PLACED_SAMPLES + self.step * 5 // 4


class UnspokenText:
    """The texts of one session that are not spoken yet.

    Args:
        mark_done: takes the event-clock sample up to which the floor is interpreted and spoken.

    Attributes:
        is_late: whether the voice was found to come after the text.
    """

    def __init__(self, mark_done: Callable[[int], None]) -> None:
        self.is_late = False
        self._mark_done = mark_done
        self._texts: deque[_Written] = deque()
        self._spoken_until = 0
        self._heard_from = 0

    def begin(self, position: int) -> None:
        """Begin a session.

        Args:
            position: event-clock sample up to which everything is interpreted and spoken.
        """
        self.is_late = False
        self._texts.clear()
        self._spoken_until = self._heard_from = position

    @property
    def is_owed(self) -> bool:
        """Whether a finished sentence waits for its sound."""
        return any(one.done_at is not None for one in self._texts)

    def wrote(self, position: int | None, sentence: SaidSentence | None, *, known: bool) -> None:
        """Take note of a text.

        Args:
            position: its place, an event-clock sample; None if unknown.
            sentence: the sentence of the channel's text that it belongs to; None if its caption is
                worded differently.
            known: whether the sound of the same words was heard before.
        """
        if position is None or position <= self._spoken_until:
            return
        if not self._texts or self._texts[-1].position != position:
            self._texts.append(_Written(position))
        newest = self._texts[-1]
        newest.known = known
        if sentence is not None and not any(one is sentence for one in newest.sentences):
            newest.sentences.append(sentence)
        if len(self._texts) > MOST_TEXTS:
            self._are_spoken(1)

    def ended(self, position: int, done_at: int) -> None:
        """Take note that a sentence ended.

        Args:
            position: the place of its last text.
            done_at: event-clock sample up to which it interprets the floor.
        """
        text = next((one for one in reversed(self._texts) if one.position == position), None)
        if text is not None:
            text.done_at = done_at
        elif self.is_late:
            self._mark_done(done_at)
        waiting = [number for number, one in enumerate(self._texts) if one.done_at is not None]
        if len(waiting) > RECENT_SENTENCES:  # the first is too far back to be heard again
            self._are_spoken(waiting[0] + 1)

    def is_repeated(self, speech: SpeechOutput) -> bool:
        """Whether a sound interprets what was spoken before this session began."""
        position = speech.position
        if position is None or speech.span is not None:
            return False
        return position < self._heard_from - MIDDLE_SAMPLES

    def take(self, speech: SpeechOutput) -> bytes | None:
        """Return the part of a sound that was not heard yet; None if it belongs to the newest text.

        Args:
            speech: not silent.
        """
        position = speech.position
        if position is None or speech.span is not None:
            return None
        number = self._first_after(position + SETTLED_SAMPLES)
        if number is None:
            number = self._first_after(position)
        if number is None:
            self._are_spoken(len(self._texts) - 1 if self.is_late else len(self._texts))
            for newest in self._texts:
                newest.sound(position)
            return None
        self.is_late = True
        self._are_spoken(number)
        text = self._texts[0]
        text.sound(position)
        return self._not_heard(text, speech.pcm)

    def filled(self, position: int | None) -> None:
        """Take note of filler: the sound of a text has ended, if that of its last words came."""
        if not self.is_late or not self._texts or not self._texts[0].is_complete:
            return
        if position is None or position >= self._texts[0].position:
            self._are_spoken(1)

    def _first_after(self, position: int) -> int | None:
        later = (number for number, one in enumerate(self._texts) if one.position > position)
        return next(later, None)

    def _not_heard(self, text: _Written, pcm: bytes) -> bytes:
        """Leave out as much of a sound as was heard of these sentences in earlier sessions."""
        if text.known and not any(one.heard_samples for one in text.sentences):
            return b""
        for sentence in text.sentences:
            again = min(sentence.samples_again, len(pcm) // SAMPLE_BYTES)
            sentence.samples_again -= again
            pcm = pcm[again * SAMPLE_BYTES :]
        if text.sentences:
            text.sentences[0].heard_samples += len(pcm) // SAMPLE_BYTES
        return pcm

    def _are_spoken(self, count: int) -> None:
        """Take note that the first texts are spoken."""
        done_at = None
        for _ in range(count):
            text = self._texts.popleft()
            self._spoken_until = text.position
            done_at = done_at if text.done_at is None else text.done_at
            follow = self._texts[0].sentences if self._texts else []
            for sentence in text.sentences:
                if self.is_late and not any(one is sentence for one in follow):
                    sentence.sound()
        if done_at is not None and self.is_late:
            self._mark_done(done_at)
