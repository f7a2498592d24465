"""Collects what the stages report about each event, for the organizer."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any

from broadcaster.model import keys
from broadcaster.model.audio import samples_to_ms
from broadcaster.model.event import Event
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import (
    STALE_AFTER_S,
    BoothState,
    BoothStatus,
    ConsoleStatus,
    EdgeStatus,
    EventStatus,
    FloorStatus,
    ReviewStatus,
    Status,
    statuses,
)
from broadcaster.model.variant import ChannelVariant

log = logging.getLogger("broadcaster.desk")

_NOT_OF_FLOOR = frozenset({"kind", "position"})
_BOOTH_FIELDS = tuple(
    field.name for field in fields(BoothStatus) if field.name not in {"kind", "floor_language"}
)
BOARD_LINGER_S = 180.0
"""How long an event's status is collected after the last question; Prometheus asks seldom."""


class Board:
    """Collects the status of the events that somebody asks about."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._tasks = asyncio.TaskGroup()
        self._asked_at: dict[str, float] = {}
        self._reports: dict[str, dict[str, tuple[float, Status]]] = {}

    async def run(self) -> None:
        """Run the subscriptions until cancelled."""
        async with self._tasks:
            await asyncio.get_running_loop().create_future()

    def event_status(self, event: Event, spent_usd: Mapping[str, float]) -> EventStatus:
        """Return the stages' reports about an event of the last `STALE_AFTER_S`.

        The first call for an event starts to collect its status, so its answer may be empty.

        Args:
            event: the event, from its record.
            spent_usd: cost by channel, from its record.
        """
        self._asked_at[event.id] = self._clock.monotonic()
        if event.id not in self._reports:
            self._reports[event.id] = {}
            self._tasks.create_task(self._listen(event.id), name=f"board:{event.id}")
        fresh = self._fresh(event.id)
        floor = next((status for status in fresh if isinstance(status, FloorStatus)), None)
        booths = {channel: BoothStatus(channel, BoothState.IDLE) for channel in event.channel_ids()}
        listeners: Counter[str] = Counter()
        readers: Counter[str] = Counter()
        edges: dict[str, int] = {}
        for status in fresh:
            if isinstance(status, BoothStatus):
                booths[status.channel] = status
            elif isinstance(status, EdgeStatus):
                for name, count in status.listeners.items():
                    listeners[ChannelVariant.parse(name).channel] += count
                readers.update(status.readers)
                connected = sum(status.listeners.values()) + sum(status.readers.values())
                edges[status.edge] = connected
        # The floor needs no booth: its booth reports about captions only.
        booths[FLOOR] = replace(
            booths[FLOOR],
            state=BoothState.LIVE,
            lag_ms=0,
            level_dbfs=(floor or FloorStatus()).level_dbfs,
        )
        reviews = [status for status in fresh if isinstance(status, ReviewStatus)]
        return EventStatus(
            event,
            floor,
            booths,
            listeners,
            readers,
            spent_usd,
            booths_report=any(isinstance(status, BoothStatus) for status in fresh),
            edges=edges,
            reviewers=sum(one.reviewers for one in reviews),
            corrections=max((one.corrections for one in reviews), default=0),
        )

    def snapshot(self, event: Event, spent_usd: Mapping[str, float]) -> dict[str, Any]:
        """The status of an event in the form of `GET /api/events/{event}/status`."""
        seen = self.event_status(event, spent_usd)
        floor, language = seen.floor, seen.booths[FLOOR].floor_language or None
        cost_usd = sum(spent_usd.values())
        cap_usd = event.spend_cap_usd
        return {
            "state": event.state,
            "position_ms": samples_to_ms(floor.position) if floor else 0,
            "cost_usd": cost_usd,
            "spend_cap_usd": cap_usd,
            "held": cap_usd is not None and cost_usd >= cap_usd,
            "review": {
                "reviewers": seen.reviewers,
                "corrections": seen.corrections,
                "hold_back_s": event.hold_back_s,
            },
            "floor": _floor_body(floor) | {"language": language} if floor else None,
            "channels": [
                _booth_body(seen.booths[channel])
                | {
                    "cost_usd": spent_usd.get(channel, 0.0),
                    "listeners": seen.listeners.get(channel, 0),
                    "readers": seen.readers.get(channel, 0),
                }
                for channel in event.channel_ids()
            ],
        }

    def store(self) -> dict[str, Any]:
        """The store as this process sees it, in the form of `GET /api/store`."""
        status = self._bus.store_status()
        return asdict(status) | {"low_space": status.low_space}

    def _fresh(self, event_id: str) -> list[Status]:
        now = self._clock.monotonic()
        reports = self._reports[event_id]
        for sender in [name for name, (at, _) in reports.items() if now - at > STALE_AFTER_S]:
            del reports[sender]
        return [status for _, status in reports.values()]

    async def _listen(self, event_id: str) -> None:
        async with self._bus.subscribe(keys.status(event_id)) as messages:
            async for status in statuses(messages):
                now = self._clock.monotonic()
                if now - self._asked_at[event_id] > BOARD_LINGER_S:
                    break
                self._reports[event_id][_sender(status)] = (now, status)
        del self._reports[event_id]


def _sender(status: Status) -> str:
    match status:
        case BoothStatus(channel=channel):
            return f"booth {channel}"
        case EdgeStatus(edge=edge):
            return f"edge {edge}"
        case ReviewStatus(desk=desk):
            return f"review {desk}"
        case ConsoleStatus(channel=channel):
            return f"console {channel}"
        case FloorStatus():
            return "floor"


def _floor_body(status: FloorStatus) -> dict[str, Any]:
    return {name: value for name, value in asdict(status).items() if name not in _NOT_OF_FLOOR}


def _booth_body(status: BoothStatus) -> dict[str, Any]:
    """The status as JSON. All fields are plain values; `asdict` would copy each of them deeply."""
    return {name: getattr(status, name) for name in _BOOTH_FIELDS}
