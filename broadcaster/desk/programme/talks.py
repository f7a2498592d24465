"""The talks of a programme's file, and the entries that are left out."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from broadcaster.desk.bodies import FIRST_YEAR, LAST_YEAR
from broadcaster.errors import UnknownLanguage
from broadcaster.model.conference.conference_errors import BadProgramme
from broadcaster.model.event import ImportedTalk
from broadcaster.model.language import describe

MOST_TALKS = 2_000
LONGEST_TITLE = 120
LONGEST_ROOM = 80
LONGEST_UID = 200


@dataclass(frozen=True, slots=True)
class SkippedEntry:
    """An entry of the file that is no talk, or that cannot be read.

    Attributes:
        where: the place in the file.
        title: as far as it is known.
        reason: stable id.
        message: a sentence.
    """

    where: str
    title: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Programme:
    """The content of a file.

    Attributes:
        talks: in the order of the file, at most `MOST_TALKS`, each uid once.
        skipped: everything else.
    """

    talks: tuple[ImportedTalk, ...]
    skipped: tuple[SkippedEntry, ...]


class UnusableEntry(Exception):
    """An entry that cannot become a talk.

    Args:
        reason: stable id.
        message: a sentence.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def talk_of(
    uid: str,
    title: str,
    room: str,
    start: datetime,
    end: datetime | None,
    language: str | None,
) -> ImportedTalk:
    """A talk from the values of an entry; looking up its language reads files.

    Raises:
        UnusableEntry: it has no title, or a year that no browser shows.
    """
    title = cleaned(title, LONGEST_TITLE)
    if not title:
        raise UnusableEntry("no_title", "It has no title.")
    if not FIRST_YEAR <= start.year <= LAST_YEAR:
        message = f"Its year is not between {FIRST_YEAR} and {LAST_YEAR}."
        raise UnusableEntry("bad_time", message)
    starts_at_ms = int(start.timestamp() * 1000)
    ends_at_ms = int(end.timestamp() * 1000) if end is not None else None
    if ends_at_ms is not None and ends_at_ms <= starts_at_ms:
        ends_at_ms = None
    return ImportedTalk(
        uid[:LONGEST_UID].encode(errors="replace").decode(),
        title,
        cleaned(room, LONGEST_ROOM),
        starts_at_ms,
        ends_at_ms,
        _tag(language),
    )


def programme_of(entries: Iterable[ImportedTalk | SkippedEntry]) -> Programme:
    """Collect talks; of two with one uid the first is taken.

    Raises:
        BadProgramme: there are more than `MOST_TALKS` entries, or none.
    """
    talks: dict[str, ImportedTalk] = {}
    skipped: list[SkippedEntry] = []
    for number, entry in enumerate(entries, 1):
        if number > MOST_TALKS:
            raise too_many(number)
        if isinstance(entry, SkippedEntry):
            skipped.append(entry)
        elif entry.uid in talks:
            message = "Another entry before it has the same id."
            skipped.append(SkippedEntry(f"entry {number}", entry.title, "same_id", message))
        else:
            talks[entry.uid] = entry
    if not talks and not skipped:
        raise BadProgramme("the file has no talks", "Export the programme again, with its talks.")
    return Programme(tuple(talks.values()), tuple(skipped))


def too_many(count: int) -> BadProgramme:
    """The refusal of a file with more than `MOST_TALKS` entries."""
    return BadProgramme(
        f"the file has {count:,} entries or more, and {MOST_TALKS:,} are possible",
        "Split the programme into several conferences.",
    )


def localised(time: datetime, zone: ZoneInfo) -> datetime:
    """A time that names no zone is one of the conference's; of two that a clock shows the first."""
    return time if time.tzinfo is not None else time.replace(tzinfo=zone)


def day_later(time: datetime) -> datetime:
    """The same clock time a day later, also when the clocks change in between."""
    return time + timedelta(days=1)


def cleaned(text: str, longest: int) -> str:
    """A text in one line, without control characters, cut if it is too long."""
    text = "".join(one if unicodedata.category(one)[0] != "C" else " " for one in text)
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _tag(language: str | None) -> str | None:
    if not language or not language.strip():
        return None
    try:
        return describe(language.strip().replace("_", "-")).tag
    except UnknownLanguage:
        return None
