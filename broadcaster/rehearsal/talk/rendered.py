"""The voices of the prepared talk, which `render_voices` rendered ahead.

`voices/` has a file for each language: the sentences one after the other, each an Ogg Opus stream
of its own, so that players play the file and one sentence can be read without the others.
`voices.json` has the texts in the same order, the sizes of their streams, and how they were made.
"""

import io
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import av
import numpy as np

from broadcaster.rehearsal.talk.cutting import CuttableSentence
from broadcaster.rehearsal.talk.parts import TextPart

FOLDER = Path(__file__).with_name("voices")
INDEX_PATH = FOLDER / "voices.json"
RATE_HZ = 24_000
END_PAUSE_MS = 120
"""Silence after a sentence, as after those of the other voices."""


@dataclass(frozen=True, slots=True)
class RenderedVoice:
    """The voice of one language.

    Attributes:
        name: among the voices of the model.
        path: the file with its sentences.
        places: first byte and size of a sentence, by the text that the voice is asked for.
    """

    name: str
    path: Path
    places: dict[str, tuple[int, int]]


class RenderedVoices:
    """Sentences that need no engine.

    Args:
        voices: by ISO 639-1 code.
    """

    def __init__(self, voices: dict[str, RenderedVoice]) -> None:
        self._voices = voices

    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes of the languages that have a voice."""
        return frozenset(self._voices)

    def has(self, text: str, language: str) -> bool:
        """Whether a sentence was rendered."""
        return language in self._voices and text in self._voices[language].places

    def sound(self, text: str, language: str) -> bytes:
        """PCM s16le mono 24 kHz of a sentence, with a short pause at its end; takes 10 ms.

        Raises:
            KeyError: the sentence was not rendered.
        """
        voice = self._voices[language]
        begin, size = voice.places[text]
        with voice.path.open("rb") as file:
            file.seek(begin)
            stream = file.read(size)
        return decoded(stream) + bytes(RATE_HZ * END_PAUSE_MS // 1000 * 2)

    def part(self, part: TextPart, language: str) -> bytes:
        """The same of a part of a sentence; takes 30 ms.

        Neighbouring parts together are the sentence, which fades for a moment where it is cut.

        Raises:
            KeyError: the sentence was not rendered.
        """
        whole = self.sound(part.sentence, language)
        if part == TextPart.all_of(part.sentence):
            return whole
        return CuttableSentence(whole, part.sentence).sound(part)


@cache
def load() -> RenderedVoices:
    """The bundled voices, whose index is read from disk once per process."""
    index = json.loads(INDEX_PATH.read_text(encoding="utf-8"))
    return RenderedVoices(
        {language: _voice(language, entry) for language, entry in index["voices"].items()}
    )


def _voice(language: str, entry: dict[str, object]) -> RenderedVoice:
    places, at = dict[str, tuple[int, int]](), 0
    sentences = entry["sentences"]
    assert isinstance(sentences, list)
    for sentence in sentences:
        places[sentence["text"]] = (at, sentence["bytes"])
        at += sentence["bytes"]
    return RenderedVoice(str(entry["voice"]), FOLDER / f"{language}.opus", places)


def decoded(stream: bytes) -> bytes:
    """PCM s16le mono 24 kHz of one Ogg Opus stream."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    pieces = list[bytes]()
    with av.open(io.BytesIO(stream), "r", format="ogg") as file:
        for frame in [*file.decode(audio=0), None]:
            pieces += [np.asarray(one.to_ndarray()).tobytes() for one in resampler.resample(frame)]
    return b"".join(pieces)
