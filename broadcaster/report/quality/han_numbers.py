"""Numbers that Chinese and Japanese write with their own characters, or with digits and those."""

import re
import unicodedata
from decimal import Decimal

HAN_LANGUAGES = frozenset({"ja", "yue", "zh"})
_DIGITS = {character: digit for digit, character in enumerate("零一二三四五六七八九")}
_DIGITS |= {"〇": 0, "两": 2, "兩": 2}
_PLACES = {"十": 10, "百": 100, "千": 1_000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "億": 10**8, "亿": 10**8, "兆": 10**12}
_SIGNS = "".join((*_DIGITS, *_PLACES, *_MYRIADS))
_PART = re.compile(rf"\d[\d,]*(?:\.\d+)?|[{_SIGNS}]")
HAN_NUMBER = re.compile(rf"(?:\d[\d,.]*)?[{_SIGNS}](?:[{_SIGNS}]|\d[\d,.]*(?=[{_SIGNS}]))*\d*")
"""A number with at least one such character."""


def han_value(text: str) -> Decimal:
    """The value of a number: 2000000 of `二百万` and `200万`, 2026 of `二〇二六`.

    Args:
        text: what `HAN_NUMBER` matches.
    """
    if all(one in _DIGITS for one in text):
        return Decimal("".join(str(_DIGITS[one]) for one in text))
    total = section = Decimal(0)
    number: Decimal | None = None
    for part in _PART.findall(text):
        if part in _PLACES:
            section += (Decimal(1) if number is None else number) * _PLACES[part]
            number = None
        elif part in _MYRIADS:
            of_it = section + (number or 0)
            total += (of_it or 1) * _MYRIADS[part]
            section, number = Decimal(0), None
        else:
            number = (number or 0) * 10 + _digits(part)
    return total + section + (number or 0)


def _digits(part: str) -> Decimal:
    if part in _DIGITS:
        return Decimal(_DIGITS[part])
    return Decimal(
        "".join(one if one == "." else str(unicodedata.digit(one)) for one in part if one != ",")
    )
