"""A reviewer's text as the lines of a caption."""

import re

from broadcaster.writing.columns import columns
from broadcaster.writing.scripts import base_language, likely_language
from broadcaster.writing.words import word_spans

LINE_COLUMNS = 42
LONGEST_CHARACTERS = 400
_SPACES = re.compile(r"[^\S\u00a0\u202f\u2007]+")


def in_lines(text: str, channel: str) -> str:
    """A text in lines of at most `LINE_COLUMNS`, broken between words.

    Args:
        text: as a reviewer wrote it; its own line breaks count as spaces.
        channel: decides where words end; the language of the floor is guessed from the text.
    """
    text = _SPACES.sub(" ", text).strip()
    language = likely_language(text) if channel == "floor" else base_language(channel)
    lines: list[str] = []
    begin = end = 0
    for _, word_end in word_spans(text, language, final=True):
        if end > begin and columns(text[begin:word_end].strip()) > LINE_COLUMNS:
            lines.append(text[begin:end].strip())
            begin = end
        end = word_end
    return "\n".join([*lines, text[begin:].strip()])
