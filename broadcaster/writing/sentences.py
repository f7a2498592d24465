"""Finds sentence ends, in a complete text and in a growing one.

A full stop ends a sentence unless it belongs to an abbreviation, a number or an address. The next
letter decides. A small letter continues the sentence. A capital letter begins a new one, unless the
word before the stop is a title, an initial or an ordinal. Until the next letter is known, the full
stop of an abbreviation looks like the end of a sentence.
"""

import re
import unicodedata
from enum import Enum

from broadcaster.writing.following import begins_sentence, goes_without_abbreviation
from broadcaster.writing.full_stops import WordKind, kind_before_stop

_STRONG = "。！？｡؟۔।॥։။።፧།⸮"
"""Marks that only end sentences."""
_MARKS = f".!?…;;{_STRONG}"
_CLOSERS = "\"'”’»›)\\]}」』）】》〉〕］｣“"
_BEHIND = f"(?:[{_CLOSERS}\u00a0\u202f]| (?=»(?:\\s|$)))*"
"""Closing quotes and brackets. In French a space comes before them."""
_END = re.compile(f"([{_MARKS}]+)({_BEHIND})$")
_LONE_CLOSER = re.compile(r"\s+»(\s|$)")
_STRONG_MARK = re.compile(f"[{_STRONG}]")
_DOTS = re.compile("[.…]+")
_SEMICOLONS = re.compile("[;\u037e]+")
_MAYBE_END = re.compile(f"[{_MARKS}]{_BEHIND}(?=\\s|$|[^\\s{_MARKS}{_CLOSERS}])")
_MAYBE_END_OR_SPACE = re.compile(rf"{_MAYBE_END.pattern}|(?=\s)|$")
_NEXT_LETTER = re.compile(r"[^\W_]|\[")
_QUOTED_ON = frozenset("とって、は")
"""Words that continue a sentence after a Japanese quotation."""
_UNMARKED = frozenset({"th", "lo"})
"""Languages without sentence marks: a space ends a sentence, but may also be inside one."""
_PARTICLE = re.compile(r"(?:ครับ|ค่ะ|คะ|ครับผม|ฮะ|จ้ะ|จ้า)$")
"""Polite particles, which end a spoken sentence."""
_GOES_ON = (
    "และ",
    "หรือ",
    "แต่",
    "ซึ่ง",
    "ที่",
    "โดย",
    "เพราะ",
    "เพื่อ",
    "ว่า",
    "จึง",
    "ถ้า",
    "ແລະ",
    "ຫຼື",
    "ແຕ່",
)
_UNMARKED_LETTER = re.compile("[\u0e01-\u0e4e\u0e81-\u0ecd]")
_LONG_STRETCH = 30
"""This many letters without a space are most likely a whole sentence."""
_TELLING_LETTERS = 5
_LONGEST_SENTENCE = 400


class Ending(Enum):
    """The answer to: does a sentence end at this place?"""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    """The text that follows will decide."""


_MAY_GO_ON = frozenset({WordKind.MAY_BE_LAST, WordKind.BEFORE_NUMBER, WordKind.SMALL_LETTER})
_BEFORE_FIGURES = frozenset({WordKind.WORD, WordKind.ORDINAL, WordKind.SMALL_LETTER})
"""After a word of this kind, a sentence may end before a figure too."""
_TOLD = {None: Ending.UNSURE, True: Ending.YES, False: Ending.NO}


def sentence_ends(text: str, language: str) -> list[int]:
    """Return the places after each sentence of a text, after its closing quotes.

    The end of the text is included only if a sentence certainly ends there.

    Args:
        text: the complete text.
        language: ISO 639-1 code; empty if unknown.
    """
    ends: list[int] = []
    start = 0
    places = _MAYBE_END_OR_SPACE if language in _UNMARKED else _MAYBE_END
    for match in places.finditer(text):
        following = text[match.end() :]
        if following.strip():
            following += " "
        if ending(text[start : match.end()], following, language) is Ending.YES:
            start = match.end()
            ends.append(start)
    return ends


def ends_sentence(text: str, language: str) -> bool:
    """Whether this text certainly ends a sentence, judging by the text alone."""
    return ending(text.rstrip(), "", language) is Ending.YES


def closing_marks(text: str, language: str) -> str:
    """Return the marks that end the last sentence; empty if the sentence is unfinished."""
    match = _END.search(text)
    return match.group() if match and ends_sentence(text, language) else ""


def ending(sentence: str, following: str, language: str) -> Ending:
    """Decide whether a sentence ends between two texts.

    Args:
        sentence: the text from the start of the sentence.
        following: the known part of the text after it, with its first space.
        language: ISO 639-1 code; empty if unknown.
    """
    sentence = sentence[-_LONGEST_SENTENCE:]
    match = _END.search(sentence)
    if match is None:
        return _after_no_mark(sentence, following) if language in _UNMARKED else Ending.NO
    if closer := _LONE_CLOSER.match(following):
        return Ending.NO if closer.group(1) else Ending.UNSURE
    marks, closers = match.groups()
    before = sentence[: match.start()]
    if _STRONG_MARK.search(marks):
        return _after_strong(closers, following, language)
    if following and not following[0].isspace():
        wide = not _DOTS.fullmatch(marks) and _is_wide(before[-1:]) and _is_wide(following[0])
        return Ending.YES if wide else Ending.NO
    if marks == ".":
        return _after_full_stop(before, following, language)
    return _after_other_marks(marks, following, language)


def may_end_sentence(word: str, following: str, language: str) -> bool:
    """Whether a word might end a sentence: a cheap test before `ending`."""
    if language in _UNMARKED and following[:1].isspace():
        return True
    return word == "»" or _END.search(word) is not None


def is_title(word: str, language: str) -> bool:
    """Whether this word, with its full stop, never ends a sentence: `Dr.`, `J.`, `No.`."""
    return word.endswith(".") and kind_before_stop(f"x {word[:-1]}", language) not in {
        WordKind.WORD,
        WordKind.MAY_BE_LAST,
        WordKind.ORDINAL,
        WordKind.SMALL_LETTER,
    }


def _after_strong(closers: str, following: str, language: str) -> Ending:
    if closers and language == "ja" and following[:1] in _QUOTED_ON and following:
        return Ending.NO
    letter = _next_letter(following)
    return Ending.NO if letter.islower() and following[:1].isspace() else Ending.YES


def _after_no_mark(sentence: str, following: str) -> Ending:
    if following and not following[0].isspace():
        return Ending.NO
    if _PARTICLE.search(sentence):
        return Ending.YES
    stretch = sentence.rsplit(maxsplit=1)[-1:] or [""]
    if len(stretch[0]) < _LONG_STRETCH or sentence[-1:].isspace():
        return Ending.NO
    after = following.strip()
    if after and not _UNMARKED_LETTER.match(after):
        return Ending.NO
    if len(after) < _TELLING_LETTERS:
        return Ending.UNSURE
    return Ending.NO if after.startswith(_GOES_ON) else Ending.YES


def _after_full_stop(before: str, following: str, language: str) -> Ending:
    kind = kind_before_stop(before, language)
    letter = _next_letter(following)
    if not letter:
        last = kind is WordKind.WORD and not following.strip()
        return Ending.YES if last else Ending.UNSURE
    if letter.islower():
        return Ending.NO
    if letter.isdigit():
        return Ending.YES if kind in _BEFORE_FIGURES else Ending.NO
    if kind in {WordKind.INITIAL, WordKind.ORDINAL} and letter.isupper():
        return _TOLD[begins_sentence(following, language)]
    if kind in _MAY_GO_ON and letter.isupper():
        return _TOLD[goes_without_abbreviation(following, kind)]
    goes_on = kind in {WordKind.NEVER_LAST, WordKind.LABEL, WordKind.INITIAL}
    return Ending.NO if goes_on else Ending.YES


def _after_other_marks(marks: str, following: str, language: str) -> Ending:
    if _SEMICOLONS.fullmatch(marks) and language != "el":
        return Ending.NO
    letter = _next_letter(following)
    dots = _DOTS.fullmatch(marks)
    if not letter:
        return Ending.UNSURE if dots or following.strip() else Ending.YES
    if letter.islower() or (dots and not letter.isupper()):
        return Ending.NO
    return Ending.YES


def _next_letter(following: str) -> str:
    """Return the first letter or figure. The bracket of `[…]` counts as a letter."""
    match = _NEXT_LETTER.search(following)
    return match.group() if match else ""


def _is_wide(char: str) -> bool:
    return bool(char) and unicodedata.east_asian_width(char) in "WF"
