"""Reads a programme from iCalendar (RFC 5545), as conference tools and calendars export it."""

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

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
MOST_LINES = 100_000
"""Of a calendar, long ones unfolded. They take about two seconds to read."""
MOST_OBSERVANCES = 200
"""Changes of the clock, in all time zones that a calendar describes."""
_YEARLY = re.compile(
    r"(?:(?:FREQ=YEARLY|BYMONTH=[0-9]{1,2}|BYDAY=[+-]?[1-5]?[A-Z]{2}|BYMONTHDAY=[0-9,+-]{1,30}"
    r"|INTERVAL=[0-9]{1,3}|COUNT=[0-9]{1,3}|UNTIL=[0-9TZ]{1,20}|WKST=[A-Z]{2})(?:;|$))+"
)
"""A rule by which a clock changes, a few times a year. The reader writes out each time of it."""


def read_icalendar(text: str, zone: ZoneInfo) -> Programme:
    """Read the talks of a calendar; takes about half a millisecond for each.

    Args:
        text: of the file.
        zone: of times that name none, or one that is not known.

    Raises:
        BadProgramme: it is not a calendar, or has too many entries.
    """
    from icalendar import Calendar

    lines = _starts(text)
    _check_effort(text)
    try:
        calendar: Any = Calendar.from_ical(text)
    except (ValueError, IndexError, KeyError, TypeError, RecursionError) as error:
        raise BadProgramme(
            f"the calendar cannot be read: {cleaned(str(error), 160)}",
            "Export it again, or check the line that is named.",
        ) from None
    entries = [one for one in calendar.subcomponents if one.name == "VEVENT"]
    return programme_of(_entries(entries, lines, zone))


_AGAIN = "Export the calendar again."
_WITHOUT_ZONES = "Export the calendar with times in UTC, or with named time zones."


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


def _check_effort(text: str) -> None:
    """Check that reading will not take long.

    Raises:
        BadProgramme: there are too many lines, or a time zone's clock changes all the time.
    """
    from icalendar.parser import Contentlines

    reader: Any = Contentlines
    lines = [str(line).strip().upper() for line in reader.from_ical(text)]
    if len(lines) > MOST_LINES:
        raise BadProgramme(
            f"the calendar has {len(lines):,} lines, and {MOST_LINES:,} are possible",
            "Export the programme without attachments.",
        )
    observances = 0
    in_observance = False
    for line in lines:
        head, _, value = line.partition(":")
        name = head.partition(";")[0].strip()
        if name in {"BEGIN", "END"}:
            if name != head:
                raise BadProgramme(f"the calendar has an odd {name}: {cleaned(line, 60)}", _AGAIN)
            in_observance = name == "BEGIN" and value.strip() in {"STANDARD", "DAYLIGHT"}
            observances += in_observance
        elif in_observance and name == "RRULE" and not _is_yearly(value):
            raise BadProgramme(
                "the calendar describes a time zone whose clock changes too often", _WITHOUT_ZONES
            )
    if observances > MOST_OBSERVANCES:
        raise BadProgramme(
            f"the calendar describes {observances:,} changes of clocks, and {MOST_OBSERVANCES} are"
            " possible",
            _WITHOUT_ZONES,
        )


def _is_yearly(rule: str) -> bool:
    """Whether the clock changes a few times a year."""
    parts = [part.partition("=")[0] for part in rule.split(";")]
    is_plain = len(set(parts)) == len(parts) and "FREQ" in parts
    return (
        bool(_YEARLY.fullmatch(rule)) and is_plain and ("BYDAY" not in parts or "BYMONTH" in parts)
    )


def _broken(line: int, detail: str) -> BadProgramme:
    return BadProgramme(f"line {line} of the calendar: {detail}", _AGAIN)


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
        again = entry["RECURRENCE-ID"]
        if isinstance(again, list):
            raise UnusableEntry("bad_time", "It has more than one RECURRENCE-ID.")
        return f"{uid[:120]} {again.to_ical().decode()}"
    return uid
