"""Numbers as they are read in Chinese and Japanese, written with Chinese characters."""

import re

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_MYRIADS = {"ja": ("", "万", "億", "兆"), "zh": ("", "万", "亿", "兆")}
_MOST_DIGITS = 16
_YEAR_DIGITS = 4
_THOUSAND, _MYRIAD = 1_000, 10_000
_NUMBER = re.compile(r"(\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.(\d+))?(%?)(年?)", re.ASCII)


def with_numbers_written(text: str, language: str) -> str:
    """A text whose numbers are words.

    Args:
        text: with digits and punctuation of half width.
        language: `ja` or `zh`.
    """
    return _NUMBER.sub(lambda found: _number(found, language), text)


def _number(found: re.Match[str], language: str) -> str:
    whole, fraction, percent, year = found.groups()
    digits = whole.replace(",", "")
    if language == "zh" and year and len(digits) == _YEAR_DIGITS:
        return _one_by_one(digits) + year
    number = _whole(digits, language)
    if fraction:
        number += f"点{_one_by_one(fraction)}"
    if percent:
        number = f"百分之{number}" if language == "zh" else f"{number}パーセント"
    return number + year


def _one_by_one(digits: str) -> str:
    return "".join(_DIGITS[int(digit)] for digit in digits)


def _whole(digits: str, language: str) -> str:
    if len(digits) > _MOST_DIGITS or (digits.startswith("0") and len(digits) > 1):
        return _one_by_one(digits)
    words, number = "", int(digits)
    for power in range(len(_MYRIADS[language]) - 1, -1, -1):
        group = number // _MYRIAD**power % _MYRIAD
        if group:
            skipped = language == "zh" and words and group < _THOUSAND
            words += "零" if skipped else ""
            words += _below_myriad(group, language, first=not words) + _MYRIADS[language][power]
    return words or _DIGITS[0]


def _below_myriad(number: int, language: str, *, first: bool) -> str:
    """Japanese leaves out the one before ten, hundred and thousand; Chinese the one of 10 to 19."""
    words, skipped = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit == 0:
            skipped = bool(words)
            continue
        words += "零" if skipped and language == "zh" else ""
        skipped = False
        silent = place > 0 if language == "ja" else place == 1 and first and not words
        words += ("" if digit == 1 and silent else _DIGITS[digit]) + _PLACES[place]
    return words
