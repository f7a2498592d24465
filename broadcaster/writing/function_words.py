"""The small words of each language."""

from broadcaster.writing.function_words_asia import ASIA
from broadcaster.writing.function_words_europe import EUROPE
from broadcaster.writing.word_kinds import FunctionWords

FUNCTION_WORDS: dict[str, FunctionWords] = EUROPE | ASIA
"""ISO 639-1 code → its small words."""
_NONE = FunctionWords()


def function_words(language: str) -> FunctionWords:
    """A language's small words; of an unknown one there are none."""
    return FUNCTION_WORDS.get(language, _NONE)
