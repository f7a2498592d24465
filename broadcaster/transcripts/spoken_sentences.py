"""Captions in sentences, the units in which two languages say the same."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from broadcaster.model.caption import Caption
from broadcaster.transcripts.recut import caption_language, clean_lines
from broadcaster.writing.columns import columns
from broadcaster.writing.scripts import spaces_between_words
from broadcaster.writing.sentences import ends_sentence

PAUSE_MS = 3_000
"""A longer pause ends a sentence in any case."""
LONG_COLUMNS = 600
"""A sentence of this width ends in any case."""


@dataclass(frozen=True, slots=True)
class SpokenSentence:
    """One sentence of a channel, or several that one caption holds.

    Attributes:
        captions: that it has, at least one, in the order of speech.
        language: ISO 639-1 code; empty if it is unknown.
        text: in one line.
        width: of the text in columns, at least 1.
    """

    captions: tuple[Caption, ...]
    language: str
    text: str
    width: int

    @property
    def start_ms(self) -> int:
        """When it begins, on the event clock."""
        return self.captions[0].start_ms

    @property
    def end_ms(self) -> int:
        """When it ends."""
        return self.captions[-1].end_ms


def sentences_of(captions: Iterable[Caption]) -> Iterator[SpokenSentence]:
    """The sentences of a channel; captions without text are left out.

    Args:
        captions: in the order of speech.
    """
    gathered: list[Caption] = []
    width, language = 0, ""
    for caption in captions:
        if not clean_lines(caption.text):
            continue
        if gathered and (
            width >= LONG_COLUMNS
            or caption.start_ms - gathered[-1].end_ms >= PAUSE_MS
            or caption.speaker != gathered[-1].speaker
            or ends_sentence(gathered[-1].text, language)
        ):
            yield _sentence(gathered, language)
            gathered, width, language = [], 0, ""
        gathered.append(caption)
        width += columns(caption.text)
        language = language or caption_language(caption)
    if gathered:
        yield _sentence(gathered, language)


def _sentence(captions: list[Caption], language: str) -> SpokenSentence:
    between = " " if spaces_between_words(language) else ""
    text = between.join(line for one in captions for line in clean_lines(one.text))
    return SpokenSentence(tuple(captions), language, text, max(columns(text), 1))
