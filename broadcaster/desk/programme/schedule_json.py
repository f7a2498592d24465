"""Reads a programme from schedule.json, which pretalx and frab export."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from broadcaster.desk.programme.talks import (
    LONGEST_TITLE,
    Programme,
    SkippedEntry,
    UnusableEntry,
    cleaned,
    day_later,
    localised,
    programme_of,
    talk_of,
)
from broadcaster.model.conference.conference_errors import BadProgramme
from broadcaster.model.event import ImportedTalk

DAY_BEGINS = time(4, 0)
"""Talks before this time belong to the night of the day before, as the exporters have it."""
_DURATION = re.compile(r"(?:(?:([0-9]{1,3}):)?([0-9]{1,4}):)?([0-9]{1,4})")
_AGAIN = "Export schedule.json again from pretalx or frab."


def read_schedule(text: str, zone: ZoneInfo) -> Programme:
    """Read the talks of a schedule.

    Args:
        text: of the file.
        zone: of times that name none, unless the file names one.

    Raises:
        BadProgramme: it is not such a file, or has too many entries.
    """
    try:
        root = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadProgramme(
            f"line {error.lineno}, column {error.colno} is not JSON: {error.msg}", _AGAIN
        ) from None
    except (ValueError, RecursionError):
        raise BadProgramme("the JSON is nested too deeply or has absurd numbers", _AGAIN) from None
    schedule = _child(root, "schedule", root)
    conference = _child(schedule, "conference", None)
    days = _child(conference, "days", None)
    if not isinstance(days, list):
        raise BadProgramme("the file has no schedule.conference.days", _AGAIN)
    name = _child(conference, "time_zone_name", None)
    if isinstance(name, str) and name in available_timezones():
        zone = ZoneInfo(name)
    return programme_of(_entries(days, zone))


def _entries(days: list[Any], zone: ZoneInfo) -> Iterator[ImportedTalk | SkippedEntry]:
    for day_number, day in enumerate(days, 1):
        rooms = _child(day, "rooms", {})
        if not isinstance(rooms, dict):
            raise BadProgramme(f"day {day_number}: its rooms are not an object", _AGAIN)
        for room, talks in rooms.items():
            if not isinstance(talks, list):
                raise BadProgramme(
                    f"day {day_number}, {cleaned(room, 40)}: its talks are not a list", _AGAIN
                )
            for number, entry in enumerate(talks, 1):
                try:
                    yield _talk(entry, room, _child(day, "date", None), zone)
                except UnusableEntry as unusable:
                    where = f"day {day_number}, {cleaned(room, 40)}, entry {number}"
                    title = cleaned(str(_child(entry, "title", ""))[:1000], LONGEST_TITLE)
                    yield SkippedEntry(where, title, unusable.reason, unusable.message)


def _talk(entry: Any, room: str, day: Any, zone: ZoneInfo) -> ImportedTalk:
    """One entry as a talk.

    Raises:
        UnusableEntry: it is not a talk.
    """
    if not isinstance(entry, dict):
        raise UnusableEntry("not_an_object", "It is not an object with a title and a start.")
    uid = next((str(entry[key]) for key in ("guid", "code", "id", "url") if entry.get(key)), "")
    if not uid:
        raise UnusableEntry("no_id", "It has neither guid, code, id nor url.")
    try:
        start = _start(entry, day, zone)
        end = start + _duration(entry.get("duration"))
    except OverflowError:
        raise UnusableEntry("bad_time", "Its year is too late.") from None
    language = entry.get("language")
    return talk_of(
        uid,
        str(entry.get("title") or ""),
        str(entry.get("room") or room),
        start,
        end if end > start else None,
        language if isinstance(language, str) else None,
    )


def _start(entry: dict[str, Any], day: Any, zone: ZoneInfo) -> datetime:
    for key in ("date", "start"):
        value = entry.get(key)
        if isinstance(value, str) and len(value) > len("2026-11-27"):
            try:
                return localised(datetime.fromisoformat(value), zone)
            except ValueError:
                message = f"Its {key} is not a time like 2026-11-27T09:30:00+01:00."
                raise UnusableEntry("bad_time", message) from None
    try:
        clock = time.fromisoformat(str(entry["start"]).zfill(5))
        begin = datetime.combine(date.fromisoformat(str(day)), clock, tzinfo=zone)
    except (KeyError, ValueError):
        raise UnusableEntry("no_start", "It has no start.") from None
    return day_later(begin) if clock < DAY_BEGINS else begin


def _duration(given: Any) -> timedelta:
    """A duration written `00:30`, or with days before that.

    Raises:
        UnusableEntry: it is not written so.
    """
    if not given:
        return timedelta()
    match = _DURATION.fullmatch(str(given))
    if match is None:
        raise UnusableEntry("bad_time", "Its duration is not hours and minutes like 00:30.")
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def _child(parent: Any, key: str, default: Any) -> Any:
    return parent.get(key, default) if isinstance(parent, dict) else default
