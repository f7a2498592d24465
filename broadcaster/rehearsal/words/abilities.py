"""The languages that this interpreter can give out, by what, and how well."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from broadcaster.rehearsal.words.apertium import MEASURED_CHRF
from broadcaster.rehearsal.words.quality import Quality, quality_of
from broadcaster.rehearsal.words.text_models import TextModels


@dataclass(frozen=True, slots=True)
class LanguageAbility:
    """A language, as `GET /v1/languages` shows it.

    Attributes:
        language: ISO 639 code.
        translates: anything, or the sentences of the prepared talk alone.
        engine: what translates, for people; empty for the prepared talk.
        voice: what speaks.
        chrf: measured, from 0 to 100; None if it was not measured.
        quality: the word for it.
    """

    language: str
    translates: Literal["anything", "prepared_talk"]
    engine: str
    voice: Literal["natural", "simple"]
    chrf: float | None
    quality: Quality


def abilities(
    english: tuple[str, float | None] | None,
    models: TextModels | None,
    apertium: Collection[str],
    talk: Collection[str],
    natural: Collection[str],
) -> tuple[LanguageAbility, ...]:
    """All languages that can be given out, by their codes.

    Args:
        english: what translates into English, and its chrF; None if nothing does.
        models: translation models of the organizer's.
        apertium: languages of Apertium.
        talk: languages of the prepared talk.
        natural: languages with a natural voice.
    """
    found: dict[str, tuple[str, float | None]] = {}
    if english is not None:
        found["en"] = english
    for language in sorted(models.targets("en")) if models else ():
        model = models.model_for("en", language) if models else None
        if model is not None:
            found.setdefault(language, (model.name, model.card.chrf("en", language)))
    for language in apertium:
        found.setdefault(language, ("Apertium", MEASURED_CHRF.get(language)))
    shown = [
        LanguageAbility(
            language,
            "anything",
            engine,
            "natural" if language in natural else "simple",
            chrf,
            quality_of(chrf, language),
        )
        for language, (engine, chrf) in found.items()
    ]
    for language in set(talk) - set(found):
        voice: Literal["natural", "simple"] = "natural" if language in natural else "simple"
        shown.append(LanguageAbility(language, "prepared_talk", "", voice, None, "not_measured"))
    return tuple(sorted(shown, key=lambda one: one.language))


def abilities_json(found: Sequence[LanguageAbility]) -> dict[str, object]:
    """The body of `GET /v1/languages`."""
    return {"languages": [asdict(one) for one in found]}
