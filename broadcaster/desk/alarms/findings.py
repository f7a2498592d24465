"""Finds in an event's status what an alarm can be about. Pure functions of status and time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from broadcaster.desk.alarms.book import AlarmFinding, AlarmSeverity
from broadcaster.desk.alarms.limits import AlarmLimits
from broadcaster.model.event import EventState
from broadcaster.model.language import FLOOR
from broadcaster.model.status import STALE_AFTER_S, BoothState, BoothStatus, EventStatus

SOUND_IS_BACK_MS = 1_000
"""A floor that was silent for less than this has sound."""
CLEAR_SHARE = 0.8
"""A lag, or a share of the spend cap, is all right again below this share of its limit."""
CLIPPING_PAUSE_S = 4.0
"""Clipped speech has pauses of this length without a clipped sample."""
NOTHING_TO_SAY_MS = 10_000
"""After this long without speech a lag says nothing about now."""
PROCESS_GONE_S = 3.0
"""A process that reports nothing is called gone this long after its last report is outdated."""
EDGE_REMEMBERED_S = 120.0
"""An edge that is gone may never come back, so its alarm ends by itself."""
WITHOUT_SESSION = frozenset({BoothState.CONNECTING, BoothState.RETRYING, BoothState.FAILED})


@dataclass(frozen=True, slots=True)
class EdgeSeen:
    """The last report of an edge: when it came, and how many people were connected."""

    at_ms: int
    connected: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """The knowledge about an event from before its present status.

    Attributes:
        speaker: whether a speaker was connected when the floor last reported.
        edges: the last report of each edge, by its id.
    """

    speaker: bool
    edges: Mapping[str, EdgeSeen]


def is_held(status: EventStatus) -> bool:
    """Whether the spend cap is reached, so that the booths only let the floor be heard."""
    cap_usd = status.event.spend_cap_usd
    return cap_usd is not None and sum(status.spent_usd.values()) >= cap_usd


def findings_of(
    status: EventStatus, earlier: Earlier, limits: AlarmLimits, now_ms: int
) -> list[AlarmFinding]:
    """Everything that an alarm about an event can be about now.

    Args:
        status: of the event.
        earlier: what was known before.
        limits: of the event.
        now_ms: Unix time.
    """
    if status.event.is_over:
        return []
    found = [_spend_cap(status, limits), *_edges(status, earlier, now_ms)]
    if status.event.state is EventState.LIVE:
        found += [*_floor(status, earlier, limits), *_booths(status, limits)]
    return found


def _floor(status: EventStatus, earlier: Earlier, limits: AlarmLimits) -> Iterator[AlarmFinding]:
    floor = status.floor
    gone = floor is None and earlier.speaker
    yield AlarmFinding("floor_gone", "", gone, AlarmSeverity.CRITICAL, raise_after_s=PROCESS_GONE_S)
    speaker = floor is not None and floor.publisher
    yield AlarmFinding(
        "speaker_gone",
        "",
        not speaker and not gone,
        AlarmSeverity.CRITICAL,
        raise_after_s=limits.speaker_gone_s,
        clear_after_s=2.0,
    )
    by_itself = floor is not None and floor.input_reason in {"gone", "silent"}
    yield AlarmFinding("backup_heard", "", by_itself, AlarmSeverity.WARNING)
    silent_ms = floor.silent_ms if floor is not None and speaker else 0
    silent = None if silent_ms >= SOUND_IS_BACK_MS else False
    yield AlarmFinding(
        "silence",
        "",
        silent_ms >= limits.silence_s * 1000 or silent,
        AlarmSeverity.WARNING,
        {"seconds": silent_ms // 1000},
        clear_after_s=2.0,
    )
    yield AlarmFinding(
        "clipping",
        "",
        floor is not None and floor.clipping,
        AlarmSeverity.WARNING,
        {"peak_dbfs": floor.peak_dbfs if floor is not None else None},
        raise_after_s=limits.clipping_s,
        clear_after_s=10.0,
        bridge_s=CLIPPING_PAUSE_S,
    )


def _booths(status: EventStatus, limits: AlarmLimits) -> Iterator[AlarmFinding]:
    yield AlarmFinding(
        "booths_gone",
        "",
        not status.booths_report,
        AlarmSeverity.CRITICAL,
        raise_after_s=PROCESS_GONE_S,
    )
    for channel in status.event.channel_ids():
        booth = status.booths[channel]
        # The floor's own sound needs no booth: what its booth lacks are captions.
        severity = AlarmSeverity.WARNING if channel == FLOOR else AlarmSeverity.CRITICAL
        yield _booth_failed(booth, severity, limits, held=is_held(status))
        if channel != FLOOR:
            yield _lag(booth, status, limits)


def _booth_failed(
    booth: BoothStatus, severity: AlarmSeverity, limits: AlarmLimits, *, held: bool
) -> AlarmFinding:
    failed = booth.state is BoothState.FAILED
    if booth.channel == FLOOR:
        failed = bool(booth.reason)
    return AlarmFinding(
        "booth_failed",
        booth.channel,
        not held and (failed or booth.state in WITHOUT_SESSION),
        severity,
        {"state": booth.state, "error": booth.last_error},
        raise_after_s=0.0 if failed and booth.channel != FLOOR else limits.booth_failed_s,
        clear_after_s=5.0,
        bridge_s=2.0,
    )


def _lag(booth: BoothStatus, status: EventStatus, limits: AlarmLimits) -> AlarmFinding:
    lag_ms, limit_ms = booth.lag_ms or 0, limits.lag_s * 1000
    quiet = status.floor is None or status.floor.silent_ms >= NOTHING_TO_SAY_MS
    holds: bool | None = lag_ms >= limit_ms
    if quiet and booth.queue_ms == 0:
        holds = False
    elif booth.state in WITHOUT_SESSION or limit_ms * CLEAR_SHARE <= lag_ms < limit_ms:
        holds = None
    return AlarmFinding(
        "lag",
        booth.channel,
        holds,
        AlarmSeverity.WARNING,
        {"seconds": round(lag_ms / 1000, 1), "limit_s": limits.lag_s},
        raise_after_s=5.0,
        clear_after_s=5.0,
        bridge_s=2.0,
    )


def _spend_cap(status: EventStatus, limits: AlarmLimits) -> AlarmFinding:
    cap_usd = status.event.spend_cap_usd
    spent_usd = sum(status.spent_usd.values())
    share = spent_usd / cap_usd if cap_usd else 0.0
    limit = limits.spend_percent / 100
    holds: bool | None = share >= limit
    if limit * CLEAR_SHARE <= share < limit:
        holds = None
    return AlarmFinding(
        "spend_cap",
        "",
        holds,
        AlarmSeverity.CRITICAL if share >= 1 else AlarmSeverity.WARNING,
        {"percent": int(share * 100), "cap_usd": cap_usd},
        clear_after_s=0.0,
    )


def _edges(status: EventStatus, earlier: Earlier, now_ms: int) -> Iterator[AlarmFinding]:
    for edge, seen in earlier.edges.items():
        silent_ms = now_ms - seen.at_ms
        if edge not in status.edges and silent_ms > EDGE_REMEMBERED_S * 1000:
            continue
        yield AlarmFinding(
            "edge_gone",
            edge,
            edge not in status.edges and seen.connected > 0,
            AlarmSeverity.CRITICAL,
            {"people": seen.connected},
            raise_after_s=PROCESS_GONE_S,
            clear_after_s=0.0,
        )


def edges_seen(
    status: EventStatus, earlier: Mapping[str, EdgeSeen], now_ms: int
) -> dict[str, EdgeSeen]:
    """The last reports of edges, with those of the present status."""
    forgotten_ms = now_ms - int((EDGE_REMEMBERED_S + STALE_AFTER_S) * 1000)
    kept = {edge: seen for edge, seen in earlier.items() if seen.at_ms > forgotten_ms}
    return kept | {edge: EdgeSeen(now_ms, people) for edge, people in status.edges.items()}
