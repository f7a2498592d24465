"""The prepared talk: what is said and when, its translations, and its recording."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

TEXT_PATH = Path(__file__).with_name("talk.json")
AUDIO_PATH = Path(__file__).with_name("talk.flac")
"""FLAC, mono, 24 kHz."""


@dataclass(frozen=True, slots=True)
class TalkSentence:
    """One sentence of the talk.

    Attributes:
        index: place in the talk, from 0.
        text: the original with case and punctuation.
        language: ISO 639-1 code of the language it is spoken in.
        start_ms: first sound, counted from the start of the recording.
        end_ms: last sound.
        translations: by ISO 639-1 code, into every language but its own.
        spoken: by ISO 639-1 code, what the voice reads where it would misread the written text.
    """

    index: int
    text: str
    language: str
    start_ms: int
    end_ms: int
    translations: Mapping[str, str]
    spoken: Mapping[str, str]

    def spoken_text(self, language: str) -> str:
        """The text that the voice reads in `language`.

        Raises:
            KeyError: the talk is not translated into it.
        """
        return self.spoken.get(language, self.translations[language])


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk with translations made by people.

    Attributes:
        sentences: in speaking order.
        audio_path: the recording, FLAC mono 24 kHz.
        ai_notice: by the language of its reader, a sentence that names the voices.
    """

    sentences: tuple[TalkSentence, ...]
    audio_path: Path
    ai_notice: Mapping[str, str]

    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes it is translated into."""
        return frozenset(self.sentences[0].translations)


@cache
def load() -> Talk:
    """The bundled talk, read from disk once per process."""
    document = json.loads(TEXT_PATH.read_text(encoding="utf-8"))
    sentences = tuple(
        TalkSentence(
            index=index,
            text=raw["text"],
            language=raw.get("language", document["language"]),
            start_ms=raw["start_ms"],
            end_ms=raw["end_ms"],
            translations=MappingProxyType(raw["translations"]),
            spoken=MappingProxyType(raw["spoken"]),
        )
        for index, raw in enumerate(document["sentences"])
    )
    return Talk(sentences, AUDIO_PATH, MappingProxyType(document["ai_notice"]))
