"""The language that an interpreter's instructions ask for.

The rule: the first of `Target language: …`, `into …`, `translate … to …` and `the … translation`
that names a language decides. A language is named by a BCP 47 tag in brackets, by a tag that stands
alone, or by its English name: `into Brazilian Portuguese (pt-BR)`, `Target language: de`,
`into German`.
"""

import re
from collections.abc import Mapping
from functools import cache

from babel import Locale

_MENTION = re.compile(
    r"(?:target language\s*(?:is|:|=)|\binto|\b(?:translat|interpret)\w*(?:\s+\w+){0,4}?\s+to)"
    r"\s+([^.;,\n]{1,80})"
    r"|\bthe\s+([^.;,\n]{1,40}?)\s+(?:translation|interpretation)\b",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\(([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*\)")
_ALONE = re.compile(r"['\"`]?([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*['\"`]?")
_WORD = re.compile(r"[^\W\d_]+")


@cache
def english_names() -> Mapping[str, str]:
    """ISO 639 codes by English name in lower case. The first call reads files."""
    names = Locale("en").languages
    return {name.lower(): code for code, name in names.items() if "_" not in code}


def target_language(instructions: str) -> str | None:
    """ISO 639 code without region or script; None when the instructions name no language."""
    for mention in _MENTION.finditer(instructions):
        language = _named((mention[1] or mention[2]).strip())
        if language is not None:
            return language
    return None


def _named(text: str) -> str | None:
    names = english_names()
    codes = set(names.values())
    for found in (_IN_BRACKETS.search(text), _ALONE.fullmatch(text)):
        if found is not None and found[1].lower() in codes:
            return found[1].lower()
    words = _WORD.findall(text.lower())
    named = (names[word] for word in words if word in names)
    return next(named, None)
