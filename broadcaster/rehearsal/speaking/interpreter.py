"""Turns recognised speech into speech in another language."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from broadcaster.rehearsal.faults.plan import SessionFaults
from broadcaster.rehearsal.hearing.recognition import Recognition
from broadcaster.rehearsal.speaking.inventions import Inventions
from broadcaster.rehearsal.speaking.voice import RehearsalVoice, SpokenPart
from broadcaster.rehearsal.talk import Talk
from broadcaster.rehearsal.talk.parts import TextPart
from broadcaster.rehearsal.words.free_translation import FreeTranslation
from broadcaster.rehearsal.worker_process import WorkerFailed

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WrittenTranslation:
    """A sentence in the target language that was not spoken yet.

    Attributes:
        text: with punctuation.
        language: ISO 639-1 code.
        read: what the voice reads; a part of a sentence that was cut while it was said.
        length_ms: how long the sound lasts; None for the usual pace.
    """

    text: str
    language: str
    read: TextPart
    length_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SpokenTranslation:
    """A sentence in the target language.

    Attributes:
        text: with punctuation.
        pcm: its sound, s16le mono 24 kHz; empty without a voice for the language.
    """

    text: str
    pcm: bytes


class TalkInterpreter:
    """Translates by the prepared talk, else by what is on this machine, else not at all.

    English comes with what was heard, if the recogniser translates.

    Args:
        talk: the prepared talk.
        voice: speaks the translations.
        free: translates speech that is not in the talk.
    """

    def __init__(self, talk: Talk, voice: RehearsalVoice, free: FreeTranslation) -> None:
        self._talk, self._voice, self._free = talk, voice, free
        self._inventions = Inventions()

    def original(self, heard: Recognition) -> str:
        """The speaker's words, in the original language."""
        if heard.language:
            return heard.text
        if heard.kind != "words":
            return heard.part_of(self._talk.sentences[heard.index].text).text
        text = heard.text[:1].upper() + heard.text[1:]
        return text.replace(" i ", " I ")

    def spoken_under(self, faults: SessionFaults, language: str, at_ms: int | None = None) -> str:
        """The language to speak when `language` was asked for, and a fault may be active.

        Args:
            faults: of the session.
            language: the session's target language.
            at_ms: the time to look at, as in `SessionFaults.active`.
        """
        fault = faults.active("wrong_language", at_ms)
        if fault is None:
            return language
        others = sorted(self._talk.languages() - {language})
        return fault.speaks or ("es" if "es" in others else others[0])

    async def translated(
        self,
        heard: Recognition,
        language: str,
        slowness: float | None = None,
        *,
        repeat: bool = False,
    ) -> WrittenTranslation | None:
        """Return the text in `language`; None if there is nothing to say.

        Args:
            heard: what was said.
            language: ISO 639-1 code of the target language.
            slowness: see `SessionFaults.slowness`.
            repeat: repeat what is in the target language already; otherwise nothing is said then.
        """
        if language != self._spoken_language(heard):
            text, read = await self._texts(heard, language)
        elif repeat:
            text = self.original(heard)
            read = TextPart.all_of(text)
        else:
            return None
        if not text:
            return None
        return WrittenTranslation(text, language, read, self._length_ms(heard, slowness))

    async def sound(self, said: WrittenTranslation) -> bytes | None:
        """PCM s16le mono 24 kHz, empty without a voice for the language; None if it fails."""
        try:
            return await self._voice.speak_part(said.read, said.language, said.length_ms)
        except WorkerFailed as error:
            _log.warning("a sentence is not spoken: %s", error)
            return None

    async def sound_parts(
        self, said: WrittenTranslation, waited_s: float
    ) -> AsyncIterator[SpokenPart]:
        """The parts of `sound`, each as soon as it is ready; those that fail are left out.

        Args:
            said: the sentence.
            waited_s: since it was written.
        """
        try:
            async for part in self._voice.parts(
                said.read.text, said.language, said.length_ms, waited_s
            ):
                yield part
        except WorkerFailed as error:
            _log.warning("a sentence is not spoken to its end: %s", error)

    async def interpret(
        self,
        heard: Recognition,
        language: str,
        slowness: float | None = None,
        *,
        repeat: bool = False,
    ) -> SpokenTranslation | None:
        """`translated` with its sound; None also if the voice fails."""
        said = await self.translated(heard, language, slowness, repeat=repeat)
        return None if said is None else await self._spoken(said)

    async def translate_text(self, text: str, language: str) -> str:
        """A written text in `language`, an ISO 639-1 code; empty if it cannot be translated.

        A sentence of the prepared talk has its translation. Everything else is taken for English.
        """
        wanted = _plain(text)
        for sentence in self._talk.sentences:
            if wanted == _plain(sentence.text):
                return (
                    text
                    if language == sentence.language
                    else sentence.translations.get(language, "")
                )
        return await self._free.translate(text, "en", language, text)

    async def read_aloud(self, text: str, language: str) -> SpokenTranslation | None:
        """A written text as it is, with its sound; None if the voice fails.

        It is not translated. A model is told in its instructions what to do with a text; this
        stand-in goes by what it is answered by.

        Args:
            text: in `language`.
            language: ISO 639-1 code.
        """
        if not text:
            return None
        return await self._spoken(WrittenTranslation(text, language, TextPart.all_of(text)))

    def invented_text(self, language: str) -> str:
        """A sentence that nobody said, as models write it in silence."""
        return self._inventions.next_sentence(language)

    async def invented(self, language: str) -> SpokenTranslation | None:
        """The same with its sound; None if the voice fails."""
        text = self.invented_text(language)
        return await self._spoken(WrittenTranslation(text, language, TextPart.all_of(text)))

    async def _spoken(self, said: WrittenTranslation) -> SpokenTranslation | None:
        pcm = await self.sound(said)
        return None if pcm is None else SpokenTranslation(said.text, pcm)

    def _length_ms(self, heard: Recognition, slowness: float | None) -> int | None:
        if slowness is None:
            return None
        length_ms = float(heard.end_ms - heard.start_ms)
        if heard.kind == "sentence":  # its time in the prepared recording, which never varies
            sentence = self._talk.sentences[heard.index]
            length_ms = (sentence.end_ms - sentence.start_ms) * (heard.end - heard.begin)
        return round(length_ms * slowness)

    def _spoken_language(self, heard: Recognition) -> str:
        """ISO 639 code. Words in an unknown language are taken for English."""
        if heard.language:
            return heard.language
        return self._talk.sentences[heard.index].language if heard.kind == "sentence" else "en"

    async def _texts(self, heard: Recognition, language: str) -> tuple[str, TextPart]:
        """The translation as written and as the voice reads it; both empty without one."""
        index = heard.index if heard.kind == "sentence" else heard.matched
        if index >= 0 and language in self._talk.sentences[index].translations:
            sentence = self._talk.sentences[index]
            written, read = sentence.translations[language], sentence.spoken_text(language)
            return heard.part_of(written).text, heard.part_of(read)
        spoken = self._spoken_language(heard)
        english = self.original(heard) if spoken == "en" else heard.english
        if language == "en" and english:
            return english, TextPart.all_of(english)
        text = await self._free.translate(self.original(heard), spoken, language, english)
        return text, TextPart.all_of(text)


def _plain(text: str) -> str:
    """A text without differences that do not matter."""
    return " ".join(text.casefold().split()).rstrip(".!?")
