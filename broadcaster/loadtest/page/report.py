"""The report of a crowd that opens the page, and what limits the server."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

from broadcaster.loadtest.page.processes import ShareResults
from broadcaster.loadtest.page.results import CpuShare, PageVisit, busiest_share, cpu_share
from broadcaster.loadtest.page.server import ServerLoad
from broadcaster.loadtest.report import BUSY_SHARE, LATE_MS, Percentiles, percentiles
from broadcaster.loadtest.results import GAP_S, ListenerStats

CAPTION_GOAL_MS = 2_000.0
SOUND_GOAL_MS = 2_000.0
GAP_GOAL_MS = GAP_S * 1000
FULL_SHARE = 0.9
"""Above this share of its cores in a second a server has none left for more."""
WAITING_SHARE = 0.2
"""A process that waits longer than this for a processor shares it with too many others."""
_ALMOST_ALL = 0.95
_OF_ADDRESS = ("too_many_joins", "too_many_connections", "too_many_questions")
"""Error ids of what one network address may not have more of."""


@dataclass(frozen=True, slots=True)
class PageReport:
    """The findings of one test. Delays are in milliseconds, from the first packet of a phone.

    Attributes:
        phones: how many were planned.
        heard: how many had sound.
        failed: how many had none, by reason.
        lost: how many were dropped after their first sound, by reason.
        secured_ms: until the first connection was ready, with its TLS handshake.
        page_ms: until the page had arrived.
        begun_ms: until its styles and scripts had arrived too.
        first_caption_ms: until the text of a caption was there; None if nobody has spoken.
        ready_ms: until all scripts of the page had arrived.
        first_sound_ms: from the tap to the first sound.
        longest_gap_ms: the longest pause of each phone in its sound.
        phones_with_gaps: how many phones had gaps.
        requests: in all, without WebSockets.
        connections: in all.
        resumed: how many of these, without the sound's, resumed the TLS session of another one.
        received_bytes: of the page and its files, compressed as they came.
        steady: listeners that were there before.
        steady_lost: how many of them were dropped, by reason.
        steady_gap_ms: the longest pause of each of them; None without them.
        steady_with_gaps: how many of them had gaps.
        gap_limit_ms: a longer pause is a gap.
        server_processes: that listen on the port; 0 if the server's load is not known.
        server_share: of one core, on average while the crowd came.
        server_busiest_share: the same in the busiest second.
        server_waiting_share: of a second in which it could have run, at most, while others had the
            processor.
        server_most_waiting: connections that waited to be accepted, at most.
        server_turned_away: connections that found the queue full.
        server_open_files: of the process with the most.
        server_may_open: its limit.
        own_busiest_shares: the busiest second of each process of this tool that has phones.
        own_waiting_share: as `server_waiting_share`, of the one of these that waited most.
        own_longest_pause_ms: longest time in which one of them did not look at its sockets.
        steady_longest_pause_ms: the same of the process of the steady listeners.
        limits: what limited the crowd, in sentences; empty if nothing did.
    """

    phones: int
    heard: int
    failed: dict[str, int]
    lost: dict[str, int]
    secured_ms: Percentiles | None
    page_ms: Percentiles | None
    begun_ms: Percentiles | None
    first_caption_ms: Percentiles | None
    ready_ms: Percentiles | None
    first_sound_ms: Percentiles | None
    longest_gap_ms: Percentiles | None
    phones_with_gaps: int
    requests: int
    connections: int
    resumed: int
    received_bytes: int
    steady: int
    steady_lost: dict[str, int]
    steady_gap_ms: Percentiles | None
    steady_with_gaps: int
    gap_limit_ms: float
    server_processes: int
    server_share: float
    server_busiest_share: float
    server_waiting_share: float
    server_most_waiting: int
    server_turned_away: int
    server_open_files: int
    server_may_open: int
    own_busiest_shares: tuple[float, ...]
    own_waiting_share: float
    own_longest_pause_ms: float
    steady_longest_pause_ms: float
    limits: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether every phone had sound, and nobody was dropped."""
        return not (self.failed or self.lost or self.steady_lost)

    @property
    def busy(self) -> bool:
        """Whether this tool was too busy for the figures to be the server's."""
        return _too_busy(self.own_busiest_shares, self.own_longest_pause_ms)

    def to_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return asdict(self)


def page_report(
    phones: int,
    shares: Sequence[ShareResults],
    steady: ShareResults | None,
    server: ServerLoad,
    came: tuple[float, float],
) -> PageReport:
    """Sum up a test.

    Args:
        phones: how many were planned.
        shares: of the processes with phones.
        steady: of the process with the steady listeners; None if there was none.
        server: its load.
        came: when the first phone began, and the last one, in seconds.
    """
    visits = list(chain.from_iterable(one.crowd.visits for one in shares))
    failed, lost = Counter[str](), Counter[str]()
    for one in shares:
        failed += one.crowd.sound.failed
        lost += one.crowd.sound.lost
    heard = _heard(visit.sound for visit in visits if visit.sound is not None)
    stayed = _heard(steady.crowd.sound.listeners) if steady is not None else []
    steady_sound = steady.crowd.sound if steady is not None else None
    own = [busiest_share(one.cpu) for one in shares]
    busiest = busiest_share(server.cpu)
    pause_ms = max((one.longest_absence_s * 1000 for one in shares), default=0.0)
    steady_pause_ms = steady.longest_absence_s * 1000 if steady is not None else 0.0
    return PageReport(
        phones=phones,
        heard=len(heard),
        failed=dict(failed.most_common()),
        lost=dict(lost.most_common()),
        secured_ms=_delays(visits, [visit.secured_s for visit in visits]),
        page_ms=_delays(visits, [visit.page_s for visit in visits]),
        begun_ms=_delays(visits, [visit.begun_s for visit in visits]),
        first_caption_ms=_delays(visits, [visit.caption_s for visit in visits]),
        ready_ms=_delays(visits, [visit.ready_s for visit in visits]),
        first_sound_ms=percentiles(
            (one.first_sound_s - one.asked_s) * 1000
            for one in heard
            if one.first_sound_s is not None
        ),
        longest_gap_ms=percentiles(one.longest_gap_s * 1000 for one in heard),
        phones_with_gaps=sum(one.gaps > 0 for one in heard),
        requests=sum(visit.requests for visit in visits),
        connections=sum(visit.connections for visit in visits),
        resumed=sum(visit.resumed for visit in visits),
        received_bytes=sum(visit.received_bytes for visit in visits),
        steady=len(steady_sound.listeners) if steady_sound is not None else 0,
        steady_lost=dict(steady_sound.lost + steady_sound.failed) if steady_sound else {},
        steady_gap_ms=percentiles(one.longest_gap_s * 1000 for one in stayed),
        steady_with_gaps=sum(one.gaps > 0 for one in stayed),
        gap_limit_ms=GAP_GOAL_MS,
        server_processes=server.processes,
        server_share=round(cpu_share(server.cpu, *came).used, 2),
        server_busiest_share=round(busiest.used, 2),
        server_waiting_share=round(busiest.waited, 2),
        server_most_waiting=server.most_waiting,
        server_turned_away=server.turned_away,
        server_open_files=server.open_files,
        server_may_open=server.may_open,
        own_busiest_shares=tuple(round(share.used, 2) for share in own),
        own_waiting_share=round(max((share.waited for share in own), default=0.0), 2),
        own_longest_pause_ms=round(pause_ms, 2),
        steady_longest_pause_ms=round(steady_pause_ms, 2),
        limits=tuple(_limits(failed + lost, server, own, pause_ms)),
    )


def _limits(
    reasons: Counter[str], server: ServerLoad, own: Sequence[CpuShare], pause_ms: float
) -> list[str]:
    found = []
    busiest = busiest_share(server.cpu)
    if server.processes and busiest.used > FULL_SHARE * server.processes:
        found.append(
            f"the server's processors: it took {busiest.used:.0%} of a core in the busiest second, "
            f"and has {server.processes} of them for serving"
        )
    waited = max([busiest.waited, *(share.waited for share in own)])
    if waited > WAITING_SHARE:
        found.append(
            "other programs on this machine: the server or this tool could have run and had no "
            f"processor for {waited:.0%} of a second"
        )
    if _too_busy([share.used for share in own], pause_ms):
        found.append(
            "this tool: it was too busy, and the delays are also its own. Run it on another "
            "machine, or with fewer phones"
        )
    if server.turned_away:
        found.append(
            f"the queue of the port: {server.turned_away:,} connections found no room in it"
        )
    if server.may_open and server.open_files > _ALMOST_ALL * server.may_open:
        found.append(
            f"open files of the server: {server.open_files:,} of {server.may_open:,}; "
            "see LimitNOFILE"
        )
    if any(error in reason for reason in reasons for error in _OF_ADDRESS):
        found.append(
            "the limits of one address, from which all phones come here: raise "
            "BROADCASTER_JOINS_PER_ADDRESS and BROADCASTER_PLACES_PER_ADDRESS for the test"
        )
    return found


def _too_busy(shares: Sequence[float], pause_ms: float) -> bool:
    return max(shares, default=0.0) > BUSY_SHARE or pause_ms > LATE_MS


def _heard(listeners: Iterable[ListenerStats]) -> list[ListenerStats]:
    return [one for one in listeners if one.first_sound_s is not None]


def _delays(visits: Sequence[PageVisit], ends_s: Sequence[float | None]) -> Percentiles | None:
    """From the first packet of each phone to some moment."""
    return percentiles(
        (end_s - visit.asked_s) * 1000
        for visit, end_s in zip(visits, ends_s, strict=True)
        if end_s is not None
    )
