"""Measures the width of text on the screen, in columns."""

import unicodedata
from functools import lru_cache

_INVISIBLE = frozenset({"Mn", "Me", "Cf", "Cc"})


def columns(text: str) -> int:
    """Return the display width. A wide character has two columns, a combining one none."""
    return len(text) if text.isascii() else sum(map(_columns, text))


@lru_cache(maxsize=8192)
def _columns(char: str) -> int:
    follows_in_syllable = "\u1160" <= char <= "\u11ff" or "\U0001f3fb" <= char <= "\U0001f3ff"
    if follows_in_syllable or unicodedata.category(char) in _INVISIBLE:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
