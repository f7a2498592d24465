"""Words after a number that multiply it: thousand, million, crore, and their short forms.

The words are those of CLDR's compact numbers and of everyday texts; an English billion is a German
Milliarde.
"""

import re
from collections.abc import Mapping
from functools import cache

from broadcaster.writing.scripts import base_language

_POWERS: Mapping[str, Mapping[int, str]] = {
    "ar": {3: "ألف|آلاف|ألفا", 6: "مليون|ملايين|مليونا", 9: "مليار|مليارات|بليون", 12: "تريليون"},
    "ca": {3: "mil", 6: "mili(?:ó|ons)", 9: "mil milions", 12: "bili(?:ó|ons)"},
    "cs": {3: "tisíc[eů]?|tis", 6: "mili[oó]n(?:y|ů)?", 9: "miliard[ay]?|mld"},
    "de": {3: "tausend|Tsd", 6: "Million(?:en)?|Mio", 9: "Milliarden?|Mrd", 12: "Billion(?:en)?"},
    "en": {2: "hundred", 3: "thousand", 6: "million", 9: "billion|bn", 12: "trillion|tn"},
    "es": {3: "mil", 6: "mill(?:ón|ones)", 9: "mil millones|millardos?", 12: "bill(?:ón|ones)"},
    "fr": {3: "mille", 6: "millions?", 9: "milliards?|Mds?", 12: "billions?"},
    "hi": {3: "हज़ार|हजार", 5: "लाख", 6: "मिलियन", 7: "करोड़|करोड", 9: "अरब|बिलियन"},
    "id": {3: "ribu", 6: "juta", 9: "mil[iy]ar", 12: "triliun"},
    "it": {3: "mila|mille", 6: "milion[ei]", 9: "miliard[oi]", 12: "bilion[ei]"},
    "ko": {3: "천", 4: "만", 8: "억", 12: "조"},
    "nl": {3: "duizend", 6: "miljoen|mln", 9: "miljard|mld", 12: "biljoen"},
    "pl": {3: "tysi(?:ąc|ące|ęcy)|tys", 6: "milion(?:y|ów)?|mln", 9: "miliard(?:y|ów)?|mld"},
    "pt": {3: "mil", 6: "milh(?:ão|ões)", 9: "bilh(?:ão|ões)|mil milhões", 12: "trilh(?:ão|ões)"},
    "ru": {3: "тысяч[аи]?|тыс", 6: "миллион(?:а|ов)?|млн", 9: "миллиард(?:а|ов)?|млрд"},
    "sv": {3: "tusen", 6: "miljon(?:er)?|mn", 9: "miljard(?:er)?|md"},
    "th": {3: "พัน", 4: "หมื่น", 5: "แสน", 6: "ล้าน"},
    "tr": {3: "bin", 6: "milyon", 9: "milyar", 12: "trilyon"},
    "uk": {3: "тисяч[аі]?|тис", 6: "мільйон(?:и|ів)?|млн", 9: "мільярд(?:и|ів)?|млрд"},
    "vi": {3: "nghìn|ngàn", 6: "triệu", 9: "tỷ|tỉ"},
}
_JOINED = frozenset({"ko", "th"})
"""Languages that write what is counted right behind these words."""


@cache
def magnitudes_of(language: str) -> tuple[tuple[re.Pattern[str], int], ...]:
    """The words of a language, each with its power of ten, the largest first.

    They match behind a number, after a space, a hyphen or nothing.

    Args:
        language: a tag; one without such words has none.
    """
    code = base_language(language)
    end = "" if code in _JOINED else r"(?!\w)"
    powers = sorted(_POWERS.get(code, {}).items(), reverse=True)
    return tuple(
        (re.compile(rf"[\s\u00a0\u202f-]?(?:{words}){end}", re.IGNORECASE), power)
        for power, words in powers
    )
