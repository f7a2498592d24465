"""The numbers in a text, whatever its digits, its signs between thousands and its words for them.

A number has a value in each way in which it can be read: `1.234` is 1234 in Spanish and 1.234 in
English, `10.30` is a time in German. Two texts have the same number if one value is the same.
"""

import importlib.util
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from broadcaster.report.quality.han_numbers import HAN_LANGUAGES, HAN_NUMBER, han_value
from broadcaster.report.quality.magnitudes import magnitudes_of
from broadcaster.writing.scripts import base_language

WORDS_LANGUAGES = frozenset({"da", "de", "en", "es", "fr", "it", "nl", "pt"})
"""Languages in which text2num reads numbers that are words."""
_SIGNS = ".,'’\u00a0\u202f٬٫"
_DECIMAL = ".,٫"
_NUMBER = re.compile(rf"\d+(?:[{_SIGNS}]\d+)*")
_SPACED = re.compile(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?!\d)")
_DAY = re.compile(r"(?<![\d.,])(\d{1,2})\.(\d{1,2})\.(?!\d)")
_DAY_LANGUAGES = frozenset(
    {
        *("bg", "cs", "da", "de", "et", "fi", "hr", "is", "lt", "lv", "nb"),
        *("nn", "no", "pl", "ro", "ru", "sk", "sl", "sr", "tr", "uk"),
    }
)
"""Languages that write a day and a month as `29.11.`"""
_MORE = re.compile(rf"[\s\u00a0\u202f]?({_NUMBER.pattern})")
_CLOCK = re.compile(r"([01]?\d|2[0-3])\.([0-5]\d)")
_TIME = re.compile(r"(?<![\d.,:])(\d{1,2})\s?(?::|[hH時时点點시ч]|Uhr)\s?([0-5]\d)(?!\d|[:.]\d)")
_HOUR = re.compile(r"(?<![\d.,:])(\d{1,2})(?=\s?[ap]\.?\s?m\b)", re.IGNORECASE)
_AFTERNOON = re.compile(r"\s?p\.?\s?m\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\d.,])(1\d|20) (\d\d)(?!\d|[.,]\d)")
"""“Nineteen eighty-seven”, whose parts are two numbers."""
_HAN_MONTH = re.compile(r"[\d一二三四五六七八九十]+\s?月")
_HAN_ALONE = re.compile(r"(?<!\d)[零〇一二三四五六七八九十百千]+(?![万萬億亿兆])")
_HAN_SAID = re.compile(r"[\d一二三四五六七八九两兩十].")
_SMALLEST_HAN = 10
_CUT = " ; "
"""Stands where a number was, so that the words around it stay apart."""
_NOON, _LAST_HOUR = 12, 24
_GROUP = 3
_SMALLEST_SAID = 3
"""A smaller number in words often counts nothing: “one of us”."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text.

    Attributes:
        text: as it is written.
        values: ways to read it: `1234`, `1.234`, `10:30`.
    """

    text: str
    values: frozenset[str]


def reads_words(language: str) -> bool:
    """Whether numbers that are words are found in a language, a tag."""
    code = base_language(language)
    return code in HAN_LANGUAGES or (code in WORDS_LANGUAGES and _reads_words())


def numbers_said(line: str, language: str, *, words: bool) -> list[Number]:
    """The numbers of an original that an interpretation should have.

    Args:
        line: of text.
        language: its tag; empty if it is unknown.
        words: those that are words, too.
    """
    text, code = line, base_language(language)
    if code in HAN_LANGUAGES:
        text = _HAN_MONTH.sub(_CUT, text)
        if not words:
            text = _HAN_ALONE.sub(_CUT, text)
    found = _Finder(text, code)
    found.times(parts=False)
    found.han(lambda one: _HAN_SAID.match(one) is not None and han_value(one) >= _SMALLEST_HAN)
    found.digits()
    if words:
        found.words(_SMALLEST_SAID)
    return found.numbers


def numbers_found(line: str, language: str) -> list[Number]:
    """All that may be a number in an interpretation.

    Args:
        line: of text.
        language: its tag.
    """
    found = _Finder(line, base_language(language))
    found.times(parts=True)
    found.han(lambda _: True)
    found.digits()
    found.words(0)
    return found.numbers


class _Finder:
    """Takes one kind of numbers after the other out of a text.

    Args:
        text: where to look.
        code: of its language, without region.

    Attributes:
        numbers: those that were found.
    """

    def __init__(self, text: str, code: str) -> None:
        text = _SPACED.sub(lambda one: one.group().replace(" ", "\u202f"), text)
        self._text = _DAY.sub(rf"\1{_CUT}\2{_CUT}", text) if code in _DAY_LANGUAGES else text
        self._code = code
        self.numbers: list[Number] = []

    def times(self, *, parts: bool) -> None:
        """Times of the day.

        Args:
            parts: their hours and minutes count as numbers, too.
        """

        def time(match: re.Match[str]) -> str:
            hour, minute = (int(_western(one)) for one in match.groups())
            if hour > _LAST_HOUR:
                return match.group()
            hours = _hours(hour, match)
            values = {f"{one}:{minute:02}" for one in hours}
            self._add(
                match.group(), values | ({str(one) for one in hours} if not minute else set())
            )
            if parts:
                self._add(match[1], {str(hour)})
                self._add(match[2], {str(minute)})
            return _CUT

        def hour(match: re.Match[str]) -> str:
            self._add(match.group(), {str(one) for one in _hours(int(_western(match[1])), match)})
            return _CUT

        self._text = _HOUR.sub(hour, _TIME.sub(time, self._text))

    def han(self, wanted: Callable[[str], bool]) -> None:
        """Numbers with Chinese characters, in the languages that write them."""

        def number(match: re.Match[str]) -> str:
            if wanted(match.group()):
                self._add(match.group(), {_key(han_value(match.group()))})
            return _CUT

        if self._code in HAN_LANGUAGES:
            self._text = HAN_NUMBER.sub(number, self._text)

    def digits(self) -> None:
        """Numbers in digits, each with the words that multiply it."""
        rest, end = [], 0
        while (match := _NUMBER.search(self._text, end)) is not None:
            rest.append(self._text[end : match.start()])
            end = self._digits(match)
        self._text = _CUT.join((*rest, self._text[end:]))

    def words(self, smallest: int) -> None:
        """Numbers that are words, from this one on; a smaller one counts next to another."""
        if self._code in WORDS_LANGUAGES and _reads_words():
            from text_to_num import alpha2digit

            text = alpha2digit(self._text, self._code, threshold=smallest)
            self._text = _YEAR.sub(r"\1\2", text) if self._code == "en" else text
            self.digits()

    def _digits(self, match: re.Match[str]) -> int:
        """Add what begins with these digits; returns where it ends."""
        readings = _readings(match.group())
        end = match.end()
        if len(readings) > 1:
            for one in readings:
                self._add(match.group(), set(map(_key, one)))
            return end
        [values] = readings
        end, power = self._power(end)
        values = {one.scaleb(power) for one in values}
        while power and (more := _MORE.match(self._text, end)) is not None:
            after, smaller = self._power(more.end())
            added = _readings(more[1])
            if not 0 < smaller < power or len(added) > 1:
                break
            values = {one + other.scaleb(smaller) for one in values for other in added[0]}
            end, power = after, smaller
        text = self._text[match.start() : end]
        clock = _CLOCK.fullmatch(_western(text))
        times = {f"{int(clock[1])}:{clock[2]}"} if clock else set()
        self._add(text, {*map(_key, values), *times})
        return end

    def _power(self, end: int) -> tuple[int, int]:
        """Where the words that multiply a number end, and their power of ten."""
        power = 0
        words = magnitudes_of(self._code)
        while found := next(
            ((one, more) for word, more in words if (one := word.match(self._text, end))), None
        ):
            end, power = found[0].end(), power + found[1]
        return end, power

    def _add(self, text: str, values: set[str]) -> None:
        self.numbers.append(Number(text.strip(), frozenset(values)))


@cache
def _reads_words() -> bool:
    return importlib.util.find_spec("text_to_num") is not None


def _hours(hour: int, match: re.Match[str]) -> set[int]:
    """The hour, and that of the afternoon if it says so."""
    afternoon = _AFTERNOON.match(match.string, match.end()) and hour < _NOON
    return {hour, hour + _NOON} if afternoon else {hour}


def _readings(token: str) -> list[set[Decimal]]:
    """The values of a number in digits, or those of several numbers: the parts of a date."""
    plain = _western(token)
    groups = re.split(f"[{_SIGNS}]", plain)
    signs = [one for one in plain if one in _SIGNS]
    if not signs:
        return [{Decimal(plain)}]
    values = set()
    if len(set(signs)) == 1 and _grouped(groups):
        values.add(Decimal("".join(groups)))
    *before, last = signs
    if last in _DECIMAL and (
        not before or (last not in before and len(set(before)) == 1 and _grouped(groups[:-1]))
    ):
        values.add(Decimal("".join(groups[:-1]) + "." + groups[-1]))
    return [values] if values else [{Decimal(one)} for one in groups]


def _grouped(groups: Sequence[str]) -> bool:
    """Whether these are the thousands of one number; India has groups of two before the last."""
    first, *between, last = groups
    sizes = {len(one) for one in between}
    return (
        0 < len(first) <= _GROUP
        and first != "0"
        and len(last) == _GROUP
        and sizes in (set(), {_GROUP}, {_GROUP - 1})
    )


def _western(text: str) -> str:
    return "".join(str(unicodedata.digit(one)) if one.isdecimal() else one for one in text)


def _key(value: Decimal) -> str:
    return f"{value.normalize():f}"
