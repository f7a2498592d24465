"""The process that spells text in phonemes.

It runs as `python -m broadcaster.rehearsal.speaking.phoneme_worker`. The library (espeak-ng, GPL)
stays in this process. Chinese and Japanese are spelled by `spelling`, of which the library knows
too little. JSON lines `{"language", "text"}` on standard input are answered in order,
each by a JSON line `{"phonemes"}`: International Phonetic Alphabet with stress, a `^` within
affricates and diphthongs, and the punctuation of the text. It is empty when the library does not
know the language. The process ends when its input does.
"""

import ctypes
import json
import re
import sys
import unicodedata
from collections.abc import Callable

import espeakng_loader

from broadcaster.rehearsal.spelling.numerals import with_numbers_written
from broadcaster.rehearsal.spelling.spellers import speller

# espeak-ng's speak_lib.h
_RETRIEVAL = 1
_DONT_EXIT = 0x8000
_UTF8 = 1
_IPA = 0x02
_TIE = 0x80
_TIE_SHIFT = 8
_PUNCTUATION = re.compile(r"([;:,.!?¡¿—…“”\"()。、，！？；：।「」『』《》]+)")
_SWITCH = re.compile(r"\([a-z-]+\)")
"""The library marks words that it reads in another language."""
_LATIN = str.maketrans("。、，！？；：।「」『』《》", ".,,!?;:.“”“”“”")
_LATIN_WORDS = re.compile(r"([A-Za-z][A-Za-z'’-]*)")
_VOICE_OF_LATIN_WORDS = "en-us"


class PhonemeLibrary:
    """The loaded library."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        if self._library.espeak_Initialize(_RETRIEVAL, 0, data, _DONT_EXIT) <= 0:
            raise RuntimeError("the speech library did not find its voices")
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._mode = _IPA | _TIE | (ord("^") << _TIE_SHIFT)

    def spell(self, text: str, voice: str) -> str:
        """Phonemes of a text, with its punctuation; empty if there is no such voice."""
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            return ""
        parts = []
        for number, part in enumerate(_PUNCTUATION.split(text)):
            if number % 2:
                parts.append(part.translate(_LATIN))
            elif part.strip():
                lead = " " if part[0].isspace() and number else ""
                parts.append(lead + _SWITCH.sub("", self._clauses(part)).strip())
        return " ".join("".join(parts).split())

    def _clauses(self, text: str) -> str:
        """The library spells one clause at a call and moves the pointer behind it."""
        buffer = ctypes.create_string_buffer(text.encode())
        pointer = ctypes.c_void_p(ctypes.addressof(buffer))
        clauses = []
        while pointer.value:
            spelled = self._library.espeak_TextToPhonemes(ctypes.byref(pointer), _UTF8, self._mode)
            clauses.append((spelled or b"").decode())
        return " ".join(clauses)


def phonemes_of(library: PhonemeLibrary, text: str, voice: str) -> str:
    """Phonemes of a text, with its punctuation; empty if there is no such voice.

    Args:
        library: for all languages but Chinese and Japanese.
        text: a sentence.
        voice: of the library, which is `ja` for Japanese and `zh` for Chinese.
    """
    spell = speller(voice)
    if spell is None:
        return library.spell(text, voice)
    text = with_numbers_written(unicodedata.normalize("NFKC", text), voice)
    parts: list[str] = []
    for number, part in enumerate(_PUNCTUATION.split(text)):
        if number % 2:
            parts.append(part.translate(_LATIN))
        else:
            lead = " " if parts and not parts[-1].endswith("“") else ""
            parts.append(lead + _words(library, part, spell))
    return " ".join("".join(parts).split())


def _words(library: PhonemeLibrary, text: str, spell: Callable[[str], str]) -> str:
    """Words without punctuation; those in Latin letters are read as English."""
    words = (
        library.spell(part, _VOICE_OF_LATIN_WORDS) if number % 2 else spell(part)
        for number, part in enumerate(_LATIN_WORDS.split(text))
    )
    return " ".join(filter(None, words))


def main() -> None:
    """Answer requests until the input ends."""
    library = PhonemeLibrary()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        answer = {"phonemes": phonemes_of(library, request["text"], request["language"])}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
