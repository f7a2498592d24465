"""What is measured at each phone, and what its process took."""

from dataclasses import dataclass, field

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
        connections: that were opened, each with a handshake of its own.
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
    """Processor time that was used until some moment, both in seconds."""

    at_s: float
    cpu_s: float


def cpu_share(samples: list[CpuSample], from_s: float, to_s: float) -> float:
    """Processor time between two moments, as a share of one core."""
    within = [sample for sample in samples if from_s <= sample.at_s <= to_s]
    return _share(within[0], within[-1]) if within else 0.0


def busiest_share(samples: list[CpuSample], window_s: float = 1.0) -> float:
    """The largest share of one core in any time of about this length."""
    busiest, first = 0.0, 0
    for last, sample in enumerate(samples):
        while sample.at_s - samples[first + 1].at_s >= window_s if first < last else False:
            first += 1
        if sample.at_s - samples[first].at_s >= window_s:
            busiest = max(busiest, _share(samples[first], sample))
    return busiest


def _share(first: CpuSample, last: CpuSample) -> float:
    seconds = last.at_s - first.at_s
    return (last.cpu_s - first.cpu_s) / seconds if seconds > 0 else 0.0
