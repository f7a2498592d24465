"""Removes the repetition of a translation: the model sometimes translates a sentence twice."""

import re
from difflib import SequenceMatcher

_BETWEEN = re.compile(r"(?<=[.!?…])\s+")
_ALIKE = 0.75
_FEWEST_WORDS = 4
"""Shorter sentences are repeated by speakers, too."""


def said_once(text: str) -> str:
    """The text of one phrase without sentences that say again what the one before them said."""
    kept = list[str]()
    for sentence in _BETWEEN.split(text.strip()):
        if not kept or not _alike(kept[-1], sentence):
            kept.append(sentence)
    return " ".join(kept)


def _alike(one: str, other: str) -> bool:
    first, second = (re.findall(r"\w+", sentence.casefold()) for sentence in (one, other))
    if min(len(first), len(second)) < _FEWEST_WORDS:
        return False
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= _ALIKE
