"""From what was heard to what is said in another language."""

import logging
from dataclasses import dataclass

from broadcaster.rehearsal.apertium import Apertium
from broadcaster.rehearsal.child import WorkerFailed
from broadcaster.rehearsal.heard import Heard
from broadcaster.rehearsal.talk import Talk
from broadcaster.rehearsal.voice import Voice

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
        if heard.kind == "sentence":
            return self._talk.sentences[heard.index].text
        text = heard.text[:1].upper() + heard.text[1:]
        return text.replace(" i ", " I ")

    async def interpret(self, heard: Heard, language: str) -> Interpretation | None:
        """What to say in `language`; None when that is nothing."""
        if language == self._talk.language:
            return None
        try:
            text, spoken = await self._translated(heard, language)
            return Interpretation(text, await self._voice.speak(spoken, language)) if text else None
        except WorkerFailed as error:
            _log.warning("a sentence is lost: %s", error)
            return None

    async def _translated(self, heard: Heard, language: str) -> tuple[str, str]:
        """The text as written and as the voice reads it."""
        if heard.kind == "sentence" and language in self._talk.languages():
            sentence = self._talk.sentences[heard.index]
            return sentence.translations[language], sentence.spoken_text(language)
        if language in self._free_languages:
            text = await self._apertium.translate(self.original(heard), language)
            return text, text
        return "", ""
