"""Divides text into words, which a line break must not divide.

In most languages spaces separate words; a no-break space is part of a word. For Chinese, Japanese,
Thai, Lao, Khmer and Burmese, ICU's dictionaries find the words. BudouX joins Japanese words into
phrases, so that an ending stays with its word.

The end of a word depends only on a limited number of letters after its start. Therefore a growing
text has the same words as the complete one.
"""

import re
import unicodedata
from functools import cache, lru_cache
from itertools import accumulate

import budoux
from icu4py.breakers import WordBreaker

_NO_BREAK = "\u00a0\u202f\u2007"
_CHUNK = re.compile("[^\\s\u00a0\u202f\u2007]+(?:[\u00a0\u202f\u2007]+[^\\s\u00a0\u202f\u2007]+)*")
_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ecd\u0edc-\u0edf\u1000-\u103f\u1050-\u109f\u1780-\u17d3\u17d7"
    "\ua9e0-\ua9fe\uaa60-\uaa7f\u3005-\u3007\u3031-\u3035\u303b\u3041-\u3096\u3099-\u309f\u30a1-\u30fa"
    "\u30fc-\u30ff\u31f0-\u31ff\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff"
)
_UNSPACED_LETTER = re.compile(f"[{_UNSPACED}]")
_UNSPACED_RUN = re.compile(f"[{_UNSPACED}]+")
_OTHER_RUN = re.compile(f"[^\\s{_UNSPACED}]+")
_PIECE = re.compile(rf"\s*[^\s{_UNSPACED}]+|\s*[{_UNSPACED}]|\s+$")
_HANGUL = re.compile("[\uac00-\ud7af]")
_KANA = re.compile("[\u3041-\u30ff]")
_WINDOWS = {"ja": 12, "zh": 6, "yue": 6, "th": 20}
_WINDOW = 24
"""This many letters from a word's start decide where it ends."""
_OPENING_OTHERS = frozenset("¿¡$€£¥#@\uffe5\uff04")
_CLOSING_OTHERS = frozenset("々〻ゝゞヽヾーｰ〜～…‥‧・ๆฯໆៗ゛゜ぁぃぅぇぉっゃゅょァィゥェォッャュョ")


Span = tuple[int, int]
"""The start and the end of a word in a text."""


def load_japanese_model() -> None:
    """Read the model of Japanese phrases from its file, so that no later call has to."""
    _japanese()


def words(text: str, language: str) -> list[str]:
    """Return the words of a complete text, with their punctuation and without spaces.

    Args:
        text: any text.
        language: ISO 639-1 code; only unspaced scripts need it.
    """
    return [text[start:end] for start, end in word_spans(text, language, final=True)]


def pieces(text: str) -> list[str]:
    """Divide a text into the parts that are compared to find repeats.

    A part is a word with the space before it. In scripts without spaces it is a single letter,
    because a fragment may end anywhere.
    """
    return _PIECE.findall(text)


def word_spans(text: str, language: str, *, final: bool) -> list[Span]:
    """Find the words of a growing text.

    Args:
        text: the text so far.
        language: ISO 639-1 code.
        final: whether the text is complete. If not, words that may still change are left out.
    """
    spans: list[Span] = []
    end = 0
    while (chunk := _CHUNK.search(text, end)) is not None:
        start, last = chunk.span()
        whole = final or bool(text[last:].lstrip(_NO_BREAK))
        if not _is_unspaced(chunk.group(), language):
            if not whole:
                break
            spans.append((start, last))
            end = last
            continue
        while start < last:
            found = _unspaced_word_end(text, start, last, language, whole=whole)
            if found is None:
                return spans
            spans.append((start, found))
            start = found
        end = last
    return spans


def is_unspaced_letter(char: str) -> bool:
    """Whether it is a letter of a script without spaces between words."""
    return _UNSPACED_LETTER.match(char) is not None


def word_borders(text: str, language: str) -> set[int]:
    """The places in a text of a script without spaces at which words begin or end, by ICU.

    Args:
        text: what is around the places; they are surer the more of it there is.
        language: ISO 639-1 code; empty if unknown.
    """
    return {0, *accumulate(len(word) for word in WordBreaker(text, language or "th"))}


def opens(char: str) -> bool:
    """Whether this mark belongs to the word after it."""
    return char in _OPENING_OTHERS or unicodedata.category(char) in {"Ps", "Pi"}


def closes(char: str) -> bool:
    """Whether a line never begins with this mark."""
    category = unicodedata.category(char)
    return char in _CLOSING_OTHERS or (
        (category in {"Pe", "Pf", "Po", "Pd"} and not opens(char))
        or unicodedata.category(char) in {"Mn", "Mc", "Me"}
    )


def _is_unspaced(chunk: str, language: str) -> bool:
    if chunk.isascii() or language == "ko" or _UNSPACED_LETTER.search(chunk) is None:
        return False
    return _HANGUL.search(chunk) is None


def _unspaced_word_end(
    text: str, start: int, last: int, language: str, *, whole: bool
) -> int | None:
    at = start
    while at < last and opens(text[at]):
        at += 1
    if at == last:
        return last if whole else None
    run = _UNSPACED_RUN.match(text, at, last)
    if run is None:
        end = _other_run_end(text, at, last)
    else:
        window = _WINDOWS.get(language, _WINDOW)
        if run.end() == last and not whole and last - at < window:
            return None
        end = at + _first_word_length(text[at : min(run.end(), at + window)], language)
    while end < last and closes(text[end]):
        end += 1
    return end if whole or end < last else None


def _other_run_end(text: str, at: int, last: int) -> int:
    """Return the end of a run in another script, without the opening marks of the next word."""
    run = _OTHER_RUN.match(text, at, last)
    assert run is not None
    end = run.end()
    if end < last:
        while end - 1 > at and opens(text[end - 1]):
            end -= 1
    return end


@lru_cache(maxsize=16_384)
def _first_word_length(letters: str, language: str) -> int:
    if language == "ja" or (language not in _WINDOWS and _KANA.search(letters)):
        return _first_phrase_length(letters)
    return len(next(iter(WordBreaker(letters, language or "th"))))


def _first_phrase_length(letters: str) -> int:
    """Return the length up to the first place where both a word and a phrase end."""
    ends, end = set(), 0
    for word in WordBreaker(letters, "ja"):
        end += len(word)
        ends.add(end)
    phrases = _japanese().parse(letters)
    end = 0
    for phrase in phrases:
        end += len(phrase)
        if end in ends:
            break
    too_long = end == len(letters) == _WINDOWS["ja"]
    return len(phrases[0]) if too_long else end


@cache
def _japanese() -> budoux.Parser:
    return budoux.load_default_japanese_parser()
