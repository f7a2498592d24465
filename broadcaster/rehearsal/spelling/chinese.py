"""Mandarin words as sounds.

pypinyin (MIT licence) knows how characters are read, and ICU where words end. The sounds are those
that Kokoro-82M was trained with (hexgrad's misaki, Apache 2.0): the phonemes of pinyin, and an
arrow for the tone after the vowel.
"""

from itertools import pairwise

from pypinyin import Style, lazy_pinyin

from broadcaster.writing.words import word_borders

_INITIALS = {
    "": "", "b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l",
    "g": "k", "k": "kʰ", "h": "x", "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "zh": "\uab67", "ch": "\uab67ʰ",
    "sh": "ʂ", "r": "ɻ", "z": "ʦ", "c": "ʦʰ", "s": "s",
}  # fmt: skip
_FINALS = {
    "a": "a0", "ai": "ai0", "an": "a0n", "ang": "a0ŋ", "ao": "au0", "e": "ɤ0", "ei": "ei0",
    "en": "ə0n", "eng": "ə0ŋ", "er": "ɚ0", "i": "i0", "ia": "ja0", "ian": "jɛ0n", "iang": "ja0ŋ",
    "iao": "jau0", "ie": "je0", "in": "i0n", "ing": "i0ŋ", "iong": "jʊ0ŋ", "iou": "jou0",
    "o": "wo0", "ong": "ʊ0ŋ", "ou": "ou0", "u": "u0", "ua": "wa0", "uai": "wai0", "uan": "wa0n",
    "uang": "wa0ŋ", "uei": "wei0", "uen": "wə0n", "ueng": "wə0ŋ", "uo": "wo0", "ü": "y0",
    "üan": "ɥɛ0n", "üe": "ɥe0", "ün": "y0n",
}  # fmt: skip
"""The tone follows the vowel, where the 0 is."""
_BUZZING = frozenset({"zh", "ch", "sh", "r", "z", "c", "s"})
"""After these, `i` is no vowel of its own."""
_TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}


def spell(text: str) -> str:
    """The sounds of a text without punctuation, with spaces between words."""
    borders = sorted(word_borders(text, "zh"))
    words = (_word(text[start:end]) for start, end in pairwise(borders))
    return " ".join(filter(None, words))


def _word(word: str) -> str:
    initials = lazy_pinyin(word, style=Style.INITIALS, strict=True, errors="ignore")
    finals = lazy_pinyin(
        word,
        style=Style.FINALS_TONE3,
        strict=True,
        errors="ignore",
        v_to_u=True,
        neutral_tone_with_five=True,
    )
    return "".join(map(_syllable, initials, finals))


def _syllable(initial: str, final: str) -> str:
    vowels, tone = final[:-1], _TONES.get(final[-1:], "")
    if initial in _BUZZING and vowels == "i":
        return f"{_INITIALS[initial]}ɨ{tone}"
    return _INITIALS[initial] + _FINALS.get(vowels, "").replace("0", tone)
