"""Tells from the word after an abbreviation whether a new sentence begins there."""

import re

from broadcaster.writing.full_stops import ELIDED, OPENING, WordKind
from broadcaster.writing.function_words import function_words

_WORD = re.compile(r"\S+")
_ROMAN = re.compile(r"[IVXLC]+[.,]?")
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_ZONES = "Eastern Central Pacific GMT UTC ET EST EDT CET CEST PT PST PDT"
_DAYS_AND_ZONES = frozenset(f"{_DAYS} {_ZONES}".split())


def begins_sentence(following: str, language: str) -> bool | None:
    """Whether the next word, which has a capital letter, is a usual first word of a sentence.

    Returns:
        None while the word may be incomplete.
    """
    word, whole = _next_word(following)
    if not whole:
        return None
    if word.endswith(".") and len(word) == len("J."):
        return False
    bare = word.strip(f"{OPENING},;:.!?…").casefold()
    known = function_words(language).all
    elided = ELIDED.match(bare)
    return bare in known or (elided is not None and elided.group().replace("’", "'") in known)


def goes_without_abbreviation(following: str, kind: WordKind) -> bool | None:
    """Whether the next word is independent of the abbreviation, unlike in `p.m. Monday`, `art. IV`.

    Returns:
        None while the next word may be incomplete.
    """
    word, whole = _next_word(following)
    if not whole:
        return None
    if kind is WordKind.MAY_BE_LAST:
        return word.rstrip(",.") not in _DAYS_AND_ZONES
    if kind is WordKind.SMALL_LETTER:
        return not (word.endswith(".") and len(word) <= len("Chr."))
    return _ROMAN.fullmatch(word) is None


def _next_word(following: str) -> tuple[str, bool]:
    rest = following.lstrip().lstrip(OPENING)
    match = _WORD.match(rest)
    assert match is not None
    return match.group(), match.end() < len(rest) or not match.group()[-1].isalpha()
