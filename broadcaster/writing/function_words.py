"""Function words of each language: articles, prepositions, conjunctions and the like."""

from broadcaster.writing.function_words_asia import ASIA
from broadcaster.writing.function_words_europe import EUROPE
from broadcaster.writing.word_kinds import FunctionWords

FUNCTION_WORDS: dict[str, FunctionWords] = EUROPE | ASIA
"""ISO 639-1 code → function words."""
_NONE = FunctionWords()


def function_words(language: str) -> FunctionWords:
    """Return a language's function words. An unknown language has none."""
    return FUNCTION_WORDS.get(language, _NONE)
