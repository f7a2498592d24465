"""Katakana as the sounds that the voice model reads.

The sounds are those that Kokoro-82M was trained with (hexgrad's misaki, Apache 2.0): a sound of its
own for each row and vowel, palatal consonants before `i`, and a nasal that follows the next sound.
"""

_VOWELS = "aiɯeo"
_ROWS = {
    "": "アイウエオ", "k": "カキクケコ", "ɡ": "ガギグゲゴ", "s": "サシスセソ", "ʣ": "ザジズゼゾ",
    "t": "タチツテト", "d": "ダヂヅデド", "n": "ナニヌネノ", "h": "ハヒフヘホ", "b": "バビブベボ",
    "p": "パピプペポ", "m": "マミムメモ", "ɾ": "ラリルレロ",
}  # fmt: skip
_OTHERS = {
    "シ": "ɕi", "ジ": "ʥi", "チ": "ʨi", "ヂ": "ʥi", "ニ": "ɲi", "ヒ": "çi",
    "ス": "sɨ", "ズ": "zɨ", "ツ": "ʦɨ", "ヅ": "zɨ", "フ": "ɸɯ",
    "ヤ": "ja", "ユ": "jɯ", "ヨ": "jo", "ワ": "βa", "ヰ": "i", "ヱ": "e", "ヲ": "o",
    "ヴ": "vɯ", "ヵ": "ka", "ヶ": "ke", "ー": "ː", "ッ": "ʔ",
}  # fmt: skip
_SMALL = {
    "ァ": "a", "ィ": "i", "ゥ": "ɯ", "ェ": "e", "ォ": "o", "ャ": "a", "ュ": "ɨ", "ョ": "o",
    "ヮ": "a",
}  # fmt: skip
_ROUNDED = {"ウ": "β", "ク": "kᵝ", "グ": "ɡᵝ", "イ": "j"}
"""Consonants before a small vowel that are not those of the large kana."""
_NASALS = {"m": "mpb", "ŋ": "kɡ", "ɲ": "ɲʨʥ", "n": "ntdɾz"}
_FROM_HIRAGANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


def _all_sounds() -> dict[str, str]:
    sounds = {
        kana: consonant + ("ʲi" if consonant and vowel == "i" else vowel)
        for consonant, row in _ROWS.items()
        for kana, vowel in zip(row, _VOWELS, strict=True)
    }
    return sounds | _OTHERS


_SOUNDS = _all_sounds()


def katakana(text: str) -> str:
    """A text with katakana in the place of hiragana."""
    return text.translate(_FROM_HIRAGANA)


def sounds_of(kana: str) -> str:
    """The sounds of a word in katakana; what is not katakana is left out."""
    moras: list[str] = []
    for place, char in enumerate(kana):
        after = kana[place + 1 : place + 2]
        if char == "ン":
            moras.append(char)
        elif char in _SOUNDS:
            sound = _SOUNDS[char]
            moras.append(_with_small(char, sound, after) if after in _SMALL else sound)
    following = [*moras, ""][1:]
    return "".join(
        _nasal(after) if mora == "ン" else mora
        for mora, after in zip(moras, following, strict=True)
    )


def _with_small(large: str, sound: str, small: str) -> str:
    consonant = _ROUNDED.get(large, sound[:-1])
    palatal = small in "ャュョ" or (small == "ィ" and large not in _ROUNDED)
    if palatal and not sound.endswith("i"):
        consonant += "ʲ"
    return consonant + _SMALL[small]


def _nasal(following: str) -> str:
    for nasal, sounds in _NASALS.items():
        if following[:1] and following[:1] in sounds:
            return nasal
    return "ɴ"
