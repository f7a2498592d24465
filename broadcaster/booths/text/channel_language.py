"""Tells the language of a channel's text. On the floor it is guessed from the text."""

from broadcaster.writing.scripts import base_language, is_known, likely_language

_RECENT_CHARACTERS = 240
_TELLING_CHARACTERS = 40
"""Until there is this much text, every fragment may change the guess."""


class ChannelLanguage:
    """Follows the language of one channel's text.

    Args:
        channel: `floor` or a BCP 47 tag.

    Attributes:
        language: ISO 639-1 code; empty while nothing is known.
    """

    def __init__(self, channel: str) -> None:
        language = base_language(channel)
        self._guessed = not is_known(language)
        self._recent = ""
        self._settled = False
        self.language = "" if self._guessed else language

    def add(self, fragment: str) -> None:
        """Another fragment."""
        if not self._guessed:
            return
        self._recent = (self._recent + fragment)[-_RECENT_CHARACTERS:]
        if not self._settled:
            self.language = likely_language(self._recent)
            self._settled = len(self._recent) >= _TELLING_CHARACTERS

    def settle(self) -> None:
        """Guess again: a sentence has ended, and the next one may be in another language."""
        if self._guessed:
            self.language = likely_language(self._recent) or self.language
