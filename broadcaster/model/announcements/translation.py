"""Orders to translate the text of an announcement, and the answers to them."""

import json
from dataclasses import asdict, dataclass, field
from typing import Self

from broadcaster.errors import DomainError
from broadcaster.model.check.report import parsing

LATE = (
    "the translation was not finished in time",
    "Type the texts yourself, or try again.",
)
"""A sentence and the next step."""


class TranslationFailed(DomainError):
    """Nothing was translated.

    Args:
        message: why not.
        hint: the next step.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__("translation_failed", message, hint)


@dataclass(frozen=True, slots=True)
class TranslationOrder:
    """Asks one process that runs booths to translate.

    Attributes:
        id: of the order; it may come again and is carried out once.
        event: id of the event.
        text: at most `announcement.LONGEST_TEXT`.
        source: its language, a tag; empty if that is not known.
        languages: tags to translate into.
    """

    id: str
    event: str
    text: str
    source: str
    languages: tuple[str, ...]

    def to_json(self) -> bytes:
        """The form on the bus."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Parse what `to_json` wrote.

        Raises:
            ValueError: it is not an order.
        """
        with parsing("an order to translate"):
            raw = json.loads(data)
            languages = tuple(str(one) for one in raw["languages"])
            return cls(
                str(raw["id"]), str(raw["event"]), str(raw["text"]), str(raw["source"]), languages
            )


@dataclass(frozen=True, slots=True)
class TranslationAnswer:
    """The outcome of an order.

    Attributes:
        done: nothing follows; otherwise a process has taken the order.
        texts: the translations by language. One that is missing could not be made.
        message: why nothing was translated, a sentence; otherwise empty.
        hint: the next step then.
    """

    done: bool = False
    texts: dict[str, str] = field(default_factory=dict)
    message: str = ""
    hint: str = ""

    def to_json(self) -> bytes:
        """The form on the bus."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Parse what `to_json` wrote.

        Raises:
            ValueError: it is not an answer.
        """
        with parsing("an answer of a translation"):
            raw = json.loads(data)
            texts = {str(tag): str(text) for tag, text in raw["texts"].items()}
            return cls(bool(raw["done"]), texts, str(raw["message"]), str(raw["hint"]))
