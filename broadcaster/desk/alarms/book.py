"""Raises and clears alarms, so that what flickers around a limit does not flap."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from broadcaster.desk.journal.entries import Values


class AlarmSeverity(StrEnum):
    """How bad it is: `critical` is heard or read by the audience, or will be at once."""

    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class AlarmFinding:
    """One thing that an alarm can be about, as it is now.

    Attributes:
        alarm: stable id of the alarm.
        subject: the channel or edge that it is about; empty for all of the event.
        holds: whether it is the case; None between the limits, or while nobody can tell.
        severity: of the alarm.
        values: details for people.
        raise_after_s: it must hold for this long.
        clear_after_s: it must have ended for this long.
        bridge_s: shorter interruptions do not count before it is raised.
    """

    alarm: str
    subject: str
    holds: bool | None
    severity: AlarmSeverity
    values: Values = field(default_factory=dict)
    raise_after_s: float = 0.0
    clear_after_s: float = 3.0
    bridge_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm that is raised.

    Attributes:
        id: stable id.
        subject: the channel or edge that it is about; empty for all of the event.
        since_ms: Unix time from which on it was the case.
        severity: how bad it is.
        values: details for people, of the moment it was raised.
    """

    id: str
    subject: str
    since_ms: int
    severity: AlarmSeverity
    values: Values


@dataclass(frozen=True, slots=True)
class AlarmChange:
    """An alarm that was raised, raised again with another severity, or cleared."""

    alarm: Alarm
    raised: bool


@dataclass(frozen=True, slots=True)
class _Pending:
    """A finding that may become an alarm: when it began, and when it was last the case."""

    began_ms: int
    last_ms: int


_Key = tuple[str, str]


class AlarmBook:
    """The alarms of one event, or of the installation.

    Args:
        active: those that were raised before.
    """

    def __init__(self, active: Iterable[Alarm] = ()) -> None:
        self._active: dict[_Key, Alarm] = {(one.id, one.subject): one for one in active}
        self._pending: dict[_Key, _Pending] = {}
        self._ended_ms: dict[_Key, int] = {}

    @property
    def active(self) -> tuple[Alarm, ...]:
        """The alarms that are raised now, in the order in which they were."""
        return tuple(self._active.values())

    def judge(self, findings: Iterable[AlarmFinding], now_ms: int) -> list[AlarmChange]:
        """Take the findings of one moment. An alarm without a finding is cleared at once.

        Args:
            findings: about everything that can raise an alarm now.
            now_ms: Unix time.
        """
        changes: list[AlarmChange] = []
        seen: set[_Key] = set()
        for finding in findings:
            key = (finding.alarm, finding.subject)
            seen.add(key)
            change = (
                self._judge_active(key, finding, now_ms)
                if key in self._active
                else self._judge_pending(key, finding, now_ms)
            )
            if change is not None:
                changes.append(change)
        for key in self._pending.keys() - seen:
            del self._pending[key]
        changes += [self._clear(key) for key in list(self._active) if key not in seen]
        return changes

    def _judge_pending(self, key: _Key, finding: AlarmFinding, now_ms: int) -> AlarmChange | None:
        pending = self._pending.get(key)
        if not finding.holds:
            if pending is not None and now_ms - pending.last_ms > finding.bridge_s * 1000:
                del self._pending[key]
            return None
        began_ms = pending.began_ms if pending is not None else now_ms
        if now_ms - began_ms < finding.raise_after_s * 1000:
            self._pending[key] = _Pending(began_ms, now_ms)
            return None
        self._pending.pop(key, None)
        alarm = Alarm(finding.alarm, finding.subject, began_ms, finding.severity, finding.values)
        self._active[key] = alarm
        return AlarmChange(alarm, raised=True)

    def _judge_active(self, key: _Key, finding: AlarmFinding, now_ms: int) -> AlarmChange | None:
        if finding.holds is False:
            ended_ms = self._ended_ms.setdefault(key, now_ms)
            return self._clear(key) if now_ms - ended_ms >= finding.clear_after_s * 1000 else None
        self._ended_ms.pop(key, None)
        known = self._active[key]
        if finding.holds is None or finding.severity is known.severity:
            return None
        alarm = replace(known, severity=finding.severity, values=finding.values)
        self._active[key] = alarm
        return AlarmChange(alarm, raised=True)

    def _clear(self, key: _Key) -> AlarmChange:
        self._ended_ms.pop(key, None)
        return AlarmChange(self._active.pop(key), raised=False)
