"""The timing of a translation: content in bursts, filler in between, punctuation late.

The input sets the pace: `tick` is called once per 200 ms of sound received. Text is sent in small
pieces as soon as it is translated, however long the voice takes. Each audio delta holds 400 ms,
although one is sent per 200 ms of input. While there is nothing to say, it holds exact zeros.
"""

from collections import deque
from dataclasses import dataclass

from broadcaster.rehearsal.wire.constants import OUTPUT_DELTA_BYTES
from broadcaster.writing.scripts import spaces_between_words
from broadcaster.writing.sentences import closing_marks

_BURST_DELTAS = 4
"""Audio deltas of content sent per tick. Of filler, one is sent."""
_LATE_TICKS = 2
_FILLER = bytes(OUTPUT_DELTA_BYTES)
_WORDS_PER_DELTA = 2
_CHARACTERS_PER_DELTA = 4
"""Characters of a delta in scripts without spaces."""
_SETTLED_MS = 500
"""A text interprets all that was said this long after its last word, whose time is not exact."""

Span = tuple[int, int]
"""The ms of the input between which something was said."""


@dataclass(frozen=True, slots=True)
class TranscriptPiece:
    """A transcript delta of the translation.

    Attributes:
        delta: the text.
        place_ms: time of the input up to which it is the interpretation; None if that is unknown.
    """

    delta: str
    place_ms: int | None = None


@dataclass(frozen=True, slots=True)
class AudioPiece:
    """An audio delta of the translation: PCM of 400 ms, or of a whole utterance.

    Attributes:
        pcm: s16le mono 24 kHz.
        place_ms: time of the input of which it is the interpretation; None if that is unknown.
    """

    pcm: bytes
    place_ms: int | None = None


def pieces(text: str) -> list[str]:
    """A sentence as append-only deltas. All but the first begin with a space, if words have any."""
    words = text.split(" ")
    if len(words) == 1:
        size = _CHARACTERS_PER_DELTA
        return [text[at : at + size] for at in range(0, len(text), size)]
    groups = [
        " ".join(words[at : at + _WORDS_PER_DELTA]) for at in range(0, len(words), _WORDS_PER_DELTA)
    ]
    return [groups[0], *(f" {group}" for group in groups[1:])]


class TranslationOutput:
    """Translated sentences that wait to be sent in one session.

    Their sound is sent some eight times faster than it plays, and arrives no faster than the
    speaker speaks, so the input's pace bounds how many wait.
    """

    def __init__(self) -> None:
        self._sound: deque[AudioPiece] = deque()
        self._late: deque[tuple[int, TranscriptPiece]] = deque()
        self._ticks = 0
        self._begun = False

    def write(
        self, text: str, language: str, span: Span | None = None, *, whole: bool = False
    ) -> list[TranscriptPiece]:
        """Take the text of a sentence and return what is sent at once.

        Args:
            text: with its punctuation.
            language: ISO 639-1 code of the text.
            span: when it was said; None if that is unknown.
            whole: send one delta, as some compatible servers do.
        """
        now = [piece for _, piece in self._late]
        self._late.clear()
        place_ms = None if span is None else span[1] + _SETTLED_MS
        end = "" if whole else closing_marks(text, language)
        body = [text] if whole else pieces(text.removesuffix(end))
        if self._begun and spaces_between_words(language):
            body[0] = f" {body[0]}"
        self._begun = True
        if end:
            self._late.append((self._ticks + _LATE_TICKS, TranscriptPiece(end, place_ms)))
        return now + [TranscriptPiece(delta, place_ms) for delta in body]

    def speak(
        self, pcm: bytes, span: Span | None = None, *, whole: bool = False, ends: bool = True
    ) -> list[TranscriptPiece | AudioPiece]:
        """Take sound of the first sentence that lacks some and return what is sent at once.

        Args:
            pcm: s16le mono 24 kHz; empty if it is not spoken.
            span: when it was said; None if that is unknown.
            whole: send one delta, as some compatible servers do.
            ends: the sentence ends with it; otherwise its last delta is shorter, and the next sound
                follows without a gap.
        """
        size = max(1, len(pcm)) if whole else OUTPUT_DELTA_BYTES
        for at in range(0, len(pcm), size):
            place_ms = None if span is None else between(span, at / len(pcm))
            piece = pcm[at : at + size]
            self._sound.append(AudioPiece(piece.ljust(size, b"\0") if ends else piece, place_ms))
        return self._burst()

    def tick(self) -> list[TranscriptPiece | AudioPiece]:
        """Return the events for one more frame of input."""
        self._ticks += 1
        now: list[TranscriptPiece | AudioPiece] = []
        while self._late and self._late[0][0] <= self._ticks:
            now.append(self._late.popleft()[1])
        return now + (self._burst() or [AudioPiece(_FILLER)])

    def rest(self) -> list[TranscriptPiece | AudioPiece]:
        """Everything that was not sent yet."""
        now: list[TranscriptPiece | AudioPiece] = [piece for _, piece in self._late]
        now += self._sound
        self._late.clear()
        self._sound.clear()
        return now

    def _burst(self) -> list[TranscriptPiece | AudioPiece]:
        count = min(_BURST_DELTAS, len(self._sound))
        return [self._sound.popleft() for _ in range(count)]


def between(span: Span, share: float) -> int:
    """The time after this share of a span."""
    return round(span[0] + share * (span[1] - span[0]))
