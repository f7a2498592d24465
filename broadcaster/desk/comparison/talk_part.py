"""The part of the prepared talk that two services interpret: all of it in its first language."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from broadcaster.audio.file import read_pcm
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES
from broadcaster.model.language import base_language
from broadcaster.rehearsal import talk
from broadcaster.report.captions import Growth, SpokenCaption

PAUSE_MS = 500
"""The recording goes on for this long after the last sentence."""


@dataclass(frozen=True, slots=True)
class TalkPart:
    """The sentences that are said, and when.

    Attributes:
        sentences: in speaking order, in one language.
    """

    sentences: tuple[talk.TalkSentence, ...]

    @property
    def language(self) -> str:
        """ISO 639-1 code of the language that is spoken."""
        return self.sentences[0].language

    @property
    def seconds(self) -> float:
        """Its length."""
        return (self.sentences[-1].end_ms + PAUSE_MS) / 1_000

    @property
    def script(self) -> list[str]:
        """The sentences as text."""
        return [one.text for one in self.sentences]

    def reference(self, language: str) -> list[str]:
        """The translation of each sentence; empty if nobody translated them.

        Args:
            language: a tag.
        """
        code = base_language(language)
        found = [one.translations.get(code) for one in self.sentences]
        return [text for text in found if text is not None] if None not in found else []

    def captions(self, began_ms: int) -> tuple[SpokenCaption, ...]:
        """The captions that a perfect transcriber would have written.

        Args:
            began_ms: event clock, when the recording began.
        """
        return tuple(
            SpokenCaption(
                f"said-{one.index}",
                began_ms + one.start_ms,
                began_ms + one.end_ms,
                one.text,
                (Growth(began_ms + one.end_ms, len(one.text)),),
            )
            for one in self.sentences
        )

    def pieces(self) -> Iterator[bytes]:
        """Its sound, s16le mono 24 kHz; decoding takes a moment."""
        left = round(self.seconds * CLOCK_HZ) * SAMPLE_BYTES
        for piece in read_pcm(talk.load().audio_path):
            if left <= 0:
                return
            yield piece[:left]
            left -= len(piece)


def talk_part() -> TalkPart:
    """The part of the shipped talk; reads a file the first time."""
    sentences = talk.load().sentences
    first = sentences[0].language
    return TalkPart(tuple(takewhile(lambda one: one.language == first, sentences)))
