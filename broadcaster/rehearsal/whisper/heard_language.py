"""The language that is spoken, detected all the time but not changed lightly."""

from collections.abc import Mapping

_CERTAIN = 0.8
_VERY_CERTAIN = 0.9
_LIKELY, _LIKELY_AT_LAST = 0.5, 0.3
_ODDS, _KNOWN_ODDS = 4, 2
"""At the beginning of an utterance another language must be this probable, less when no more of
it comes, and this many times as probable as the one before; less if it was spoken before."""
_LONG_ENOUGH_MS = 1_000
"""In less sound than this a language is not told from its neighbours."""
_UNDECIDED_MS = 3_000
"""After this much sound no word waits any longer for the language to be clear."""
_ALIASES = {"jw": "jv"}
"""Codes of the model that are not those of ISO 639."""


class HeardLanguage:
    """Follows the language of one stream.

    Attributes:
        code: as the model names it; None before anything was heard.
        doubtful: the language of the last piece is a guess, and more of the sound will tell.
    """

    def __init__(self) -> None:
        self.code: str | None = None
        self.doubtful = False
        self._other: str | None = None
        self._known: set[str] = set()

    def hear(
        self, probabilities: Mapping[str, float], sound_ms: int, *, settled: bool, last: bool
    ) -> str:
        """Return the language of a piece of sound.

        One clear reading at the beginning of an utterance decides for a language that this stream
        has had before: speakers take turns. For any other, and once words of the utterance are
        settled, two readings in a row must agree.

        Args:
            probabilities: by language.
            sound_ms: length of the sound.
            settled: words of this utterance were shown in the language so far.
            last: the utterance is over.
        """
        best = likeliest(probabilities)
        long_enough = sound_ms >= _LONG_ENOUGH_MS
        if self.code is None:
            certain = probabilities[best] >= _CERTAIN
            self._decide(best if certain and long_enough else None)
            self.doubtful = not certain and sound_ms < _UNDECIDED_MS
            return best
        before, self._other = self._other, None
        self.doubtful = False
        if best == self.code:
            return best
        known = best in self._known
        here = probabilities.get(self.code, 0.0)
        least = self._least(here, known=known, settled=settled, last=last)
        if probabilities[best] >= least and long_enough:
            certain = known and probabilities[best] >= _VERY_CERTAIN
            if before == best or (not settled and (certain or last)):
                self._decide(best)
                return best
            self._other = best
        self.doubtful = not settled and sound_ms < _UNDECIDED_MS
        return self._other if self._other and not settled else self.code

    def _least(self, here: float, *, known: bool, settled: bool, last: bool) -> float:
        """The probability that another language must have, given that of the one before."""
        if settled:
            return _VERY_CERTAIN
        odds = _KNOWN_ODDS if known else _ODDS
        return max(_LIKELY_AT_LAST if last else _LIKELY, odds * here)

    def _decide(self, code: str | None) -> None:
        self.code = code
        if code is not None:
            self._known.add(code)


def likeliest(probabilities: Mapping[str, float]) -> str:
    """The most probable language."""
    return max(probabilities, key=probabilities.__getitem__)


def model_code(language: str) -> str:
    """The model's code of a language of ISO 639."""
    return next((code for code, iso in _ALIASES.items() if iso == language), language)


def iso_code(language: str) -> str:
    """The ISO 639 code of a language of the model."""
    return _ALIASES.get(language, language)
