"""The past captions of a channel, parsed once and folded for a search."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from broadcaster.edge.fanout.caption_messages import parse_message
from broadcaster.model.caption import Caption
from broadcaster.writing.scripts import spaces_between_words

_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670]"
)
"""Accents of Latin, Greek and Cyrillic letters, and the vowel points of Hebrew and Arabic.

Marks that tell two letters apart, such as those of kana or Devanagari, are not among them.
"""
_SPACE = re.compile(r"\s+")


def folded(text: str, *, spaced: bool) -> str:
    """A text as a search compares it: without case, accents, and the width of letters.

    `fold` of listener_web/reading/fold.js does the same, so that a page marks what is found here.

    Args:
        text: any text.
        spaced: whether its language has spaces between words; without them all spaces are left out.
    """
    text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    text = unicodedata.normalize("NFC", text).lower().replace("ς", "σ")
    return _SPACE.sub(" " if spaced else "", text)


@dataclass(frozen=True, slots=True)
class PastCaption:
    """The newest version of a caption.

    Attributes:
        id: of this version in the caption stream.
        caption: what was said.
        folded: its text, see `folded`.
    """

    id: str
    caption: Caption
    folded: str


class PastCaptions:
    """The past of one channel. Only captions that are new since the last time are parsed.

    Args:
        channel: its id.
    """

    def __init__(self, channel: str) -> None:
        self._spaced = spaces_between_words(channel)
        self._parsed: dict[bytes, PastCaption] = {}

    def update(self, messages: Iterable[bytes]) -> list[PastCaption]:
        """The captions of a channel that are not hidden, by the time at which they begin.

        It may take tens of milliseconds: call it in a thread, one at a time.

        Args:
            messages: all that the channel has, see `CaptionHub.messages`.
        """
        known = self._parsed
        self._parsed = {message: known.get(message) or self._parse(message) for message in messages}
        shown = (past for past in self._parsed.values() if not past.caption.hidden)
        return sorted(shown, key=lambda past: past.caption.start_ms)

    def shown(self, messages: Iterable[bytes]) -> list[Caption]:
        """The captions of `update` alone."""
        return [past.caption for past in self.update(messages)]

    def fold(self, query: str) -> str:
        """A query, folded like the captions."""
        return folded(query, spaced=self._spaced).strip()

    def _parse(self, message: bytes) -> PastCaption:
        stream_id, caption = parse_message(message)
        return PastCaption(stream_id, caption, folded(caption.text, spaced=self._spaced).strip())
