"""Cuts a sentence at its marks, so that the voice can speak its beginning before it has read on."""

import re

from broadcaster.writing.words import is_unspaced_letter

_MARK = re.compile(r"[,;:–—،؛][\"'”’»)]*(?=\s)|[、，；：][”’」』）]*")
_FEWEST_LETTERS = 12
"""A shorter clause is spoken with the next one: it would end before that is ready."""
_DENSE = 3
"""A letter of a script without spaces takes about as long as this many others."""


def clauses(text: str) -> list[str]:
    """The clauses of a sentence, each with the mark that ends it; together they are the text."""
    found, start = list[str](), 0
    for mark in _MARK.finditer(text):
        enough = _letters(text[mark.end() :]) >= _FEWEST_LETTERS
        if enough and _letters(text[start : mark.end()]) >= _FEWEST_LETTERS:
            found.append(text[start : mark.end()])
            start = mark.end()
    return [*found, text[start:]]


def _letters(text: str) -> int:
    """The length of a text in letters of a script with spaces."""
    return sum(_DENSE if is_unspaced_letter(one) else 1 for one in text.strip())
