"""The notes that this program keeps in the folder of a model: origin, licence, measured quality."""

from collections.abc import Iterable
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

CARD = "broadcaster-model.json"
_MOST_BYTES = 1_000_000


class Measured(BaseModel):
    """A measurement of a model.

    Attributes:
        source: ISO 639 code of the language it translated from.
        target: ISO 639 code of the language it translated into.
        chrf: from 0 to 100, against the translations of people.
        sentences: how many were translated.
        texts: where they come from.
        on: day, `2026-11-28`.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    target: str
    chrf: float = Field(ge=0, le=100)
    sentences: int = Field(ge=1)
    texts: str
    on: str


class ModelCard(BaseModel):
    """The notes about a model.

    Attributes:
        languages: as they were given, `en-de` or `en-fr,es,it`; empty if its files tell.
        licence: its name, or the first line of its text; empty if nobody said it.
        sha256: of the archive it came in, or of its weights, in hexadecimal.
        measured: one for each pair of languages.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    languages: str = ""
    licence: str = ""
    sha256: str = ""
    measured: tuple[Measured, ...] = ()

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The card of a model; an empty one if it has none.

        Raises:
            ValueError: the file is not a card.
            OSError: it cannot be read.
        """
        path = folder / CARD
        if not path.is_file():
            return cls()
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError(f"{CARD} is too large; remove it")
        try:
            return cls.model_validate_json(path.read_bytes())
        except ValidationError as wrong:
            first = wrong.errors(include_url=False)[0]
            raise ValueError(f"{CARD} cannot be read ({first['msg']}); remove it") from None

    def write(self, folder: Path) -> None:
        """Put the card into the folder of its model.

        Raises:
            OSError: the folder cannot be written.
        """
        new = folder / f"{CARD}.new"
        new.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")
        new.replace(folder / CARD)

    def with_measured(self, found: Iterable[Measured]) -> "ModelCard":
        """The same card with newer figures."""
        pairs = {(one.source, one.target): one for one in (*self.measured, *found)}
        return self.model_copy(update={"measured": tuple(pairs.values())})

    def chrf(self, source: str, target: str) -> float | None:
        """The measured chrF of a pair of languages; None if it was not measured."""
        found = (one.chrf for one in self.measured if (one.source, one.target) == (source, target))
        return next(found, None)
