"""The names in a text, and how another language writes those that CLDR knows."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain

from babel import Locale, UnknownLocaleError

from broadcaster.writing.scripts import base_language, spaces_between_words

_NAME = re.compile(r"[^\W\d_][\w’'-]*")
_POSSESSIVE = re.compile(r"['’]s?$")
_I = re.compile(r"I\b")
_ENDS = frozenset('.!?…:;\n“”"«»—')
_EVERY_NOUN = frozenset({"de", "lb"})
"""Languages that begin every noun with a capital letter: it says nothing about names."""
_ATTACHED = frozenset({"ar", "fa", "he", "ur"})
"""Languages that write “and”, “in” or “the” together with the word after it."""
_SHORT = 4
"""A shorter word is found as a whole, perhaps with an s: Ali is not the beginning of “Alice”."""


def capitals_tell(language: str) -> bool:
    """Whether a capital letter within a sentence means a name in a language, a tag."""
    return base_language(language) not in _EVERY_NOUN


def names_in(line: str, language: str, *, begins: bool) -> Iterator[str]:
    """The words with a capital letter within a sentence; a country may have several words.

    Args:
        line: of text; one without small letters has no names.
        language: its tag; empty if it is unknown.
        begins: whether a sentence begins with the line.
    """
    if line == line.upper():
        return
    for match in _names_of(language).finditer(line):
        before = line[: match.start()].rstrip()
        first = begins if not before else before[-1] in _ENDS
        name = _POSSESSIVE.sub("", match.group())
        if name[0].isupper() and not first and not _I.match(name):
            yield name


def begins_sentence(before: str | None) -> bool:
    """Whether a sentence begins after this line; None is no line."""
    return before is None or before[-1:] in _ENDS


def script_of(texts: Iterable[str]) -> str:
    """The script that most letters of some texts have, as Unicode names it; empty without any."""
    letters = Counter(letter for text in texts for letter in text if letter.isalpha())
    scripts: Counter[str] = Counter()
    for letter, count in letters.items():
        scripts[unicodedata.name(letter, "").partition(" ")[0]] += count
    return scripts.most_common(1)[0][0] if scripts else ""


def folded(text: str) -> str:
    """A text without case and accents."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(one for one in letters if not unicodedata.combining(one)).casefold()


def written_as(form: str, language: str, *, begins: bool) -> re.Pattern[str]:
    """Finds a word in a folded text, with the endings that it may have.

    Args:
        form: folded.
        language: tag of the text.
        begins: whether it has to begin a word, where words have spaces between them.
    """
    found = re.escape(form)
    if not spaces_between_words(language) or base_language(language) in _ATTACHED:
        return re.compile(found)
    if len(form) < _SHORT:
        return re.compile(rf"(?<!\w){found}(?:['’]?s)?(?!\w)")
    return re.compile(rf"(?<!\w){found}" if begins else found)


@lru_cache(maxsize=64)
def known_names(source: str, target: str) -> Mapping[str, tuple[str, ...]]:
    """How a language writes the countries, languages, months and days of another one.

    In another script a country's name stands for its people, so that of its language is left out.

    Args:
        source: tag of the original; empty knows none.
        target: tag.

    Returns:
        Folded forms, by the folded name in the original.
    """
    one, other = _locale(source), _locale(target)
    found: dict[str, set[str]] = defaultdict(set)
    if one is None or other is None:
        return {}
    same = script_of(one.territories.values()) == script_of(other.territories.values())
    kinds = ["territories", *(["languages"] * same)]
    for kind in kinds:
        translated = getattr(other, kind)
        for code, name in getattr(one, kind).items():
            if code in translated:
                found[folded(name)].add(folded(translated[code]))
    for kind in ("months", "days"):
        for number, name in getattr(one, kind)["format"]["wide"].items():
            found[folded(name)] |= _calendar(getattr(other, kind), number)
    return {name: tuple(sorted(forms)) for name, forms in found.items()}


def _calendar(names: Mapping[str, Mapping[str, Mapping[int, str]]], number: int) -> set[str]:
    """The forms of a month or a day; a shorter one where it has no inflection."""
    written = {folded(context["wide"][number]) for context in names.values() if "wide" in context}
    short = folded(names["format"]["abbreviated"][number])
    return written | ({short} if len(short) > 1 and not short.isascii() else set())


@lru_cache(maxsize=16)
def _names_of(language: str) -> re.Pattern[str]:
    """Matches a word, or the name of a country with several words."""
    locale = _locale(language)
    several = [] if locale is None else [n for n in locale.territories.values() if " " in n]
    longest = sorted(several, key=len, reverse=True)
    either = chain((rf"(?<!\w){re.escape(one)}(?!\w)" for one in longest), [_NAME.pattern])
    return re.compile("|".join(either))


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale | None:
    for one in (language.replace("-", "_"), base_language(language)):
        try:
            return Locale.parse(one)
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return None
