"""The languages that are spelled here, and the packages that each needs."""

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec

_PACKAGES = {"ja": ("fugashi", "ipadic"), "zh": ("pypinyin",)}


@cache
def missing_packages(language: str) -> tuple[str, ...]:
    """The packages without which a language cannot be spelled; empty if nothing is missing."""
    return tuple(name for name in _PACKAGES.get(language, ()) if find_spec(name) is None)


@cache
def speller(language: str) -> Callable[[str], str] | None:
    """A function that spells text without punctuation; None for all other languages.

    Raises:
        ImportError: one of `missing_packages` is needed.
    """
    if language == "ja":
        from broadcaster.rehearsal.spelling.japanese import Japanese

        return Japanese().spell
    if language == "zh":
        from broadcaster.rehearsal.spelling import chinese

        return chinese.spell
    return None
