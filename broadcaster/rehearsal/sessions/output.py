"""The timing of a translation: content in bursts, filler in between, punctuation late.

The input sets the pace: `tick` is called once per 200 ms of sound received. Text is sent in small
pieces ahead of its sound. Each audio delta holds 400 ms, although one is sent per 200 ms of input.
While there is nothing to say, it holds exact zeros.
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


@dataclass(frozen=True, slots=True)
class TranscriptPiece:
    """A transcript delta of the translation."""

    delta: str


@dataclass(frozen=True, slots=True)
class AudioPiece:
    """An audio delta of the translation: PCM of 400 ms, or of a whole utterance."""

    pcm: bytes


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

    They are sent some eight times faster than they play, and arrive no faster than the speaker
    speaks, so the input's pace bounds how many wait.
    """

    def __init__(self) -> None:
        self._sound: deque[bytes] = deque()
        self._late: deque[tuple[int, str]] = deque()
        self._ticks = 0
        self._begun = False

    def say(
        self, text: str, pcm: bytes, language: str, *, whole: bool = False
    ) -> list[TranscriptPiece | AudioPiece]:
        """Take a sentence and return what of it is sent at once.

        Args:
            text: with its punctuation.
            pcm: s16le mono 24 kHz.
            language: ISO 639-1 code of the text.
            whole: send one delta of text and one of sound, as some compatible servers do.
        """
        now: list[TranscriptPiece | AudioPiece] = [TranscriptPiece(text) for _, text in self._late]
        self._late.clear()
        end = "" if whole else closing_marks(text, language)
        body = [text] if whole else pieces(text.removesuffix(end))
        if self._begun and spaces_between_words(language):
            body[0] = f" {body[0]}"
        self._begun = True
        now += [TranscriptPiece(delta) for delta in body]
        if end:
            self._late.append((self._ticks + _LATE_TICKS, end))
        size = max(1, len(pcm)) if whole else OUTPUT_DELTA_BYTES
        for at in range(0, len(pcm), size):
            self._sound.append(pcm[at : at + size].ljust(size, b"\0"))
        return now + self._burst()

    def tick(self) -> list[TranscriptPiece | AudioPiece]:
        """Return the events for one more frame of input."""
        self._ticks += 1
        now: list[TranscriptPiece | AudioPiece] = []
        while self._late and self._late[0][0] <= self._ticks:
            now.append(TranscriptPiece(self._late.popleft()[1]))
        return now + (self._burst() or [AudioPiece(_FILLER)])

    def rest(self) -> list[TranscriptPiece | AudioPiece]:
        """Everything that was not sent yet."""
        now: list[TranscriptPiece | AudioPiece] = [TranscriptPiece(text) for _, text in self._late]
        now += [AudioPiece(pcm) for pcm in self._sound]
        self._late.clear()
        self._sound.clear()
        return now

    def _burst(self) -> list[TranscriptPiece | AudioPiece]:
        count = min(_BURST_DELTAS, len(self._sound))
        return [AudioPiece(self._sound.popleft()) for _ in range(count)]
