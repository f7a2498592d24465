"""Classifies a word before a full stop: an abbreviation, an initial, an ordinal or a last word."""

import re
import unicodedata
from enum import Enum
from functools import lru_cache

from broadcaster.writing.abbreviations import (
    ANYWHERE,
    BEFORE_NUMBER,
    MAY_BE_LAST,
    NEVER_LAST,
    ORDINALS,
)

OPENING = "\"'“”‘’„«»‹›([{「『（【《〈¿¡-–—*•"
"""Marks that may stand before a word."""
ELIDED = re.compile(r"^[^\W\d_]{1,4}['’](?=\w)")
"""A short word that is joined to the next one: `l'ing.`."""
_COUNTED = re.compile(r"[\d.,]*\d|[IVXLC]+")
"""A number before a unit that may end a sentence: `5 Mio.`, `XIX в.`."""
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,4}")
_INITIAL = re.compile(r"(?:[^\W\d_]\.?-)?[^\W\d_]")
_ROMAN = re.compile(r"[IVXLC]{1,6}")
_DOUBLED = re.compile(r"([A-Z])\1")
"""One half of a plural abbreviation: `EE. UU.`."""
_ORDINAL_DIGITS = 3
_THAI_SHORT = re.compile(r"[ก-ฮ]{1,3}(?:\.[ก-ฮ]{1,3})*")


class WordKind(Enum):
    """The kind of a word before a full stop."""

    WORD = "word"
    NEVER_LAST = "never last"
    MAY_BE_LAST = "may be last"
    BEFORE_NUMBER = "before a number"
    INITIAL = "initial"
    SMALL_LETTER = "small letter"
    ORDINAL = "ordinal"
    LABEL = "label"


@lru_cache(maxsize=4096)
def kind_before_stop(before: str, language: str) -> WordKind:
    """Classify the last word of a text that is followed by a full stop.

    Args:
        before: the sentence from its start up to the full stop.
        language: ISO 639-1 code; empty if unknown.
    """
    tokens = before.split()[-4:]
    if not tokens or before[-1:].isspace():
        return WordKind.WORD
    word = tokens[-1].lstrip(OPENING)
    chain = _chain([token.lstrip(OPENING) for token in tokens])
    names = [ELIDED.sub("", name) for name in (*chain, *word.split(".-")[1:], word)]
    listed = _listed_kind(names, language)
    if listed is WordKind.NEVER_LAST and len(tokens) > 1 and _COUNTED.fullmatch(tokens[-2]):
        return WordKind.INITIAL
    if listed is not None:
        return listed
    if language == "th" and _THAI_SHORT.fullmatch(word):
        return WordKind.NEVER_LAST
    if word.isdecimal() and before.strip().lstrip(OPENING) == word:
        return WordKind.LABEL
    return _kind_by_shape(word, language)


def _listed_kind(names: list[str], language: str) -> WordKind | None:
    never, maybe, numbered = _tables(language)
    if any(_listed(name, maybe) for name in names):
        return WordKind.MAY_BE_LAST
    if any(_listed(name, never) for name in names):
        return WordKind.NEVER_LAST
    street = language in {"de", "nl"} and names[-1].endswith("str")
    return WordKind.BEFORE_NUMBER if street or _listed(names[-1], numbered) else None


def _kind_by_shape(word: str, language: str) -> WordKind:
    if _DOTTED.fullmatch(word):
        return WordKind.INITIAL
    if _is_initial(word) or (language == "es" and _DOUBLED.fullmatch(word)):
        return WordKind.INITIAL
    if len(word) == 1 and word.islower():
        return WordKind.SMALL_LETTER
    ordinal = _ROMAN.fullmatch(word) or (word.isdecimal() and len(word) <= _ORDINAL_DIGITS)
    return WordKind.ORDINAL if ordinal and language in ORDINALS else WordKind.WORD


def _chain(tokens: list[str]) -> list[str]:
    """Return the abbreviations of several words that end here, longest first: `z. B`, `и т. д`."""
    found = []
    name = tokens[-1]
    for token in reversed(tokens[:-1]):
        if not token.endswith(".") or len(token) > len("abcd."):
            break
        name = token + name
        found.append(name)
    return found[::-1]


def _is_initial(word: str) -> bool:
    if _INITIAL.fullmatch(word) is None:
        return False
    if word[0].isupper():
        return True
    return len(word) == 1 and unicodedata.name(word, "").startswith(("ARABIC", "HEBREW"))


def _listed(name: str, table: frozenset[str]) -> bool:
    return name in table or name.casefold() in table


@lru_cache(maxsize=64)
def _tables(language: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return a language's abbreviations. An unknown language gets the English ones."""
    never, maybe, numbered = (
        frozenset(table.get(language, table["en"]).split())
        for table in (NEVER_LAST, MAY_BE_LAST, BEFORE_NUMBER)
    )
    return never | frozenset(ANYWHERE.split()), maybe, numbered
