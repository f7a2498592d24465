"""Finds the tag of a language by what people call it: its English name or its own, or nearly so.

English names come from CLDR through Babel. `own_names.json` holds CLDR's names of languages for
themselves, because reading them from Babel would load hundreds of files into memory.
"""

import json
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError

LONGEST_NAME = 80
NOT_SPOKEN = frozenset({"mis", "mul", "und", "zxx"})
"""Codes of CLDR for no language, several, or an unknown one."""
_JOKES = frozenset({"tlh"})
"""Languages that can be had by their tags only."""
_OTHER_NAMES = {
    "bahasa": ("id", "ms"),
    "bahasa indonesia": ("id",),
    "bahasa malaysia": ("ms",),
    "bahasa melayu": ("ms",),
    "bengali": ("bn",),
    "bokmal": ("nb",),
    "brazilian": ("pt-BR",),
    "cambodian": ("km",),
    "castellano": ("es",),
    "castilian": ("es",),
    "farsi": ("fa",),
    "gaelic": ("ga", "gd"),
    "hokkien": ("nan",),
    "kirghiz": ("ky",),
    "kurmanji": ("ku",),
    "mandarin": ("zh",),
    "min nan": ("nan",),
    "moldovan": ("ro-MD",),
    "nynorsk": ("nn",),
    "oriya": ("or",),
    "panjabi": ("pa",),
    "persian dari": ("fa-AF",),
    "pilipino": ("fil",),
    "pushto": ("ps",),
    "putonghua": ("zh",),
    "sami": ("se", "smn", "smj", "sms", "sma"),
    "serbo croatian": ("sr-Latn",),
    "sinhalese": ("si",),
    "slovene": ("sl",),
    "sorani": ("ckb",),
    "sorbian": ("dsb", "hsb"),
    "taiwanese": ("nan",),
    "uighur": ("ug",),
    "valencian": ("ca",),
}
_SMALL_WORDS = frozenset({"as", "de", "del", "do", "du", "in", "of", "spoken", "the", "von"})
_SHORTEST_GUESS = 5
"""Letters of a name that may have a typing error; in a shorter one it could be another name."""
_ALMOST_SAME, _SIMILAR = 0.8, 0.6
_CLEARLY_BETTER = 0.05
_MOST_SUGGESTIONS = 4


def tags_of(name: str) -> tuple[str, ...]:
    """The tags of the languages that have a name, in any spelling of it: none, one or several.

    A name with one typing error is found too, if no other name is as near.
    """
    key = _key(name)
    if not key or len(name) > LONGEST_NAME:
        return ()
    return _index().get(key) or _qualified(key) or _nearly(key)


def suggestions(name: str) -> tuple[str, ...]:
    """The tags of languages with similar names, best first."""
    key = _key(name[:LONGEST_NAME])
    starts = [tags for known, tags in _index().items() if key and known.startswith(f"{key} ")]
    near = [tags for _, tags in _similar(key)] if len(key) > 1 else []
    found = dict.fromkeys(tag for tags in (*starts, *near) for tag in tags)
    return tuple(found)[:_MOST_SUGGESTIONS]


@cache
def english_names() -> dict[str, str]:
    """Names by tag, of all languages that CLDR has a name for; the first call reads a file."""
    names = {code.replace("_", "-"): name for code, name in Locale("en").languages.items()}
    return {tag: name for tag, name in names.items() if tag not in NOT_SPOKEN}


@cache
def own_names() -> dict[str, list[str]]:
    """Names of languages for themselves by tag; the first call reads a file."""
    path = Path(__file__).with_name("own_names.json")
    names: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))
    return names


@cache
def _index() -> dict[str, tuple[str, ...]]:
    """Tags by the key of each name; an English name goes before others that are spelt the same."""
    index: dict[str, tuple[str, ...]] = {}
    for tag, names in own_names().items():
        for name in names:
            index[_key(name)] = tuple(dict.fromkeys((*index.get(_key(name), ()), tag)))
    english = english_names().items()
    index |= {_key(name): (tag,) for tag, name in english if tag not in _JOKES}
    return index | _OTHER_NAMES


def _key(name: str) -> str:
    """A name as it is compared: small letters without accents, and without "language"."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = [
        character if character.isalnum() else " "
        for character in plain
        if unicodedata.category(character) not in {"Mn", "Lm"} and character not in "'’‘`"
    ]
    words = "".join(letters).split()
    return " ".join(words[:-1] if len(words) > 1 and words[-1] == "language" else words)


def _qualified(key: str) -> tuple[str, ...]:
    """A language with its region or script: `portuguese brazil`, `traditional chinese`."""
    words = [word for word in key.split() if word not in _SMALL_WORDS]
    for count in range(1, len(words)):
        for base, rest in (
            (" ".join(words[:-count]), " ".join(words[-count:])),
            (" ".join(words[count:]), " ".join(words[:count])),
        ):
            for tag in _index().get(base, ()):
                if qualifier := _qualifiers(tag).get(rest):
                    return (f"{tag}-{qualifier}",)
    return ()


@cache
def _qualifiers(tag: str) -> dict[str, str]:
    """Regions and scripts by the keys of their English names and those in the language itself."""
    found: dict[str, str] = {}
    for source in (tag, "en"):
        try:
            locale = Locale.parse(source, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
        for names in (locale.scripts, locale.territories):
            found |= {_key(name): code for code, name in names.items()}
    return found | {"latin america": "419", "uk": "GB", "usa": "US"}


def _nearly(key: str) -> tuple[str, ...]:
    """The tags of the only name that differs by a typing error."""
    if len(key) < _SHORTEST_GUESS:
        return ()
    similar = list(_similar(key))
    if not similar or similar[0][0] < _ALMOST_SAME:
        return ()
    likeness, tags = similar[0]
    rivals = (other for other, others in similar if others != tags)
    return tags if likeness - next(rivals, 0.0) >= _CLEARLY_BETTER else ()


def _similar(key: str) -> Iterable[tuple[float, tuple[str, ...]]]:
    """Likeness and tags of similar names, best first."""
    matcher = SequenceMatcher(b=key, autojunk=False)
    found = []
    for known, tags in _index().items():
        matcher.set_seq1(known)
        if matcher.real_quick_ratio() >= _SIMILAR and matcher.quick_ratio() >= _SIMILAR:
            likeness = matcher.ratio()
            if likeness >= _SIMILAR:
                found.append((likeness, tags))
    return sorted(found, key=lambda one: -one[0])
