"""Sentences that models are known to write when they hear nothing."""

import itertools

_SENTENCES = {
    "de": ("Vielen Dank fürs Zuschauen.", "Untertitel im Auftrag des Senders."),
    "en": ("Thanks for watching.", "Subtitles by the community.", "Please subscribe."),
    "es": ("Gracias por ver el video.", "Subtítulos por la comunidad."),
    "fr": ("Merci d'avoir regardé cette vidéo.", "Sous-titres par la communauté."),
    "ja": ("ご視聴ありがとうございました。",),
}


class Inventions:
    """Sentences that nobody said, one after the other."""

    def __init__(self) -> None:
        self._numbers = itertools.count()

    def next_sentence(self, language: str) -> str:
        """The next one in a language; English stands in for languages without one."""
        sentences = _SENTENCES.get(language, _SENTENCES["en"])
        return sentences[next(self._numbers) % len(sentences)]
