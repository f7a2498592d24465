"""Numbers, names and terms of the glossary that come through: found by their writing."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from broadcaster.model.event import Term
from broadcaster.report.captions import SpokenCaption
from broadcaster.report.quality.names import (
    begins_sentence,
    capitals_tell,
    folded,
    known_names,
    names_in,
    script_of,
    written_as,
)
from broadcaster.report.quality.numbers import Number, numbers_found, numbers_said, reads_words

EARLIEST_MS = -2_000
LATEST_MS = 30_000
"""An interpretation is looked for from this long before the original to this long after it."""
_Free = TypeVar("_Free")
_Forms = TypeVar("_Forms")
_Patterns = tuple[re.Pattern[str], ...]
_TAKEN = "\0"
"""Stands where a form was found, so that it is not found twice."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How many of some things came through.

    Attributes:
        said: on the floor.
        found: of them, on the channel.
        missing: those that were not found, in the order of speech.
    """

    said: int
    found: int
    missing: tuple[str, ...]


def numbers_kept(
    floor: Sequence[SpokenCaption],
    channel: Sequence[SpokenCaption],
    source_language: str,
    language: str,
) -> Kept | None:
    """The numbers of the floor that are on a channel, in any digits and grouping, or in words.

    Numbers that the floor has in words count only if such numbers are found in both languages.

    Args:
        floor: captions of the original.
        channel: those of the channel.
        source_language: a tag; empty if unknown.
        language: tag of the channel.

    Returns:
        None if the floor has no number.
    """
    words = reads_words(source_language) and reads_words(language)
    said = [
        (number.text, one.start_ms, number)
        for one in floor
        for number in numbers_said(one.line, source_language, words=words)
    ]
    return _kept(said, channel, lambda line: numbers_found(line, language), _claim_number)


def names_kept(
    floor: Sequence[SpokenCaption],
    channel: Sequence[SpokenCaption],
    source_language: str,
    terms: Sequence[Term],
    language: str,
) -> Kept | None:
    """The names of the floor that are on a channel.

    A name is a word with a capital letter within a sentence. It is found as the glossary translates
    it, as CLDR does if it is a country, a language, a month or a day, or as the floor writes it. So
    a channel in another script keeps only those of the glossary and of CLDR.

    Args:
        floor: captions of the original.
        channel: those of the channel.
        source_language: a tag; empty if unknown.
        terms: of the glossary.
        language: tag of the channel.

    Returns:
        None if the floor has no name, or if capital letters do not tell names in its language.
    """
    if not capitals_tell(source_language):
        return None
    translated = {folded(term.text): _forms(term, language) for term in terms}
    known = known_names(source_language, language)
    script = script_of(one.text for one in channel)

    @cache
    def forms(name: str) -> tuple[str, ...]:
        plain = folded(name)
        own = (plain,) if script_of([name]) == script else ()
        return translated.get(plain) or (*known.get(plain, ()), *own)

    said = [
        (name, one.start_ms, tuple(written_as(form, language, begins=True) for form in wanted))
        for one, before in zip(floor, (None, *floor), strict=False)
        for name in names_in(
            one.line,
            source_language,
            begins=begins_sentence(None if before is None else before.line),
        )
        if (wanted := forms(name))
    ]
    return _kept(said, channel, lambda line: [folded(line)], _claim_text)


def glossary_kept(
    floor: Sequence[SpokenCaption],
    channel: Sequence[SpokenCaption],
    source_language: str,
    terms: Sequence[Term],
    language: str,
) -> Kept | None:
    """The terms of the glossary that a channel says as it wants.

    Args:
        floor: captions of the original.
        channel: those of the channel.
        source_language: a tag; empty if unknown.
        terms: of the glossary; one without a translation into the language is left out.
        language: tag of the channel.

    Returns:
        None if the floor said no such term.
    """
    wanted = [
        (
            term.text,
            written_as(folded(term.text), source_language, begins=True),
            tuple(written_as(form, language, begins=False) for form in forms),
        )
        for term in terms
        if (forms := _forms(term, language))
    ]
    said = [
        (text, one.start_ms, forms)
        for one in floor
        for text, original, forms in wanted
        for _ in original.findall(folded(one.line))
    ]
    return _kept(said, channel, lambda line: [folded(line)], _claim_text)


def _kept(
    said: Sequence[tuple[str, int, _Forms]],
    channel: Sequence[SpokenCaption],
    parts: Callable[[str], list[_Free]],
    claim: Callable[[list[_Free], _Forms], bool],
) -> Kept | None:
    """Claim for each thing said its first interpretation in time that is still free.

    Args:
        said: text, time and forms, in the order of speech.
        channel: where to look, in the order of speech.
        parts: what can be claimed of a line.
        claim: takes one form out of what is free; False if it is not there.
    """
    if not said:
        return None
    starts_ms = [one.start_ms for one in channel]
    left = [parts(one.line) for one in channel]

    def found(said_ms: int, forms: _Forms) -> bool:
        first = bisect_left(starts_ms, said_ms + EARLIEST_MS)
        last = bisect_right(starts_ms, said_ms + LATEST_MS)
        return any(claim(free, forms) for free in left[first:last])

    missing = [text for text, said_ms, forms in said if not found(said_ms, forms)]
    return Kept(len(said), len(said) - len(missing), tuple(missing))


def _claim_number(free: list[Number], wanted: Number) -> bool:
    for number, one in enumerate(free):
        if one.values & wanted.values:
            del free[number]
            return True
    return False


def _claim_text(free: list[str], forms: _Patterns) -> bool:
    for form in forms:
        if found := form.search(free[0]):
            free[0] = free[0][: found.start()] + _TAKEN + free[0][found.end() :]
            return True
    return False


def _forms(term: Term, language: str) -> tuple[str, ...]:
    wanted = term.translations.get(language) or term.translations.get(language.partition("-")[0])
    return (folded(wanted),) if wanted else ()
