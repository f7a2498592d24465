"""The options of a scenario."""

from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.sources import FRAME_MS


@dataclass(frozen=True, slots=True)
class Options:
    """The choices of the command line.

    Attributes:
        directory: for data and configurations, removed at the end.
        listeners: instead of the scenario's own number.
        repetitions: windows of each server.
        window_s: length of a window, instead of the scenario's own.
        only: letters that a server's name must have; empty for all.
        frame_ms: sound in a packet, where a scenario lets it be chosen.
        requests: of a flood, instead of the scenario's own number.
    """

    directory: Path
    listeners: int | None = None
    repetitions: int = 5
    window_s: float | None = None
    only: str = ""
    frame_ms: int = FRAME_MS
    requests: int | None = None

    def wants(self, name: str) -> bool:
        """Whether a server takes part."""
        return not self.only or any(part in name for part in self.only.split(","))
