"""Finds out what is new about an event, for those who are told by webhook."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from broadcaster.model.event import Event, EventState
from broadcaster.model.outputs.happening import (
    ALARM_CLEARED,
    ALARM_RAISED,
    CLOSED,
    LIVE,
    TRANSCRIPT_READY,
    Happened,
)
from broadcaster.model.records.json_form import StrictJsonForm

FILE_TYPES = ("vtt", "txt")
_ON_AIR = frozenset({EventState.LIVE, EventState.PAUSED})

AlarmBody = Mapping[str, Any]
"""An alarm as `GET /api/alarms` shows it."""


@dataclass(frozen=True, slots=True)
class ToldNews(StrictJsonForm):
    """The news of an event that were written already.

    Attributes:
        number: of the last one.
        on_air: whether the last state that was told is on air.
        live_at_ms: the start that was told last; None before the first one.
        transcript_due: the event has closed, and its transcript was not announced.
        alarms: those that are raised, by id and subject, with their severity.
        pending: news that may not be in the stream yet.
    """

    number: int = 0
    on_air: bool = False
    live_at_ms: int | None = None
    transcript_due: bool = False
    alarms: Mapping[str, str] = field(default_factory=dict)
    pending: tuple[Happened, ...] = ()

    @classmethod
    def of(cls, event: Event, alarms: Iterable[AlarmBody]) -> Self:
        """The state when the first webhook is added, which is no news."""
        on_air = event.state in _ON_AIR
        raised = {_key(one): str(one["severity"]) for one in alarms}
        return cls(on_air=on_air, live_at_ms=event.live_at_ms, alarms=raised)


def news_of(
    told: ToldNews,
    event: Event,
    alarms: Iterable[AlarmBody],
    now_ms: int,
    *,
    complete: bool,
    base: str,
) -> ToldNews:
    """The record with what is new as `pending`; the same record if nothing is.

    Args:
        told: what was told.
        event: as it is now.
        alarms: that are raised now.
        now_ms: Unix time.
        complete: whether all captions of the closed event are in the store.
        base: beginning of the links.
    """
    found: list[tuple[str, int, dict[str, Any]]] = []
    after = told
    began = event.live_at_ms is not None and told.live_at_ms is None
    on_air = event.state in _ON_AIR
    about = {"title": event.title}
    if (on_air and not told.on_air) or (began and not told.on_air):
        found.append((LIVE, now_ms if told.live_at_ms else event.live_at_ms or now_ms, about))
        after = replace(after, on_air=True, live_at_ms=event.live_at_ms, transcript_due=False)
    raised = {_key(one): one for one in alarms}
    cleared = sorted(after.alarms.keys() - raised.keys())
    found += [(ALARM_CLEARED, now_ms, _alarm_named(key)) for key in cleared]
    found += [
        (ALARM_RAISED, int(one["since_ms"]), _alarm(one))
        for key, one in raised.items()
        if after.alarms.get(key) != one["severity"]
    ]
    after = replace(after, alarms={key: str(one["severity"]) for key, one in raised.items()})
    if after.on_air and not on_air and event.is_over:
        found.append((CLOSED, event.closed_at_ms or now_ms, about))
        after = replace(after, on_air=False, transcript_due=True)
    if after.transcript_due and complete:
        found.append((TRANSCRIPT_READY, now_ms, {**about, "files": _files(event, base)}))
        after = replace(after, transcript_due=False)
    pending = tuple(
        Happened(f"{event.id}.{after.number + place}", what, at_ms, data)
        for place, (what, at_ms, data) in enumerate(found, 1)
    )
    return replace(after, number=after.number + len(pending), pending=pending)


def _key(alarm: AlarmBody) -> str:
    return f"{alarm['id']} {alarm['subject']}"


def _alarm(alarm: AlarmBody) -> dict[str, Any]:
    return {
        "alarm": alarm["id"],
        "subject": alarm["subject"],
        "severity": str(alarm["severity"]),
        "values": dict(alarm["values"]),
    }


def _alarm_named(key: str) -> dict[str, Any]:
    alarm, _, subject = key.partition(" ")
    return {"alarm": alarm, "subject": subject}


def _files(event: Event, base: str) -> list[dict[str, str]]:
    return [
        {
            "channel": channel,
            "file_type": file_type,
            "address": f"{base}/e/{event.id}/transcript/{channel}.{file_type}",
        }
        for channel in event.channel_ids()
        for file_type in FILE_TYPES
    ]
