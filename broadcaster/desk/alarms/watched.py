"""One event under watch: its alarms, and what its log tells of speaker and booths."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from broadcaster.desk.alarms.book import (
    Alarm,
    AlarmBook,
    AlarmChange,
    AlarmFinding,
    AlarmSeverity,
)
from broadcaster.desk.alarms.findings import (
    WITHOUT_SESSION,
    Earlier,
    EdgeSeen,
    edges_seen,
    findings_of,
    is_held,
)
from broadcaster.desk.alarms.limits import AlarmLimits
from broadcaster.desk.journal.changes import Happening
from broadcaster.desk.journal.entries import Values
from broadcaster.model.event import EventState
from broadcaster.model.language import FLOOR
from broadcaster.model.status import STALE_AFTER_S, BoothState, BoothStatus, EventStatus


@dataclass(slots=True)
class WatchedEvent:
    """The findings about one event, from one second to the next.

    Attributes:
        begun_ms: Unix time at which this process began to watch it. Reports of the stages need a
            moment to come in, so nothing is judged in the first seconds.
        speaker: whether a speaker was connected when the floor last reported.
        failed: channels whose booth has no session.
        reconnects: sessions of each channel that have failed.
        providers: the service that interprets each channel.
        book: the alarms.
        edges: the last report of each edge.
    """

    begun_ms: int
    speaker: bool = False
    failed: set[str] = field(default_factory=set)
    reconnects: dict[str, int] = field(default_factory=dict)
    providers: dict[str, str] = field(default_factory=dict)
    book: AlarmBook = field(default_factory=AlarmBook)
    edges: dict[str, EdgeSeen] = field(default_factory=dict)

    def observe(
        self, status: EventStatus, now_ms: int, more: Iterable[AlarmFinding] = ()
    ) -> list[Happening]:
        """Take an event's status of now; returns what its log should tell.

        Args:
            status: of the event.
            now_ms: Unix time.
            more: what else an alarm can be about.
        """
        self.edges = edges_seen(status, self.edges, now_ms)
        if now_ms - self.begun_ms < STALE_AFTER_S * 1000:
            return []
        earlier = Earlier(self.speaker, self.edges)
        limits = AlarmLimits.of(status.event.alarm_limits)
        found = [*findings_of(status, earlier, limits, now_ms), *more]
        return [
            *self._observe_speaker(status),
            *self._observe_booths(status),
            *(told(change) for change in self.book.judge(found, now_ms)),
        ]

    def _observe_speaker(self, status: EventStatus) -> list[Happening]:
        if status.floor is None or status.floor.publisher is self.speaker:
            return []
        self.speaker = status.floor.publisher
        return [("speaker_came" if self.speaker else "speaker_left", {})]

    def _observe_booths(self, status: EventStatus) -> list[Happening]:
        if status.event.state is not EventState.LIVE or is_held(status):
            return []
        found: list[Happening] = []
        for channel, booth in status.booths.items():
            known = self.reconnects.get(channel, booth.reconnects)
            self.reconnects[channel] = booth.reconnects
            if _has_no_session(booth) and booth.state is not BoothState.CONNECTING:
                if channel not in self.failed:
                    self.failed.add(channel)
                    found.append(("booth_failed", _about(booth)))
            elif channel in self.failed and not _has_no_session(booth):
                self.failed.remove(channel)
                if booth.state is not BoothState.IDLE:
                    found.append(("booth_recovered", {"channel": channel}))
            elif booth.reconnects > known and channel not in self.failed:
                found.append(("booth_reconnected", _about(booth)))
            found += self._observe_provider(booth)
        return found

    def _observe_provider(self, booth: BoothStatus) -> list[Happening]:
        """Another service interprets a channel, because of trouble or when that is over."""
        before = self.providers.get(booth.channel, "")
        if not booth.provider or booth.provider == before:
            return []
        self.providers[booth.channel] = booth.provider
        if not before:
            return []
        values: Values = {"channel": booth.channel, "before": before, "after": booth.provider}
        if not booth.fallback:
            return [("engine_returned", values)]
        return [("engine_changed", {**values, "error": booth.last_error})]

    def to_json(self) -> bytes:
        """The form of its record on the bus."""
        return json.dumps(
            {
                "alarms": [asdict(alarm) for alarm in self.book.active],
                "speaker": self.speaker,
                "failed": sorted(self.failed),
            }
        ).encode()

    @classmethod
    def from_json(cls, data: bytes, now_ms: int) -> "WatchedEvent":
        """Go on with the findings of another process.

        Raises:
            ValueError: the data is not what `to_json` wrote.
        """
        try:
            raw = json.loads(data)
            alarms = [
                Alarm(**one | {"severity": AlarmSeverity(one["severity"])}) for one in raw["alarms"]
            ]
            book = AlarmBook(alarms)
            return cls(now_ms, bool(raw["speaker"]), set(raw["failed"]), book=book)
        except (KeyError, TypeError) as wrong:
            raise ValueError("not a watched event") from wrong


def _has_no_session(booth: BoothStatus) -> bool:
    if booth.channel == FLOOR:
        return bool(booth.reason)
    return booth.state in WITHOUT_SESSION


def _about(booth: BoothStatus) -> Values:
    state = BoothState.RETRYING if booth.channel == FLOOR else booth.state
    return {"channel": booth.channel, "state": state, "error": booth.last_error}


def told(change: AlarmChange) -> Happening:
    """A change of an alarm as an entry of a log."""
    alarm = change.alarm
    what = "alarm_raised" if change.raised else "alarm_cleared"
    values: Values = {"alarm": alarm.id, "subject": alarm.subject, "severity": alarm.severity}
    return (what, {**values, **alarm.values} if change.raised else values)
