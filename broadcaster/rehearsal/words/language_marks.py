"""The tokens by which a translation model is told a language.

OPUS-MT models with several targets begin the source with `>>fra<<`, MADLAD-400 with `<2fr>`.
NLLB-200 (`fra_Latn`) and M2M100 (`__fr__`) begin the source with its own language and the
translation with the other one. Models of one pair have no such tokens.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType

from babel.core import get_global


class Marking(Enum):
    """Where a model expects the token of a language."""

    NONE = auto()
    TARGET_BEFORE_SOURCE = auto()
    """The source begins with the target's token."""
    BOTH = auto()
    """The source begins with its own token, the translation with the target's."""


_FORMS = (
    (Marking.TARGET_BEFORE_SOURCE, re.compile(r">>([a-z]{2,3})(?:[_-]([A-Za-z]{2,8}))*<<")),
    (Marking.TARGET_BEFORE_SOURCE, re.compile(r"<2([a-z]{2,3})(?:_([A-Za-z]{2,8}))?>")),
    (Marking.BOTH, re.compile(r"__([a-z]{2,3})()__")),
    (Marking.BOTH, re.compile(r"([a-z]{3})_([A-Z][a-z]{3})")),
)
_LONGEST = 24
_FEWEST = 2
"""Fewer tokens of a form are chance."""
_MACROLANGUAGES = {"nb": "no", "cmn": "zh"}
"""Codes that people also call by another one."""


@dataclass(frozen=True, slots=True)
class LanguageMarks:
    """The tokens of one model.

    Attributes:
        marking: where they stand.
        tokens: by ISO 639 code; empty for a model of one pair.
    """

    marking: Marking
    tokens: Mapping[str, str]


def marks_in(vocabulary: Iterable[str]) -> LanguageMarks:
    """The tokens of languages in the vocabulary of a model."""
    words = [word for word in vocabulary if len(word) <= _LONGEST]
    for marking, form in _FORMS:
        found = [(word, match) for word in words if (match := form.fullmatch(word))]
        if len(found) >= _FEWEST:
            return LanguageMarks(marking, _by_code(found))
    return LanguageMarks(Marking.NONE, MappingProxyType({}))


def iso_code(code: str) -> str:
    """The usual code of a language: `fra` → `fr`."""
    return str(get_global("language_aliases").get(code, code)).partition("_")[0]


def _by_code(found: Iterable[tuple[str, re.Match[str]]]) -> Mapping[str, str]:
    """One token for each language; of several that in the script it is usually written in."""
    tokens: dict[str, str] = {}
    for word, match in found:
        code, script = iso_code(match[1]), match[2] or ""
        usual = str(get_global("likely_subtags").get(code, "")).split("_")
        if code not in tokens or (script and script in usual):
            tokens[code] = word
    for code, other in _MACROLANGUAGES.items():
        if code in tokens:
            tokens.setdefault(other, tokens[code])
    return MappingProxyType(tokens)
