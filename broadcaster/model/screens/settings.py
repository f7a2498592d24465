"""The settings of a screen by the desk, which go before those of its own address."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from broadcaster.model.records.json_form import JsonForm

ALL = "all"
"""Stands for every screen of an event; no screen has this id."""
MOST_SCREENS = 50
"""Screens of an event that are connected to one process, and screens that are remembered."""
SMALLEST, LARGEST = 2.0, 15.0
"""Height of a letter in per cent of the screen."""
FEWEST_LINES, MOST_LINES = 1, 12
MOST_LANGUAGES = 2


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """The settings that the desk has made; None leaves one to the address of the screen.

    Attributes:
        languages: channels to read, one or two.
        size: of the letters, in per cent of the screen's shorter side.
        lines: of each language.
        blank: whether nothing is shown but urgent announcements.
    """

    languages: tuple[str, ...] | None = None
    size: float | None = None
    lines: int | None = None
    blank: bool | None = None

    def over(self, other: "ScreenSettings") -> "ScreenSettings":
        """These settings, and those of another one where they leave something open."""
        mine = {one.name: getattr(self, one.name) for one in fields(self)}
        return replace(other, **{name: one for name, one in mine.items() if one is not None})

    def body(self) -> dict[str, Any]:
        """The settings as JSON has them."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ScreenBook(JsonForm):
    """The settings of all screens of an event, as its record has them.

    Attributes:
        screens: by id of the screen, and for `ALL`; the one that was set last is at the end.
    """

    screens: dict[str, ScreenSettings] = field(default_factory=dict)

    def of(self, screen: str) -> ScreenSettings:
        """The settings of one screen: its own, then those of all."""
        own = self.screens.get(screen, ScreenSettings())
        return own.over(self.screens.get(ALL, ScreenSettings()))

    def with_change(self, screen: str, given: Mapping[str, Any]) -> "ScreenBook":
        """The book with other settings of a screen, or of `ALL`, which then go for every screen.

        Those of the screen that was not set for the longest time are forgotten if there are too
        many.

        Args:
            screen: its id, or `ALL`.
            given: the fields that change.
        """
        changed = replace(self.screens.get(screen, ScreenSettings()), **given)
        open_again: dict[str, Any] = dict.fromkeys(given) if screen == ALL else {}
        kept = {
            name: replace(one, **open_again) for name, one in self.screens.items() if name != screen
        }
        kept[screen] = changed
        while len(kept) > MOST_SCREENS:
            del kept[next(iter(kept))]
        return ScreenBook(kept)
