"""Language tags and names; names come from CLDR through Babel."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError

from broadcaster.errors import UnknownLanguage

FLOOR = "floor"
"""The id of the channel that carries the stage's original sound."""


_TAG = re.compile(r"(?!und)[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True)
class Language:
    """A language as people see it.

    Attributes:
        tag: canonical BCP 47, `pt-BR`.
        name: its own name for itself, capitalised for a list, `Português (Brasil)`.
        english_name: for the organizer, `Portuguese (Brazil)`.
        direction: in which it is written.
    """

    tag: str
    name: str
    english_name: str
    direction: Literal["ltr", "rtl"]


@lru_cache(maxsize=1024)
def describe(tag: str) -> Language:
    """A language by its tag, in any case: `pt-br`.

    The first call reads files: in the event loop use `languages`.

    Raises:
        UnknownLanguage: it is not a language tag.
    """
    if not _TAG.fullmatch(tag.strip()):
        raise UnknownLanguage(tag)
    try:
        exact = Locale.parse(tag.strip().replace("_", "-"), sep="-")
        likely = Locale.parse(str(exact), resolve_likely_subtags=True)
    except (UnknownLocaleError, ValueError, TypeError):
        raise UnknownLanguage(tag) from None
    english_name = exact.get_display_name("en")
    if not english_name:
        raise UnknownLanguage(tag)
    canonical = str(exact).replace("_", "-")
    name = exact.get_display_name() or canonical
    direction: Literal["ltr", "rtl"] = "rtl" if likely.text_direction == "rtl" else "ltr"
    return Language(canonical, name[:1].upper() + name[1:], english_name, direction)


def regional_name(tag: str) -> str:
    """The English name of a variety: `Brazilian Portuguese`; empty for a tag without one.

    The first call reads files.

    Raises:
        UnknownLanguage: it is not a language tag.
    """
    described = describe(tag)
    if "-" not in described.tag:
        return ""
    name = Locale("en").languages.get(described.tag.replace("-", "_"))
    return name or described.english_name


async def languages(tags: Iterable[str]) -> tuple[Language, ...]:
    """The languages of several tags, without repeats, in the order given.

    Raises:
        UnknownLanguage: one of them is not a language tag.
    """
    found = await asyncio.to_thread(lambda: [describe(tag) for tag in tags])
    return tuple(dict.fromkeys(found))
