"""Languages by tag or name; names come from CLDR through Babel."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from broadcaster.errors import UnknownLanguage
from broadcaster.model.language_names import (
    NOT_SPOKEN,
    english_names,
    own_names,
    suggestions,
    tags_of,
)

FLOOR = "floor"
"""The id of the channel that carries the stage's original sound."""
_ISO_639_2 = 3
"""Letters of a code of ISO 639-2."""
_OTHER_CODES = (
    "alb:sqi arm:hye baq:eus bur:mya chi:zho cze:ces dut:nld fre:fra geo:kat ger:deu gre:ell "
    "ice:isl mac:mkd mao:mri may:msa per:fas rum:ron slo:slk tib:bod wel:cym"
)
"""Codes of ISO 639-2/B, and those of ISO 639-2/T where they are others; the source is
https://www.loc.gov/standards/iso639-2/php/code_list.php"""
_TAG = re.compile(r"(?!und)([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{2,8}){0,3}| [A-Za-z]{2})")
_SCRIPT_LETTERS = 4
_LIKELY_SUBTAGS = get_global("likely_subtags")
"""Read here, and not in the event loop."""
_RIGHT_TO_LEFT = frozenset(
    {"Adlm", "Arab", "Hebr", "Mand", "Mend", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"}
)


Direction = Literal["ltr", "rtl"]


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
    direction: Direction


@lru_cache(maxsize=1024)
def describe(text: str) -> Language:
    """A language by its tag, in any case, or by its name, in English or in itself.

    Tags: `pt-br`, `pt_BR`. Names: `Arabic`, `العربية`, `brazilian portuguese`, `Portugese`.
    The first call reads files: in the event loop use `languages`.

    Raises:
        UnknownLanguage: no language is called like this, or several are; it has suggestions.
    """
    text = text.strip()
    tag = _TAG.fullmatch(text)
    # “Kom” is a language that CLDR knows by another code, and an old code of yet another one.
    if tag and tag[1].lower() in english_names() and (found := _by_tag(text)):
        return found
    tags = tags_of(text)
    if len(tags) == 1 and (found := _by_tag(tags[0])):
        return found
    if found := _by_tag(text):
        return found
    near = [language for tag in tags or suggestions(text) if (language := _by_tag(tag))]
    names = dict.fromkeys(language.english_name for language in near)
    raise UnknownLanguage(text, names, ambiguous=len(tags) > 1)


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


async def languages(texts: Iterable[str]) -> tuple[Language, ...]:
    """The languages of several tags or names, without repeats, in the order given.

    Raises:
        UnknownLanguage: one of them is not a language.
    """
    found = await asyncio.to_thread(lambda: [describe(text) for text in texts])
    return tuple(dict.fromkeys(found))


def direction_of(tag: str) -> Direction:
    """The direction in which a language is written, by its script or its usual one."""
    code, *rest = tag.replace("-", "_").split("_")
    usual = _LIKELY_SUBTAGS.get("_".join((code, *rest))) or _LIKELY_SUBTAGS.get(code, "")
    subtags = [*rest, *usual.split("_")[1:]]
    script = next((one for one in subtags if len(one) == _SCRIPT_LETTERS), "")
    return "rtl" if script in _RIGHT_TO_LEFT else "ltr"


def base_language(tag: str) -> str:
    """A tag without region and script: `pt-BR` → `pt`."""
    return tag.partition("-")[0].lower()


def bibliographic_code(tag: str) -> str:
    """The three letters that ISO 639-2/B has for a language: `de` → `ger`; `und` if it has none.

    The first call reads files.
    """
    base = base_language(tag)
    if len(base) == _ISO_639_2:
        return base
    aliases = get_global("language_aliases")
    # CLDR lists the bibliographic code after the terminological one: deu, ger.
    codes = [code for code, modern in aliases.items() if modern == base and len(code) == _ISO_639_2]
    return codes[-1] if codes else "und"


def terminological_code(tag: str) -> str:
    """The three letters that ISO 639-2/T has: `de` → `deu`; see `bibliographic_code`."""
    code = bibliographic_code(tag)
    return dict(pair.split(":") for pair in _OTHER_CODES.split()).get(code, code)


def _by_tag(text: str) -> Language | None:
    parts = _TAG.fullmatch(text)
    if parts is None:
        return None
    code = parts[1].lower()
    tag = get_global("language_aliases").get(code, code) + re.sub("[-_ ]", "_", parts[2])
    try:
        exact = Locale.parse(tag)
    except (UnknownLocaleError, ValueError, TypeError):
        return _without_locale(tag)
    own_name = exact.get_display_name()
    english_name = exact.get_display_name("en") or own_name
    if not english_name:
        return None
    name = own_name or english_name
    canonical = str(exact).replace("_", "-")
    for special in (canonical, f"{exact.language}-{exact.territory}"):
        its_name = english_names().get(special, "")
        if its_name and english_name.split(" (")[0] not in its_name:  # Dari, Flemish
            english_name = its_name
            name = own_names().get(special, [name])[0]
    return Language(canonical, _capitalised(name), english_name, direction_of(canonical))


def _without_locale(tag: str) -> Language | None:
    """A language that CLDR names, though it knows nothing else of it: Hmong, Samoan."""
    code, *rest = tag.split("_")
    if code in NOT_SPOKEN:
        return None
    english_name = english_names().get(code)
    if english_name is None:
        return None
    english = Locale("en")
    known = {**english.scripts, **english.territories}
    parts = [part.title() if len(part) == _SCRIPT_LETTERS else part.upper() for part in rest]
    if not known.keys() >= set(parts):
        return None
    suffix = f" ({', '.join(known[part] for part in parts)})" if parts else ""
    canonical = "-".join((code, *parts))
    name = _capitalised(own_names().get(code, [english_name])[0])
    return Language(canonical, name + suffix, english_name + suffix, direction_of(canonical))


def _capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]
