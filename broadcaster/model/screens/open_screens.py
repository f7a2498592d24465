"""Reports of the screens that are connected to an edge process."""

from dataclasses import dataclass

from broadcaster.model.records.json_form import JsonForm

LONGEST_ID = 40
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class OpenScreen:
    """A screen that is connected.

    Attributes:
        id: its own, the same after a reload.
        name: by which people know it; may be empty.
        kind: `screen` or `monitor`.
        shows: what it says that it shows, such as `es, ar`.
    """

    id: str
    name: str
    kind: str
    shows: str


@dataclass(frozen=True, slots=True)
class ScreensReport(JsonForm):
    """The screens of one event in one edge process.

    Attributes:
        event: its id.
        edge: id of the process.
        screens: all that are connected.
    """

    event: str
    edge: str
    screens: tuple[OpenScreen, ...]
