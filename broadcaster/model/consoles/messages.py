"""Messages among the human interpreters of a channel and the technician, as the bus keeps them."""

from dataclasses import dataclass
from enum import StrEnum

from broadcaster.model.records.json_form import JsonForm

MOST_MESSAGES = 30
"""Messages that are kept of a channel; the oldest make room."""
LONGEST_MESSAGE = 300


class Addressee(StrEnum):
    """The readers of a message."""

    PARTNERS = "partners"
    """The interpreters of the channel."""
    TECHNICIAN = "technician"
    """Those who have the live page of the event open, and the interpreters of the channel."""


@dataclass(frozen=True, slots=True)
class ConsoleMessage:
    """A message that somebody wrote.

    Attributes:
        number: its place among the messages of the channel, from 1.
        sender: token id of the interpreter who wrote it; empty for the technician.
        name: of the one who wrote it.
        to: its readers.
        text: at most `LONGEST_MESSAGE` characters.
        at_ms: Unix time.
    """

    number: int
    sender: str
    name: str
    to: Addressee
    text: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class ConsoleMessages(JsonForm):
    """The newest messages of a channel.

    Attributes:
        messages: oldest first, at most `MOST_MESSAGES`.
    """

    messages: tuple[ConsoleMessage, ...] = ()

    def with_message(
        self, sender: str, name: str, to: Addressee, text: str, at_ms: int
    ) -> "ConsoleMessages":
        """The messages with one more."""
        number = self.messages[-1].number + 1 if self.messages else 1
        added = ConsoleMessage(number, sender, name, to, text, at_ms)
        return ConsoleMessages((*self.messages, added)[-MOST_MESSAGES:])

    def after(self, number: int) -> tuple[ConsoleMessage, ...]:
        """The messages with a higher number."""
        return tuple(one for one in self.messages if one.number > number)

    def of_technician(self) -> tuple[ConsoleMessage, ...]:
        """The messages that the technician reads or wrote."""
        return tuple(one for one in self.messages if one.to is Addressee.TECHNICIAN)
