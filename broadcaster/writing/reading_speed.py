"""The speed at which subtitles can be read, by language."""

from broadcaster.writing.columns import columns
from broadcaster.writing.scripts import base_language

_USUAL = 17
_BY_LANGUAGE = {"ja": 14, "ko": 24, "yue": 18, "zh": 18}


def columns_per_s(language: str) -> int:
    """The fastest comfortable speed, in columns a second; a wide character has two columns.

    These are the figures of the Timed Text Style Guides of Netflix for adults: 17 characters a
    second in most languages, 9 in Chinese, 12 in Korean. Its 4 for Japanese are for shortened
    translations; 7, its figure for what is said word for word, is taken.

    Args:
        language: a BCP 47 tag; empty if it is unknown.
    """
    return _BY_LANGUAGE.get(base_language(language), _USUAL)


def reading_ms(text: str, language: str) -> int:
    """The time in ms that a text needs to be read comfortably."""
    speed = columns_per_s(language)
    return -(-columns(text) * 1_000 // speed)
