"""Counts of the phones that got and showed an announcement, made by each edge process."""

import json
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class SeenCounts:
    """Phones that got one version of an announcement.

    Attributes:
        version: of the announcement.
        received: phones whose page got it.
        shown: those of them whose screen showed it.
    """

    version: int
    received: int = 0
    shown: int = 0

    def plus(self, other: "SeenCounts") -> "SeenCounts":
        """Both together; of different versions the newer one counts alone."""
        if other.version != self.version:
            return max(self, other, key=lambda one: one.version)
        received, shown = self.received + other.received, self.shown + other.shown
        return SeenCounts(self.version, received, shown)


@dataclass(frozen=True, slots=True)
class SeenReport:
    """The counts of one edge process for one event since the process was started.

    Attributes:
        event: its id.
        edge: id of the process.
        counts: by id of an announcement.
    """

    event: str
    edge: str
    counts: dict[str, SeenCounts]

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
            counts = {
                str(name): SeenCounts(int(one["version"]), int(one["received"]), int(one["shown"]))
                for name, one in raw["counts"].items()
            }
            return cls(str(raw["event"]), str(raw["edge"]), counts)
        except (KeyError, TypeError, AttributeError) as wrong:
            raise ValueError("not a report of announcements") from wrong
