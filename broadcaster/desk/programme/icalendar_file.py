"""Reads a programme from iCalendar (RFC 5545), as conference tools and calendars export it."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar

from broadcaster.desk.programme.talks import (
    MOST_TALKS,
    Programme,
    SkippedEntry,
    UnusableEntry,
    cleaned,
    localised,
    programme_of,
    talk_of,
    too_many,
)
from broadcaster.model.conference.conference_errors import BadProgramme
from broadcaster.model.event import ImportedTalk

DEEPEST = 6
"""Components within components; a calendar with alarms and time zones has three levels."""
LONGEST_TITLE_SHOWN = 120


def read_icalendar(text: str, zone: ZoneInfo) -> Programme:
    """Read the talks of a calendar; takes about half a millisecond for each.

    Args:
        text: of the file.
        zone: of times that name none, or one that is not known.

    Raises:
        BadProgramme: it is not a calendar, or has too many entries.
    """
    lines = _starts(text)
    try:
        calendar: Any = Calendar.from_ical(text)
    except (ValueError, IndexError, KeyError, TypeError, RecursionError) as error:
        raise BadProgramme(
            f"the calendar cannot be read: {cleaned(str(error), 160)}",
            "Export it again, or check the line that is named.",
        ) from None
    entries = [one for one in calendar.subcomponents if one.name == "VEVENT"]
    return programme_of(_entries(entries, lines, zone))


def _starts(text: str) -> list[int]:
    """The lines at which entries begin.

    Raises:
        BadProgramme: components do not end, are nested deeply, or are too many.
    """
    open_components: list[str] = []
    starts = []
    number = 0
    for number, line in enumerate(text.split("\n"), 1):
        kind, _, name = line.rstrip().upper().partition(":")
        if kind == "BEGIN":
            open_components.append(name)
            if name == "VEVENT":
                starts.append(number)
            if len(open_components) > DEEPEST:
                raise _broken(number, f"{name[:20]} is nested too deeply")
            if len(starts) > MOST_TALKS:
                raise too_many(len(starts))
        elif kind == "END" and (not open_components or open_components.pop() != name):
            raise _broken(number, f"END:{name[:20]} ends nothing")
    if open_components:
        raise _broken(number, f"{open_components[-1][:20]} does not end; the file is cut off")
    return starts


def _broken(line: int, detail: str) -> BadProgramme:
    return BadProgramme(f"line {line} of the calendar: {detail}", "Export the calendar again.")


def _entries(
    entries: list[Any], lines: list[int], zone: ZoneInfo
) -> Iterator[ImportedTalk | SkippedEntry]:
    for entry, line in zip(entries, lines, strict=False):
        try:
            yield _talk(entry, zone)
        except UnusableEntry as unusable:
            title = cleaned(str(entry.get("SUMMARY", "")), LONGEST_TITLE_SHOWN)
            yield SkippedEntry(f"line {line}", title, unusable.reason, unusable.message)


def _talk(entry: Any, zone: ZoneInfo) -> ImportedTalk:
    """One entry as a talk.

    Raises:
        UnusableEntry: it is not a talk.
    """
    if str(entry.get("STATUS", "")).upper() == "CANCELLED":
        raise UnusableEntry("cancelled", "It is cancelled.")
    if "RRULE" in entry or "RDATE" in entry:
        raise UnusableEntry("repeats", "It repeats. Write each time as an entry of its own.")
    start = _time(entry, "DTSTART", zone)
    if start is None:
        raise UnusableEntry("no_start", "It has no start.")
    end = _time(entry, "DTEND", zone)
    if end is None and "DURATION" in entry:
        try:
            end = start + entry.decoded("DURATION")
        except (ValueError, TypeError, OverflowError):
            raise UnusableEntry("bad_time", "Its duration cannot be read.") from None
    title, room = str(entry.get("SUMMARY", "")), str(entry.get("LOCATION", ""))
    language = getattr(entry.get("SUMMARY"), "params", {}).get("LANGUAGE")
    return talk_of(_uid(entry, title, room, start), title, room, start, end, language)


def _time(entry: Any, name: str, zone: ZoneInfo) -> datetime | None:
    if name not in entry:
        return None
    try:
        time = entry.decoded(name)
    except (ValueError, TypeError, AttributeError, KeyError):
        time = None
    if isinstance(time, datetime):
        return localised(time, zone)
    if hasattr(time, "year"):
        raise UnusableEntry("all_day", "It takes the whole day, so it is not a talk.")
    raise UnusableEntry("bad_time", f"Its {name} cannot be read.")


def _uid(entry: Any, title: str, room: str, start: datetime) -> str:
    """The entry's id. Without one its address stands in, or what identifies it."""
    uid = str(entry.get("UID", "")).strip() or str(entry.get("URL", "")).strip()
    if not uid:
        text = f"{title}\0{room}\0{start.timestamp()}"
        return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]
    if "RECURRENCE-ID" in entry:
        return f"{uid[:120]} {entry['RECURRENCE-ID'].to_ical().decode()}"
    return uid
