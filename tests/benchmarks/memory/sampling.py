"""Samples of processes' memory, and whether they drift."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

SETTLED_MIN = 10.0
"""Memory may grow until then: code is loaded, queues and caches fill."""
_AROUND = 5
"""Samples whose median is the value at a moment."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Memory of one role at a moment, in MB.

    Attributes:
        minute: since everything ran.
        rss: resident.
        anonymous: of it what belongs to no file: heaps and stacks.
        malloc_used: memory from malloc that is in use, mapped pieces included; 0 if unknown.
        malloc_free: memory that was freed and that malloc keeps; 0 if unknown.
        python_blocks: Python's objects, in thousands; 0 if unknown.
        cpu_s: processor time so far.
    """

    minute: float
    rss: float
    anonymous: float
    malloc_used: float = 0.0
    malloc_free: float = 0.0
    python_blocks: float = 0.0
    cpu_s: float = 0.0


def take_sample(minute: float, pids: Iterable[int], inside: Mapping[str, int]) -> Sample:
    """Read the memory of these processes now; one that has just ended counts nothing.

    Args:
        minute: since everything ran.
        pids: the processes of a role.
        inside: what one of them says, see `observed.malloc_state`; may be empty.
    """
    rss_kb = anonymous_kb = 0
    cpu_ns = 0
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
            sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
            rss_kb += sizes["Rss"]
            anonymous_kb += sizes["Anonymous"]
            for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
                cpu_ns += int(task.read_text().split()[0])
    return Sample(
        minute,
        rss_kb / 1024,
        anonymous_kb / 1024,
        (inside.get("malloc_used", 0) + inside.get("malloc_mapped", 0)) / 2**20,
        inside.get("malloc_free", 0) / 2**20,
        inside.get("python_blocks", 0) / 1000,
        cpu_ns / 1e9,
    )


@dataclass(slots=True)
class Series:
    """The samples of one role."""

    samples: list[Sample] = field(default_factory=list)

    @property
    def settled(self) -> list[Sample]:
        """The samples from `SETTLED_MIN` on, or all before that."""
        later = [sample for sample in self.samples if sample.minute >= SETTLED_MIN]
        return later or self.samples

    def begin(self, name: str) -> float:
        """A value when the memory has settled."""
        return _median(self.settled[:_AROUND], name)

    def end(self, name: str) -> float:
        """The newest value."""
        return _median(self.settled[-_AROUND:], name)

    def least(self) -> float:
        """The smallest RSS since then."""
        return min(sample.rss for sample in self.settled)

    def most(self) -> float:
        """The largest RSS since then."""
        return max(sample.rss for sample in self.settled)

    def drift_percent(self) -> float:
        """The RSS at the end against the RSS when it had settled."""
        begin = self.begin("rss")
        return (self.end("rss") - begin) / begin * 100

    def slope_mb_per_hour(self) -> float:
        """Median of the slopes between all pairs of samples (Theil and Sen)."""
        return robust_slope([(one.minute / 60, one.rss) for one in self.settled])


def robust_slope(points: Sequence[tuple[float, float]]) -> float:
    """The median slope between any two points; one point has slope 0."""
    if len(points) < 2:
        return 0.0
    places, values = np.array(points).T
    first, second = np.triu_indices(len(points), 1)
    return float(np.median((values[second] - values[first]) / (places[second] - places[first])))


def _median(samples: Sequence[Sample], name: str) -> float:
    return float(np.median([getattr(sample, name) for sample in samples]))
