"""One entry of a log, and the record that holds a whole log."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from broadcaster.model.records.json_form import JsonForm

MOST_ENTRIES = 1_000
"""Entries of one log. For each one more, the oldest of the actor with the most entries is dropped
and counted: nobody can push out what others did."""
REPEATED_MS = 10_000
"""An entry like the one before, so soon after it, is counted with that one."""
LONGEST_TEXT = 200
MOST_VALUES = 12
MOST_ITEMS = 20

Value = str | int | float | bool | None | tuple[str, ...]
Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """Something that was done or that happened.

    Attributes:
        number: its place in the log, from 1; it never changes.
        at_ms: Unix time.
        what: stable id of the kind of happening, snake case.
        actor: the name of whoever did it; `system` if nobody did.
        values: details by name. Never words that people said, and never secrets.
        times: how often it was done, one time after the other.
    """

    number: int
    at_ms: int
    what: str
    actor: str
    values: Values
    times: int = 1


@dataclass(frozen=True, slots=True)
class JournalRecord(JsonForm):
    """A whole log, as it is stored.

    Attributes:
        entries: oldest first, at most `MOST_ENTRIES`.
        dropped: entries that made room for others.
    """

    entries: tuple[JournalEntry, ...] = ()
    dropped: int = 0

    def with_entry(self, at_ms: int, what: str, actor: str, values: Values) -> "JournalRecord":
        """The log with one entry more, or with the last one repeated. Long texts are cut."""
        last = self.entries[-1] if self.entries else None
        number = last.number + 1 if last is not None else self.dropped + 1
        entry = JournalEntry(number, at_ms, what, actor[:LONGEST_TEXT], bounded(values))
        if last is not None and last.at_ms + REPEATED_MS > at_ms and _is_same(last, entry):
            repeated = replace(last, times=last.times + 1)
            return replace(self, entries=(*self.entries[:-1], repeated))
        entries = [*self.entries, entry]
        while len(entries) > MOST_ENTRIES:
            entries.remove(_least_missed(entries))
        dropped = self.dropped + 1 + len(self.entries) - len(entries)
        return replace(self, entries=tuple(entries), dropped=dropped)

    def before(self, number: int | None, limit: int) -> tuple[JournalEntry, ...]:
        """The newest `limit` entries with a smaller number than `number`, newest first."""
        older = [one for one in self.entries if number is None or one.number < number]
        return tuple(older[: -limit - 1 : -1])


def _is_same(one: JournalEntry, other: JournalEntry) -> bool:
    return (one.what, one.actor, one.values) == (other.what, other.actor, other.values)


def _least_missed(entries: list[JournalEntry]) -> JournalEntry:
    """The oldest entry of the actor with the most entries."""
    counts = Counter(entry.actor for entry in entries)
    most = max(counts.values())
    return next(entry for entry in entries if counts[entry.actor] == most)


def bounded(values: Values) -> Values:
    """The values, with long texts and lists cut."""
    return {name: _cut(value) for name, value in list(values.items())[:MOST_VALUES]}


def _cut(value: Value) -> Value:
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    if isinstance(value, tuple):
        return tuple(one[:LONGEST_TEXT] for one in value[:MOST_ITEMS])
    return value
