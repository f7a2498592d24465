"""Japanese words as sounds.

MeCab (BSD licence) finds the words and how each is pronounced, with the dictionary IPAdic. Endings
belong to the word before them, because the voice pauses between words.
"""

import re

import fugashi
import ipadic

from broadcaster.rehearsal.spelling.kana import katakana, sounds_of

_KIND, _FINER_KIND, _PRONUNCIATION = 0, 1, 8
"""Fields of an entry of the dictionary."""
_PREFIX = "接頭詞"
_AGAIN = "々"
_PARTICLE, _CONJUNCTIVE = "助詞", "接続助詞"
_CONJUGATION = frozenset({"て", "で", "ば", "ちゃ", "じゃ"})
_COUNTED = {"一人": "ヒトリ", "二人": "フタリ", "四人": "ヨニン"}
"""People are counted with words of their own; the dictionary reads number and counter."""
_COUNTED_PEOPLE = re.compile(f"(?<![一二三四五六七八九十百千万])(?:{'|'.join(_COUNTED)})")


class Japanese:
    """Spells Japanese. Loading takes a moment."""

    def __init__(self) -> None:
        self._tagger = fugashi.GenericTagger(ipadic.MECAB_ARGS)

    def spell(self, text: str) -> str:
        """The sounds of a text without punctuation, with spaces between words."""
        words: list[str] = []
        before = ""
        for node in self._tagger(_COUNTED_PEOPLE.sub(lambda one: _COUNTED[one[0]], text)):
            kana, kind = _pronunciation(node.surface, node.feature), node.feature[_KIND]
            if node.surface == _AGAIN and words:
                words[-1] *= 2
            elif not words or not (_joined(before, kind, words[-1]) or _ending(node)):
                words.append(kana)
            else:
                words[-1] += "ー" if kana == "ウ" else kana
            before = kind
        return " ".join(filter(None, map(sounds_of, words)))


def _pronunciation(surface: str, feature: tuple[str, ...]) -> str:
    """Katakana as it is said; words that the dictionary lacks are read letter by letter."""
    if len(feature) > _PRONUNCIATION and feature[_PRONUNCIATION] != "*":
        return feature[_PRONUNCIATION]
    return katakana(surface)


def _joined(before: str, kind: str, word: str) -> bool:
    """Whether the word before goes on: a prefix, a doubled consonant, a particle after another."""
    return before == _PREFIX or word.endswith("ッ") or before == kind == _PARTICLE


def _ending(node: fugashi.Node) -> bool:
    """Whether a word is an ending of the one before it."""
    kind: str = node.feature[_KIND]
    finer: str = node.feature[_FINER_KIND]
    if kind == _PARTICLE:
        return finer == _CONJUNCTIVE and str(node.surface) in _CONJUGATION
    return kind == "助動詞" or finer == "接尾" or (kind == "動詞" and finer == "非自立")
