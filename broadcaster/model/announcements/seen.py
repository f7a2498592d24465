"""Counts of the phones that got and showed an announcement, made by each edge process."""

from dataclasses import dataclass

from broadcaster.model.records.json_form import JsonForm


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
        """The sum of two counts; of different versions the newer one counts alone."""
        if other.version != self.version:
            return max(self, other, key=lambda one: one.version)
        received, shown = self.received + other.received, self.shown + other.shown
        return SeenCounts(self.version, received, shown)


@dataclass(frozen=True, slots=True)
class SeenReport(JsonForm):
    """The counts of one edge process for one event since the process was started.

    Attributes:
        event: its id.
        edge: id of the process.
        counts: by id of an announcement.
    """

    event: str
    edge: str
    counts: dict[str, SeenCounts]
