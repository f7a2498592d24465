"""The measurements at each phone, and the processor time of its process."""

import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from broadcaster.loadtest.results import ListenerStats, LoadResults


@dataclass(slots=True)
class PageVisit:
    """One phone's visit. Times are in seconds; None: not yet.

    Attributes:
        asked_s: when it began to connect.
        secured_s: when its first connection was ready, after the TLS handshake.
        page_s: when the page had arrived.
        begun_s: when all that the page needs for captions had arrived.
        caption_s: when the text of a caption was there, not before `begun_s`.
        ready_s: when all other files had arrived, those for the sound among them.
        sound: from the tap on; None before it.
        connections: that were opened.
        resumed: how many of these, without the sound's, resumed the TLS session of another one.
        requests: that were answered.
        received_bytes: of the answers, without the sound.
    """

    asked_s: float
    secured_s: float | None = None
    page_s: float | None = None
    begun_s: float | None = None
    caption_s: float | None = None
    ready_s: float | None = None
    sound: ListenerStats | None = None
    connections: int = 0
    resumed: int = 0
    requests: int = 0
    received_bytes: int = 0


@dataclass(slots=True)
class CrowdResults:
    """The results of the phones of one process.

    Attributes:
        visits: of each phone.
        sound: of those that have tapped; also how many phones failed or were dropped, and why.
    """

    visits: list[PageVisit] = field(default_factory=list)
    sound: LoadResults = field(default_factory=LoadResults)


@dataclass(frozen=True, slots=True)
class CpuSample:
    """Processor time of a process until some moment. All are in seconds.

    Attributes:
        at_s: the moment.
        used_s: processor time it has used.
        waited_s: time in which it could have run, but others had the processor.
    """

    at_s: float
    used_s: float
    waited_s: float = 0.0


@dataclass(frozen=True, slots=True)
class CpuShare:
    """Processor time as shares of one core.

    Attributes:
        used: that was used.
        waited: that was waited for.
    """

    used: float = 0.0
    waited: float = 0.0


def own_cpu() -> CpuSample:
    """The processor time of this process until now."""
    return CpuSample(time.perf_counter(), time.process_time(), waited_s(Path("/proc/self")))


def waited_s(process: Path) -> float:
    """How long the first thread of a process has waited for a processor; 0 if that is not known.

    Args:
        process: its folder in /proc.
    """
    with suppress(OSError, ValueError, IndexError):
        return int((process / "schedstat").read_text().split()[1]) / 1e9
    return 0.0


def cpu_share(samples: list[CpuSample], from_s: float, to_s: float) -> CpuShare:
    """Processor time between two moments."""
    within = [sample for sample in samples if from_s <= sample.at_s <= to_s]
    return _share(within[0], within[-1]) if within else CpuShare()


def busiest_share(samples: list[CpuSample], window_s: float = 1.0) -> CpuShare:
    """The largest shares in any time of about this length; not always both of the same time."""
    used, waited, first = 0.0, 0.0, 0
    for last, sample in enumerate(samples):
        while first < last and sample.at_s - samples[first + 1].at_s >= window_s:
            first += 1
        if sample.at_s - samples[first].at_s >= window_s:
            share = _share(samples[first], sample)
            used, waited = max(used, share.used), max(waited, share.waited)
    return CpuShare(used, waited)


def _share(first: CpuSample, last: CpuSample) -> CpuShare:
    seconds = last.at_s - first.at_s
    if seconds <= 0:
        return CpuShare()
    # The kernel counts a wait when it is over, so a short time may have more than its own.
    waited = min(1.0, (last.waited_s - first.waited_s) / seconds)
    return CpuShare((last.used_s - first.used_s) / seconds, waited)
