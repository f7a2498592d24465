"""The sheet on which a person marks errors, and the NER score of what was marked.

The model is that of Romero-Fresco and Martínez (2015), as Ofcom uses it: of N words, an error of
edition or of recognition takes 0.25 if it is minor, 0.5 if it is standard and 1 if it is serious;
NER = (N - E - R) / N. Captions with at least 98 % are called good.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from broadcaster.errors import BroadcasterError
from broadcaster.report.captions import SpokenCaption
from broadcaster.report.flow import word_count

SHEET_MS = 600_000
"""Ten minutes, the length that Ofcom has judged."""
GOOD_PERCENT = 98.0
WEIGHTS: Mapping[str, float] = {"minor": 0.25, "standard": 0.5, "serious": 1.0}
KINDS = ("edition", "recognition")
_ERRORS = tuple(f"{kind}_{weight}" for kind in KINDS for weight in WEIGHTS)
_COLUMNS = ("caption", "from", "to", "original", "text", "words", *_ERRORS, "comment")
_MOST_ERRORS = 1_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would compute a cell that begins with one of these."""


@dataclass(frozen=True, slots=True)
class NerScore:
    """The score of a sheet.

    Attributes:
        words: of the captions on it.
        edition: their weighted errors of edition.
        recognition: their weighted errors of recognition.
    """

    words: int
    edition: float
    recognition: float

    @property
    def percent(self) -> float:
        """The score, 100 without errors."""
        return 100 * (self.words - self.edition - self.recognition) / self.words


def ner_sheet(
    floor: Sequence[SpokenCaption],
    channel: Sequence[SpokenCaption],
    language: str,
    from_ms: int = 0,
) -> str:
    """A sheet as CSV, with a row for each caption and empty cells for the errors.

    Args:
        floor: captions of the original, shown next to those that were said at about their time.
        channel: those to judge.
        language: tag of the channel.
        from_ms: event clock, where the ten minutes begin.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    judged = [one for one in channel if from_ms <= one.start_ms < from_ms + SHEET_MS]
    said_until_ms = 0
    for one in judged:
        # What was said by now and is in no row above: the channel is always behind the floor.
        original = " ".join(
            source.line for source in floor if said_until_ms <= source.start_ms < one.start_ms
        )
        said_until_ms = one.start_ms
        writer.writerow(
            [
                one.id,
                _clock(one.start_ms),
                _clock(one.end_ms),
                _cell(original),
                _cell(one.line),
                word_count(one.text, language),
                *[""] * len(_ERRORS),
                "",
            ]
        )
    return text.getvalue()


def ner_score(sheet: str) -> NerScore:
    """The score of a sheet that a person has filled in.

    Args:
        sheet: CSV with commas, semicolons or tabs, as spreadsheets write it.

    Raises:
        BroadcasterError: a cell does not hold what it must.
    """
    delimiter = max(",;\t", key=sheet.partition("\n")[0].count)
    rows = csv.DictReader(io.StringIO(sheet.lstrip("\ufeff")), delimiter=delimiter)
    missing = [name for name in ("words", *_ERRORS) if name not in (rows.fieldnames or ())]
    if missing:
        raise BroadcasterError(
            f"the sheet has no column {', '.join(missing)}",
            hint="Fill in the sheet that the report made, and keep its first row.",
        )
    words = 0
    errors = dict.fromkeys(KINDS, 0.0)
    for number, row in enumerate(rows, 2):
        words += _number(row, "words", number)
        for kind in KINDS:
            for name, weight in WEIGHTS.items():
                errors[kind] += weight * _number(row, f"{kind}_{name}", number)
    if not words:
        raise BroadcasterError("the sheet has no words", hint="Give a sheet with captions.")
    return NerScore(words, errors["edition"], errors["recognition"])


def _number(row: Mapping[str, str | None], column: str, line: int) -> int:
    """The number in a cell; an empty one is 0.

    Raises:
        BroadcasterError: it is no whole number from 0 to 1,000.
    """
    given = (row[column] or "").strip()
    if not given:
        return 0
    if not (given.isascii() and given.isdigit() and int(given) <= _MOST_ERRORS):
        raise BroadcasterError(
            f"row {line}, {column}: “{given[:20]}” is not a number of errors",
            hint=f"Write a whole number up to {_MOST_ERRORS}, or leave the cell empty.",
        )
    return int(given)


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _clock(ms: int) -> str:
    seconds = max(0, ms) // 1_000
    return f"{seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
