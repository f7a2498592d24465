"""The language that is spoken, detected all the time but not changed lightly."""

from collections.abc import Mapping

_CERTAIN = 0.8
_VERY_CERTAIN = 0.9
_LONG_ENOUGH_MS = 1_000
"""In less sound than this a language is not told from its neighbours."""
_ALIASES = {"jw": "jv"}
"""Codes of the model that are not those of ISO 639."""


class HeardLanguage:
    """Follows the language of one stream.

    Attributes:
        code: as the model names it; None before anything was heard.
    """

    def __init__(self) -> None:
        self.code: str | None = None
        self._other: str | None = None

    def hear(self, probabilities: Mapping[str, float], sound_ms: int, *, settled: bool) -> str:
        """Return the language of a piece of sound.

        At the beginning of an utterance one clear reading decides. Once words of it are settled,
        two readings in a row must agree that the language has changed.

        Args:
            probabilities: by language.
            sound_ms: length of the sound.
            settled: words of this utterance were shown in the language so far.
        """
        best = likeliest(probabilities)
        if self.code is None:
            if probabilities[best] >= _CERTAIN and sound_ms >= _LONG_ENOUGH_MS:
                self.code = best
            return best
        certain = probabilities[best] >= (_VERY_CERTAIN if settled else _CERTAIN)
        if best == self.code or not certain or sound_ms < _LONG_ENOUGH_MS:
            self._other = None
        elif settled and self._other != best:
            self._other = best
        else:
            self.code, self._other = best, None
        return self.code


def likeliest(probabilities: Mapping[str, float]) -> str:
    """The most probable language."""
    return max(probabilities, key=probabilities.__getitem__)


def iso_code(language: str) -> str:
    """The ISO 639 code of a language of the model."""
    return _ALIASES.get(language, language)
