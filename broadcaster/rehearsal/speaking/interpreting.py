"""From what was heard to what is said in another language."""

import logging
from dataclasses import dataclass

from broadcaster.rehearsal.faults.plan import SessionFaults
from broadcaster.rehearsal.hearing.recognition import Heard
from broadcaster.rehearsal.speaking.apertium import Apertium
from broadcaster.rehearsal.speaking.voice import Voice
from broadcaster.rehearsal.talk import Talk
from broadcaster.rehearsal.worker_process import WorkerFailed

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Interpretation:
    """One sentence in the target language.

    Attributes:
        text: with punctuation.
        pcm: its sound, s16le mono 24 kHz; may be empty.
    """

    text: str
    pcm: bytes


class Interpreter:
    """The prepared talk's translations, else Apertium where it is installed, else nothing.

    Args:
        talk: the prepared talk.
        voice: speaks the translations.
        apertium: translates what is not in the talk.
        free_languages: what `apertium` can translate into here.
    """

    def __init__(
        self, talk: Talk, voice: Voice, apertium: Apertium, free_languages: frozenset[str]
    ) -> None:
        self._talk, self._voice, self._apertium = talk, voice, apertium
        self._free_languages = free_languages

    def original(self, heard: Heard) -> str:
        """What was said, in the speaker's language."""
        if heard.kind != "words":
            return heard.part_of(self._talk.sentences[heard.index].text)
        text = heard.text[:1].upper() + heard.text[1:]
        return text.replace(" i ", " I ")

    def spoken_under(self, faults: SessionFaults, language: str, at_ms: int | None = None) -> str:
        """The language that is spoken although `language` was asked for; time as for spells."""
        fault = faults.spell("wrong_language", at_ms)
        if fault is None:
            return language
        others = sorted(self._talk.languages() - {language})
        return fault.speaks or ("es" if "es" in others else others[0])

    async def interpret(
        self,
        heard: Heard,
        language: str,
        slowness: float | None = None,
        *,
        repeat: bool = False,
    ) -> Interpretation | None:
        """What to say in `language`; None when that is nothing.

        Args:
            heard: what was said.
            language: ISO 639-1 code of the target.
            slowness: speak so many times as long as the speaker did; None at the usual pace.
            repeat: say what is in the target language already; else nothing is said then.
        """
        if language != self._spoken_language(heard):
            text, spoken = await self._translated(heard, language)
        elif repeat:
            text = spoken = self.original(heard)
        else:
            return None
        return await self._spoken(text, spoken, language, self._length_ms(heard, slowness))

    async def _spoken(
        self, text: str, spoken: str, language: str, length_ms: int | None
    ) -> Interpretation | None:
        if not text:
            return None
        try:
            return Interpretation(text, await self._voice.speak(spoken, language, length_ms))
        except WorkerFailed as error:
            _log.warning("a sentence is lost: %s", error)
            return None

    def _length_ms(self, heard: Heard, slowness: float | None) -> int | None:
        if slowness is None:
            return None
        length_ms = float(heard.end_ms - heard.start_ms)
        if heard.kind == "sentence":  # the recording's own time, which is the same every time
            sentence = self._talk.sentences[heard.index]
            length_ms = (sentence.end_ms - sentence.start_ms) * (heard.end - heard.begin)
        return round(length_ms * slowness)

    def _spoken_language(self, heard: Heard) -> str:
        """ISO 639-1 code; words that are no part of the talk are taken for English."""
        return self._talk.sentences[heard.index].language if heard.kind == "sentence" else "en"

    async def _translated(self, heard: Heard, language: str) -> tuple[str, str]:
        """The text as written and as the voice reads it."""
        sentence = self._talk.sentences[heard.index]
        if heard.kind == "sentence" and language in sentence.translations:
            written, read = sentence.translations[language], sentence.spoken_text(language)
            return heard.part_of(written), heard.part_of(read)
        if language in self._free_languages:
            try:
                text = await self._apertium.translate(self.original(heard), language)
            except WorkerFailed as error:
                _log.warning("a sentence is lost: %s", error)
                return "", ""
            return text, text
        return "", ""
