"""The programme: human speech, the talk in four languages, and sounds without words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.talk import rendered
from tests.interpreter.human_speech import clips, plain_words, silence
from tests.interpreter.sounds.building import pcm
from tests.interpreter.sounds.catalogue import SOUNDS

LANGUAGES = {"es": "Spanish", "fr": "French", "it": "Italian", "pt": "Portuguese"}
FIRST_S = 3.0
BETWEEN_S = 6.0
"""Silence before the first section, and after each."""
_CLIP_PAUSE_MS = 900
_SENTENCE_PAUSE_MS = 1_200
_SOUNDS = ("hum", "applause", "music")


@dataclass(frozen=True)
class Sentence:
    """A sentence with its begin and end in the programme, in seconds, and its words in English."""

    begin_s: float
    end_s: float
    english: str


@dataclass(frozen=True)
class Section:
    """A part of the programme.

    Attributes:
        name: for people.
        kind: what is heard in it.
        begin_s: of its first sound in the programme.
        end_s: of its last sound.
        words: that are said, each with the second at which it ends.
        sentences: that are said, if they are not in English.
    """

    name: str
    kind: Literal["human", "spoken", "sound"]
    begin_s: float
    end_s: float
    words: Sequence[tuple[str, float]] = ()
    sentences: Sequence[Sentence] = ()

    @property
    def until_s(self) -> float:
        """When the next section begins."""
        return self.end_s + BETWEEN_S


@dataclass
class Programme:
    """Sound, s16le mono 24 kHz, and its sections."""

    pcm: bytearray = field(default_factory=lambda: bytearray(silence(round(FIRST_S * 1000))))
    sections: list[Section] = field(default_factory=list)

    @property
    def now_s(self) -> float:
        """Its length so far."""
        return len(self.pcm) / 48_000

    def end(self, section: Section) -> None:
        """Add a section whose sound is here, and the silence after it."""
        self.sections.append(section)
        self.pcm += silence(round(BETWEEN_S * 1000))


def programme(minutes: float, sentences: int, sound_s: float) -> Programme:
    """Everything, one section after the other.

    Args:
        minutes: of human speech, at least.
        sentences: of the talk, in each language; others than in the language before.
        sound_s: seconds of each sound without words.
    """
    whole = Programme()
    _add_human(whole, minutes * 60)
    for number, language in enumerate(LANGUAGES):
        _add_spoken(whole, language, sentences, number * sentences)
    for name in _SOUNDS if sound_s > 0 else ():
        begin_s = whole.now_s
        whole.pcm += pcm(SOUNDS[name](sound_s))
        whole.end(Section(name, "sound", begin_s, whole.now_s))
    return whole


def _add_human(whole: Programme, seconds: float) -> None:
    begin_s, end_s, words = whole.now_s, whole.now_s, list[tuple[str, float]]()
    spoken = clips()
    while end_s - begin_s < seconds:
        for clip, text in spoken:
            words += _spread(plain_words(text), whole.now_s, len(clip) / 48_000)
            whole.pcm += clip
            end_s = whole.now_s
            whole.pcm += silence(_CLIP_PAUSE_MS)
    whole.end(Section("human speech, English", "human", begin_s, end_s, words))


def _add_spoken(whole: Programme, language: str, count: int, first: int) -> None:
    begin_s, end_s, words = whole.now_s, whole.now_s, list[tuple[str, float]]()
    voices, said = rendered.load(), list[Sentence]()
    translated = [one for one in talk.load().sentences if language in one.translations]
    for number in range(first, first + count):
        one = translated[number % len(translated)]
        sentence_s = whole.now_s
        pcm = voices.sound(one.spoken_text(language), language)
        pcm = pcm[: -rendered.END_PAUSE_MS * 48]
        words += _spread(plain_words(one.translations[language]), whole.now_s, len(pcm) / 48_000)
        whole.pcm += pcm
        end_s = whole.now_s
        english = one.text if one.language == "en" else one.translations["en"]
        said.append(Sentence(sentence_s, end_s, english))
        whole.pcm += silence(_SENTENCE_PAUSE_MS)
    whole.end(Section(LANGUAGES[language], "spoken", begin_s, end_s, words, said))


def _spread(words: Sequence[str], begin_s: float, length_s: float) -> list[tuple[str, float]]:
    """The words with their ends, if all are equally long."""
    step_s = length_s / max(1, len(words))
    return [(word, begin_s + (number + 1) * step_s) for number, word in enumerate(words)]
