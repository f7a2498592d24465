"""Rates the places at which a line may break."""

import re
import unicodedata
from functools import lru_cache

from broadcaster.writing.function_words import function_words
from broadcaster.writing.sentences import is_title
from broadcaster.writing.word_kinds import FunctionWords
from broadcaster.writing.words import closes, opens

CLAUSE = 0
"""After a comma or another mark between clauses."""
CONJUNCTION = 10
PREPOSITION = 18
BOUND_WORD = 27
"""Before an article or another word that belongs to the next one."""
PLAIN = 35
TIGHT = 90
"""Between words that belong together: an article and its noun."""
TORN = 150
"""Between a title and a name, a number and its unit."""
NEVER = 1000
"""Before a closing mark, or after an opening one."""

_CLAUSE_MARKS = frozenset(",;:—–،؛、，；：·…")
_QUOTES = frozenset("\"'”’»)]}」』）】》")
_NUMBER_BEFORE_UNIT = re.compile(r"[$€£¥]?[\d٠-٩۰-۹०-९๐-๙][\d.,:/ \u00a0\u202f٠-٩۰-۹०-९๐-๙]*")
_ROMAN_OR_NUMBER = re.compile(r"[\dIVXLC]+[.,]?")
_KOREAN_CLAUSE = re.compile(r"(?:고|며|면|서|는데|지만|니까|도록|므로|때문에|거나|면서|지|자|나)$")
_KOREAN_BOUND = re.compile(r"(?:의|는|은|ㄴ|인|할|한|될|된|적|적인)$")
_ARABIC_AND = re.compile(r"^و\w{3,}")
_HEBREW_AND = re.compile(r"^ו\w{2,}")
_APOSTROPHES = str.maketrans("’", "'")
_STRIPPED = "\"'“”„«»‹›([{「『¿¡)]}」』.,;:!?…،؛؟。、，"


@lru_cache(maxsize=16_384)
def break_cost(before: str, after: str, language: str) -> int:
    """Return the cost of a line break between two words, from `CLAUSE` to `NEVER`.

    Args:
        before: the last word of the line, with its marks.
        after: the first word of the next line.
        language: ISO 639-1 code; empty if unknown.
    """
    if _closes_or_opens(before, after):
        return NEVER
    if _ends_clause(before):
        return CLAUSE
    known = function_words(language)
    left, right = _bare(before), _bare(after)
    if _belong_together(before, after, language, known, right):
        return TORN
    if left in known.bound | known.phrase | known.clause or right in known.after:
        return TIGHT
    if right in known.clause or _joins(after, language):
        return CONJUNCTION
    return _korean(before) if language == "ko" else _between_words(left, after, known)


def _closes_or_opens(before: str, after: str) -> bool:
    if opens(before[-1]) or (closes(after[0]) and not _begins(after)):
        return True
    return before in _QUOTES or after in _QUOTES


def _ends_clause(before: str) -> bool:
    bare = before.rstrip("".join(_QUOTES)) or before
    return bare[-1] in _CLAUSE_MARKS or (bare[-1] in "!?؟？！。" and len(bare) > 1)


def _between_words(left: str, after: str, known: FunctionWords) -> int:
    right = _bare(after)
    if right in known.phrase or opens(after[0]) or left in known.after:
        return PREPOSITION
    return BOUND_WORD if right in known.bound else PLAIN


def _belong_together(
    before: str, after: str, language: str, known: FunctionWords, right: str
) -> bool:
    if is_title(before, language):
        return True
    if before.endswith(".") and right[:1].isalpha() and right not in known.all:
        return _ROMAN_OR_NUMBER.fullmatch(before) is not None
    if _NUMBER_BEFORE_UNIT.fullmatch(before):
        return right not in known.clause and right not in known.phrase
    return bool(_ROMAN_OR_NUMBER.fullmatch(after)) and before[:1].isupper()


def _joins(after: str, language: str) -> bool:
    if language == "ar":
        return _ARABIC_AND.match(after) is not None
    return language == "he" and _HEBREW_AND.match(after) is not None


def _korean(before: str) -> int:
    if _KOREAN_CLAUSE.search(before):
        return CONJUNCTION
    return TIGHT if _KOREAN_BOUND.search(before) else BOUND_WORD


def _begins(after: str) -> bool:
    """Whether a word begins with a mark that is not a closing one here: a dash, an apostrophe."""
    category = unicodedata.category(after[0])
    letters = any(char.isalnum() for char in after)
    return letters and category in {"Pd", "Po", "Pf"} and after[0] not in ",.!?:;%…"


def _bare(word: str) -> str:
    return word.strip(_STRIPPED).casefold().translate(_APOSTROPHES)
