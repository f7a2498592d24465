"""Reports of the screens that are connected to an edge process."""

import json
from dataclasses import asdict, dataclass
from typing import Self

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
class ScreensReport:
    """The screens of one event in one edge process.

    Attributes:
        event: its id.
        edge: id of the process.
        screens: all that are connected.
    """

    event: str
    edge: str
    screens: tuple[OpenScreen, ...]

    def to_json(self) -> bytes:
        """The form on the bus."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Parse what `to_json` wrote.

        Raises:
            ValueError: it is not a report.
        """
        try:
            raw = json.loads(data)
            screens = tuple(OpenScreen(**one) for one in raw["screens"])
            return cls(str(raw["event"]), str(raw["edge"]), screens)
        except (KeyError, TypeError) as wrong:
            raise ValueError("not a report of screens") from wrong
