"""Orders to translate the text of an announcement, and the answers to them."""

from dataclasses import dataclass, field

from broadcaster.errors import DomainError
from broadcaster.model.records.json_form import JsonForm

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
class TranslationOrder(JsonForm):
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


@dataclass(frozen=True, slots=True)
class TranslationAnswer(JsonForm):
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
