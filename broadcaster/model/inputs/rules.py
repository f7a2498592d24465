"""Rules of the inputs of a floor: the organizer's choice, and when it changes by itself."""

from dataclasses import dataclass
from enum import StrEnum

from broadcaster.model.records.json_form import JsonForm

SHORTEST_SILENCE_S, LONGEST_SILENCE_S = 1.0, 300.0
SHORTEST_HOLD_S, LONGEST_HOLD_S = 1.0, 600.0


class InputRole(StrEnum):
    """One of the two inputs of a floor."""

    MAIN = "main"
    BACKUP = "backup"

    @property
    def other(self) -> "InputRole":
        """The backup for the main input, and the reverse."""
        return InputRole.MAIN if self is InputRole.BACKUP else InputRole.BACKUP


class InputChoice(StrEnum):
    """The organizer's choice."""

    AUTO = "auto"
    """The main input, and the backup while that is gone or silent."""
    MAIN = "main"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class InputRules(JsonForm):
    """The rules of one event.

    Attributes:
        choice: by hand, or `AUTO`.
        silent_s: seconds of silence of the main input after which the backup is heard, if that
            is not silent too. Only with `AUTO`.
        hold_s: seconds for which the main input must be fine before it is heard again.
    """

    choice: InputChoice = InputChoice.AUTO
    silent_s: float = 5.0
    hold_s: float = 10.0

    @property
    def wanted(self) -> InputRole:
        """The input that is heard while it is fine."""
        return InputRole.BACKUP if self.choice is InputChoice.BACKUP else InputRole.MAIN
