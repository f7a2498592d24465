"""Reads programmes as conference tools write them, and broken ones."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from broadcaster.desk.programme.importer import read_programme
from broadcaster.desk.programme.talks import MOST_TALKS
from broadcaster.model.conference.conference_errors import BadProgramme
from broadcaster.model.event import ImportedTalk

BERLIN = "Europe/Berlin"


def calendar(*entries: str, head: str = "") -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\n{entry}\r\nEND:VEVENT\r\n" for entry in entries)
    begin = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//\r\n"
    return f"{begin}{head}{body}END:VCALENDAR\r\n".encode()


def entry(*lines: str, start: str = "DTSTART:20261127T090000Z", uid: str = "UID:a@x") -> str:
    return "\r\n".join(filter(None, (uid, start, "SUMMARY:A talk", "LOCATION:Hall 1", *lines)))


def schedule(*talks: dict[str, Any], zone: str | None = BERLIN, day: str = "2026-11-27") -> bytes:
    conference: dict[str, Any] = {
        "acronym": "water26",
        "title": "Water",
        "days": [{"index": 1, "date": day, "rooms": {"Hall 1": list(talks)}}],
    }
    if zone:
        conference["time_zone_name"] = zone
    return json.dumps({"schedule": {"version": "1.0", "conference": conference}}).encode()


def talk(**more: Any) -> dict[str, Any]:
    return {
        "guid": "6a3f0d5c",
        "id": 17,
        "date": "2026-11-27T10:00:00+01:00",
        "start": "10:00",
        "duration": "00:45",
        "room": "Hall 1",
        "title": "A talk",
        "language": "en",
        "persons": [{"public_name": "Ada"}],
    } | more


def only(file: bytes, zone: str = BERLIN) -> ImportedTalk:
    programme = read_programme(file, zone)
    assert not programme.skipped
    [found] = programme.talks
    return found


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("DTSTART:20261127T090000Z", "2026-11-27T09:00"),
        ("DTSTART;TZID=Europe/Berlin:20261127T100000", "2026-11-27T09:00"),
        ("DTSTART;TZID=America/New_York:20261127T040000", "2026-11-27T09:00"),
        ("DTSTART:20261127T100000", "2026-11-27T09:00"),
        ("DTSTART;TZID=Hall time:20261127T100000", "2026-11-27T09:00"),
        ("DTSTART;TZID=Europe/Berlin:20260329T013000", "2026-03-29T00:30"),
        ("DTSTART;TZID=Europe/Berlin:20260329T033000", "2026-03-29T01:30"),
        ("DTSTART;TZID=Europe/Berlin:20261025T023000", "2026-10-25T00:30"),  # the first of two
        ("DTSTART;TZID=Europe/Berlin:20261025T033000", "2026-10-25T02:30"),
    ],
)
def test_times_of_a_calendar(start: str, expected: str) -> None:
    assert only(calendar(entry(start=start))).starts_at_ms == ms(expected)


def test_a_calendar_entry_becomes_a_talk() -> None:
    found = only(
        calendar(
            "UID:pretalx-water26-ABC@talks.example\r\nDTSTAMP:20261101T000000Z\r\n"
            "DTSTART:20261127T090000Z\r\nDTEND:20261127T094500Z\r\n"
            "SUMMARY;LANGUAGE=de:Wasser\\, Rohre und eine sehr lange Zeile\r\n  die umbricht\r\n"
            "LOCATION:Hall 1\r\nDESCRIPTION:x\r\n BEGIN:VEVENT in a folded line\r\n"
            "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM"
        )
    )
    assert found == ImportedTalk(
        "pretalx-water26-ABC@talks.example",
        "Wasser, Rohre und eine sehr lange Zeile die umbricht",
        "Hall 1",
        ms("2026-11-27T09:00"),
        ms("2026-11-27T09:45"),
        "de",
    )


def test_a_duration_stands_for_an_end() -> None:
    assert only(calendar(entry("DURATION:PT45M"))).ends_at_ms == ms("2026-11-27T09:45")
    assert only(calendar(entry("DTEND:20261127T080000Z"))).ends_at_ms is None


def test_an_entry_without_uid_is_known_again() -> None:
    by_address = entry("URL:https://talks.example/1", uid="")
    assert only(calendar(by_address)).uid == "https://talks.example/1"
    file = calendar(entry(uid=""))
    assert only(file).uid == only(file).uid
    assert only(file).uid != only(calendar(entry("LOCATION:Hall 2", uid=""))).uid


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (entry(start="DTSTART;VALUE=DATE:20261127"), "all_day"),
        (entry("RRULE:FREQ=SECONDLY"), "repeats"),
        (entry("RDATE:20261128T090000Z"), "repeats"),
        (entry("STATUS:CANCELLED"), "cancelled"),
        (entry(start=""), "no_start"),
        (entry(start="DTSTART:tomorrow"), "bad_time"),
        (entry(start="DTSTART:10261127T090000Z"), "bad_time"),
        (entry("DURATION:long"), "bad_time"),
        ("UID:a@x\r\nDTSTART:20261127T090000Z", "no_title"),
        ("UID:a@x\r\nDTSTART:20261127T090000Z\r\nSUMMARY: \\n ", "no_title"),
    ],
)
def test_an_entry_that_is_no_talk_is_named_with_its_line(text: str, reason: str) -> None:
    programme = read_programme(calendar(entry(uid="UID:b@x"), text), BERLIN)
    [skipped] = programme.skipped
    assert (skipped.where, skipped.reason) == ("line 10", reason)
    assert skipped.message
    assert len(programme.talks) == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "2026-11-27T09:00"),
        ({"date": "2026-11-27T10:00:00"}, "2026-11-27T09:00"),
        ({"date": None}, "2026-11-27T09:00"),
        ({"date": None, "start": "9:30"}, "2026-11-27T08:30"),
        ({"date": None, "start": "00:30"}, "2026-11-27T23:30"),  # after midnight, of that day
        ({"date": None, "start": "2026-11-27T10:00:00+01:00"}, "2026-11-27T09:00"),
    ],
)
def test_times_of_a_schedule(change: dict[str, Any], expected: str) -> None:
    assert only(schedule(talk(**change)), "UTC").starts_at_ms == ms(expected)


def test_a_schedule_entry_becomes_a_talk() -> None:
    found = only(schedule(talk()))
    expected = ("6a3f0d5c", "A talk", "Hall 1", ms("2026-11-27T09:00"), ms("2026-11-27T09:45"))
    assert found == ImportedTalk(*expected, "en")


@pytest.mark.parametrize(
    ("change", "uid"),
    [({"guid": None, "code": "K7F"}, "K7F"), ({"guid": ""}, "17"), ({"guid": "g"}, "g")],
)
def test_the_id_of_a_schedule_entry(change: dict[str, Any], uid: str) -> None:
    assert only(schedule(talk(**change))).uid == uid


@pytest.mark.parametrize("language", ["", None, "klingon", 5, ["de"]])
def test_a_language_that_is_not_known_is_left_out(language: Any) -> None:
    assert only(schedule(talk(language=language))).source_language is None
    assert only(schedule(talk(language="pt_BR"))).source_language == "pt-BR"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": None}, "no_title"),
        ({"guid": None, "id": None}, "no_id"),
        ({"date": None, "start": None}, "no_start"),
        ({"date": "2026-99-27T10:00:00"}, "bad_time"),
        ({"date": "9026-11-27T10:00:00"}, "bad_time"),
        ({"duration": "long"}, "bad_time"),
        ({"duration": "1:1:1:1"}, "bad_time"),
    ],
)
def test_a_schedule_entry_that_is_no_talk_is_named(change: dict[str, Any], reason: str) -> None:
    programme = read_programme(schedule(talk(guid="other"), talk(**change)), BERLIN)
    [skipped] = programme.skipped
    assert (skipped.where, skipped.reason) == ("day 1, Hall 1, entry 2", reason)


def test_a_second_entry_of_one_id_is_left_out() -> None:
    programme = read_programme(schedule(talk(), talk(title="Again")), BERLIN)
    assert [one.title for one in programme.talks] == ["A talk"]
    assert [one.reason for one in programme.skipped] == ["same_id"]


def test_a_schedule_without_its_wrapper_is_read() -> None:
    inner = json.loads(schedule(talk()))["schedule"]
    assert only(json.dumps(inner).encode()).title == "A talk"


def test_long_and_odd_texts_are_made_to_fit() -> None:
    found = only(schedule(talk(title="a\0\n" + "b" * 500, room="c" * 500, guid="d" * 5000)))
    assert len(found.title) == 120
    assert found.title.startswith("a b")
    assert (len(found.room), len(found.uid)) == (80, 200)


def clock(rule: str) -> str:
    """A time zone of a calendar's own, whose clock changes by a rule."""
    return (
        "BEGIN:VTIMEZONE\r\nTZID:Own\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\n"
        "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"
        f"{rule}\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )


@pytest.mark.parametrize(
    "rule",
    [
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
        "RRULE:FREQ=YEARLY;INTERVAL=1;BYMONTH=3;BYMONTHDAY=8,9,10,11,12,13,14;BYDAY=SU",
        "RRULE:FREQ=YEARLY;UNTIL=20061029T010000Z;BYDAY=-1SU;BYMONTH=10;WKST=MO",
    ],
)
def test_a_calendar_may_describe_its_time_zone(rule: str) -> None:
    file = calendar(entry(start="DTSTART;TZID=Own:20261127T093000"), head=clock(rule))
    assert only(file).starts_at_ms == ms("2026-11-27T07:30")


@pytest.mark.parametrize(
    "rule",
    [
        "RRULE:FREQ=SECONDLY",
        "RRULE;X=1:FREQ=SECONDLY",
        'RRULE;X="FREQ=YEARLY:":FREQ=SECONDLY',
        "RRU\r\n LE:FREQ=SECONDLY",
        "RRU\n\n LE:FREQ=SECONDLY",
        "X:\vEND:STANDARD\r\nRRULE:FREQ=SECONDLY",
        "RRULE:FREQ=YEARLY;FREQ=SECONDLY",
        "RRULE:FREQ=YEARLY;BYMONTH=1;BYDAY=SU;BYSECOND=1,2,3",
        "RRULE:FREQ=YEARLY;BYDAY=SU",
        "RRULE:FREQ=DAILY",
    ],
)
def test_a_clock_that_changes_all_the_time_is_refused(rule: str) -> None:
    """The reader would write out each of two thousand million seconds until 2038."""
    with pytest.raises(BadProgramme, match="changes too often"):
        read_programme(calendar(entry(), head=clock(rule)), BERLIN)


@pytest.mark.parametrize(
    "change",
    [
        {"date": "9999-12-31T23:00:00", "duration": "100:00:00"},
        {"date": None, "start": "03:00"},
    ],
)
def test_a_time_after_the_last_year_is_named(change: dict[str, Any]) -> None:
    [skipped] = read_programme(schedule(talk(**change), day="9999-12-31"), BERLIN).skipped
    assert skipped.reason == "bad_time"


def test_half_a_character_in_an_id_can_be_stored() -> None:
    assert only(schedule(talk(guid="\ud800"))).uid == "?"


def test_two_recurrence_ids_are_named() -> None:
    twice = entry(*["RECURRENCE-ID:20261127T090000"] * 2)
    assert [one.reason for one in read_programme(calendar(twice), BERLIN).skipped] == ["bad_time"]


MANY = MOST_TALKS + 1
BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "neither"),
    "a page": (b"<html></html>", "neither"),
    "not text": (b"BEGIN:VCALENDAR\n\xff\xfe", "line 2"),
    "cut calendar": (calendar(entry())[:-15], "cut off"),
    "crossed": (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", "line 3"),
    "no entries": (calendar(), "no talks"),
    "begin with a parameter": (
        calendar(entry(), head="BEGIN;X=1:STANDARD\r\n"),
        "odd BEGIN",
    ),
    "many lines": (calendar(entry(), head="X:1\r\n" * 100_001), "lines"),
    "many clocks": (calendar(entry(), head=clock("X:1") * 201), "changes of clocks"),
    "not a line": (calendar(entry(), head="nonsense\r\n"), "nonsense"),
    "10,000 entries": (calendar(*[entry()] * 10_000), f"{MANY:,} entries"),
    "deep calendar": (b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * 10_000, "nested"),
    "cut JSON": (schedule(talk())[:-9], "line 1"),
    "other JSON": (b'{"events": []}', "conference.days"),
    "days": (b'{"conference": {"days": {}}}', "conference.days"),
    "rooms": (b'{"conference": {"days": [{"rooms": []}]}}', "day 1"),
    "talks": (b'{"conference": {"days": [{"rooms": {"A": 5}}]}}', "day 1, A"),
    "many talks": (schedule(*[talk(guid=str(number)) for number in range(MANY)]), "2,000"),
    "deep JSON": (b'{"a":' + b"[" * 200_000, "nested"),
    "long number": (b'{"a": ' + b"9" * 10_000 + b"}", "absurd"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_with_the_place(name: str) -> None:
    file, place = BROKEN[name]
    with pytest.raises(BadProgramme) as refused:
        read_programme(file, BERLIN)
    assert place in refused.value.message
    assert refused.value.hint
