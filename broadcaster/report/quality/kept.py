"""Numbers, names and terms of the glossary that come through: found by their writing."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from broadcaster.model.event import Term
from broadcaster.report.captions import SpokenCaption

EARLIEST_MS = -2_000
LATEST_MS = 30_000
"""An interpretation is looked for from this long before the original to this long after it."""
_NUMBER = re.compile(r"\d+(?:[.,'’\u00a0\u202f٬٫]\d+)*")
_GROUPED = re.compile(r"[.,'’\u00a0\u202f٬](?=\d{3}(?!\d))")
_NAME = re.compile(r"[^\W\d_][\w’'-]*")
_I = re.compile(r"I\b")
_ENDS = frozenset('.!?…:;\n“”"«»—')
_EVERY_NOUN = frozenset({"de", "lb"})
"""Languages that begin every noun with a capital letter: it says nothing about names."""


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


@dataclass(frozen=True, slots=True)
class _Said:
    """One thing, when it was said, and the writings that count as the same."""

    text: str
    at_ms: int
    forms: tuple[str, ...]


def numbers_kept(floor: Sequence[SpokenCaption], channel: Sequence[SpokenCaption]) -> Kept | None:
    """The numbers in digits of the floor that are on a channel, in any digits and grouping.

    Returns:
        None if the floor has no number.
    """
    said = [
        _Said(match.group(), one.start_ms, (_plain_number(match.group()),))
        for one in floor
        for match in _NUMBER.finditer(one.line)
    ]
    return _kept(said, channel, lambda line: [_plain_number(n) for n in _NUMBER.findall(line)])


def names_kept(
    floor: Sequence[SpokenCaption],
    channel: Sequence[SpokenCaption],
    source_language: str,
    terms: Sequence[Term],
    language: str,
) -> Kept | None:
    """The names of the floor that are on a channel.

    A name is a word with a capital letter within a sentence. It is found as the floor writes it or
    as the glossary translates it; so only channels in the same script can keep names that the
    glossary does not have.

    Args:
        floor: captions of the original.
        channel: those of the channel.
        source_language: a tag; empty if unknown.
        terms: of the glossary.
        language: tag of the channel.

    Returns:
        None if the floor has no name, or if capital letters do not tell names in its language.
    """
    if source_language.partition("-")[0] in _EVERY_NOUN:
        return None
    translated = {term.text.casefold(): _forms(term, language) for term in terms}
    same_script = _is_cased(one.text for one in channel)
    said = [
        _Said(name, one.start_ms, forms)
        for one, before in zip(floor, (None, *floor), strict=False)
        for name in _names(one.line, begins=_begins_sentence(before))
        if (forms := translated.get(name.casefold(), (_folded(name),) if same_script else ()))
    ]
    return _kept(said, channel, _words)


def glossary_kept(
    floor: Sequence[SpokenCaption],
    channel: Sequence[SpokenCaption],
    terms: Sequence[Term],
    language: str,
) -> Kept | None:
    """The terms of the glossary that a channel says as it wants.

    Args:
        floor: captions of the original.
        channel: those of the channel.
        terms: of the glossary; one without a translation into the language is left out.
        language: tag of the channel.

    Returns:
        None if the floor said no such term.
    """
    said = [
        _Said(term.text, one.start_ms, forms)
        for one in floor
        for term in terms
        if (forms := _forms(term, language))
        for _ in range(_folded(one.line).count(_folded(term.text)))
    ]
    return _kept(said, channel, None)


def _kept(
    said: Sequence[_Said],
    channel: Sequence[SpokenCaption],
    parts: Callable[[str], list[str]] | None,
) -> Kept | None:
    """Claim for each thing said its first interpretation in time that is still free.

    Args:
        said: in the order of speech.
        channel: where to look.
        parts: divides a line into what can be claimed; None looks for a form anywhere in it.
    """
    if not said:
        return None
    left = [(one.start_ms, parts(one.line) if parts else [_folded(one.line)]) for one in channel]
    missing = [
        one.text
        for one in said
        if not any(
            _claim(free, one.forms, whole=parts is not None)
            for at_ms, free in left
            if EARLIEST_MS <= at_ms - one.at_ms <= LATEST_MS
        )
    ]
    return Kept(len(said), len(said) - len(missing), tuple(missing))


def _claim(free: list[str], forms: Sequence[str], *, whole: bool) -> bool:
    """Take one form out of what is free; False if it is not there."""
    for number, part in enumerate(free):
        for form in forms:
            if whole and part == form:
                del free[number]
                return True
            if not whole and form in part:
                free[number] = part.replace(form, "", 1)
                return True
    return False


def _forms(term: Term, language: str) -> tuple[str, ...]:
    wanted = term.translations.get(language) or term.translations.get(language.partition("-")[0])
    return (_folded(wanted),) if wanted else ()


def _names(line: str, *, begins: bool) -> Iterable[str]:
    for match in _NAME.finditer(line):
        before = line[: match.start()].rstrip()
        first = begins if not before else before[-1] in _ENDS
        if match.group()[0].isupper() and not first and not _I.match(match.group()):
            yield match.group()


def _begins_sentence(before: SpokenCaption | None) -> bool:
    return before is None or before.line[-1:] in _ENDS


def _words(line: str) -> list[str]:
    return _NAME.findall(_folded(line))


def _folded(text: str) -> str:
    """A text without case and accents."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(one for one in letters if not unicodedata.combining(one)).casefold()


def _plain_number(text: str) -> str:
    """A number in Western digits, without signs between its thousands, with a point."""
    digits = "".join(str(unicodedata.digit(one, one)) for one in text)
    return _GROUPED.sub("", digits).replace(",", ".").replace("٫", ".")


def _is_cased(texts: Iterable[str]) -> bool:
    """Whether a channel is written with capital letters."""
    return any(letter.isupper() for text in texts for letter in text)
