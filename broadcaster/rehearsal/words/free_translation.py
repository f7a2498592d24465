"""Chooses what translates free speech: a model of the organizer's, else Apertium."""

import logging
from collections.abc import Awaitable, Callable, Iterator

from broadcaster.rehearsal.words.apertium import Apertium
from broadcaster.rehearsal.words.text_models import TextModels
from broadcaster.rehearsal.worker_process import WorkerFailed

_log = logging.getLogger(__name__)


class FreeTranslation:
    """Translates what is not in the prepared talk.

    A model that knows the speaker's language translates from that; all others translate from
    English.

    Args:
        apertium: translates from English.
        apertium_languages: the languages into which it can on this machine.
        models: the organizer's; None without a folder.
    """

    def __init__(
        self,
        apertium: Apertium,
        apertium_languages: frozenset[str],
        models: TextModels | None = None,
    ) -> None:
        self._apertium, self._apertium_languages = apertium, apertium_languages
        self._models = models

    async def translate(self, text: str, source: str, target: str, english: str) -> str:
        """The text in another language; empty if that is not possible.

        Args:
            text: what was said.
            source: ISO 639 code of its language.
            target: ISO 639 code of the other language.
            english: the same in English; empty if that is not known.
        """
        if not text or source == target:
            return text
        for way in self._ways(text, source, target, english):
            try:
                return await way()
            except WorkerFailed as error:
                _log.warning("a translation failed: %s", error)
        return ""

    async def close(self) -> None:
        """End all processes."""
        await self._apertium.close()
        if self._models is not None:
            await self._models.close()

    def _ways(
        self, text: str, source: str, target: str, english: str
    ) -> Iterator[Callable[[], Awaitable[str]]]:
        """The ways to translate it, the best first."""
        models = self._models
        if models is not None and models.model_for(source, target):
            yield lambda: models.translate(text, source, target)
        if not english:
            return
        if models is not None and source != "en" and models.model_for("en", target):
            yield lambda: models.translate(english, "en", target)
        if target in self._apertium_languages:
            yield lambda: self._apertium.translate(english, target)
