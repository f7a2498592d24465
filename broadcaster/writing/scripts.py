"""Knows which languages use spaces, and guesses a text's language from its script and words."""

import re
from collections import Counter

from broadcaster.writing.abbreviations import NEVER_LAST
from broadcaster.writing.function_words import FUNCTION_WORDS

_NO_WORD_SPACES = frozenset({"zh", "yue", "ja", "th", "lo", "km", "my"})
_NO_SENTENCE_SPACES = frozenset({"zh", "yue", "ja"})
_SCRIPTS = (
    ("ja", "\u3041-\u30ff\uff66-\uff9f"),
    ("ko", "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"),
    ("zh", "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"),
    ("th", "\u0e01-\u0e7f"),
    ("lo", "\u0e80-\u0eff"),
    ("my", "\u1000-\u109f\uaa60-\uaa7f"),
    ("km", "\u1780-\u17ff"),
    ("fa", "پچژگیک"),
    ("ar", "\u0621-\u06d3"),
    ("he", "\u05d0-\u05ea"),
    ("hi", "\u0900-\u097f"),
    ("el", "\u0370-\u03ff\u1f00-\u1fff"),
    ("uk", "ґєіїҐЄІЇ"),
    ("ru", "\u0400-\u04ff"),
)
_LETTER_OF = re.compile("|".join(f"(?P<{name}>[{letters}])" for name, letters in _SCRIPTS))
_LATIN_WORD = re.compile(r"[a-zà-ÿąćęłńóśźżğışâîûăđơưạ-ỹ]+")
_SPECIFIC_SHARE = 0.08
"""This share of characteristic letters distinguishes a language from a larger one in its script."""
_LARGER = {"fa": "ar", "uk": "ru", "ja": "zh"}


def base_language(tag: str) -> str:
    """Return the language of a BCP 47 tag, without region or script: `pt` for `pt-BR`."""
    return re.split("[-_]", tag, maxsplit=1)[0].lower()


def is_known(language: str) -> bool:
    """Whether this package has rules for a language (ISO 639-1)."""
    return language in FUNCTION_WORDS or language in NEVER_LAST or language in _NO_WORD_SPACES


def spaces_between_words(language: str) -> bool:
    """Whether a language (BCP 47) is written with spaces between words."""
    return base_language(language) not in _NO_WORD_SPACES


def spaces_between_sentences(language: str) -> bool:
    """Whether a language (BCP 47) is written with spaces between sentences, as even Thai is."""
    return base_language(language) not in _NO_SENTENCE_SPACES


def likely_language(text: str) -> str:
    """Guess the language of a text from its script and its most frequent words.

    Returns:
        ISO 639-1 code; empty if there is no evidence.
    """
    found = Counter(match.lastgroup for match in _LETTER_OF.finditer(text))
    for specific, larger in _LARGER.items():
        if found[larger] and found[specific] >= _SPECIFIC_SHARE * found[larger]:
            found[specific] += found.pop(larger)
    latin = [word for word in _LATIN_WORD.findall(text.casefold()) if word]
    letters = sum(map(len, latin))
    if found and (best := found.most_common(1)[0])[1] * 2 >= letters:
        return best[0] or ""
    votes = Counter(
        language
        for word in latin
        for language, words in FUNCTION_WORDS.items()
        if word in words.all
    )
    return votes.most_common(1)[0][0] if votes else ""
