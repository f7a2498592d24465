"""The sheet on which a person marks errors, and the NER score of what was marked.

The model is that of Romero-Fresco and Martínez (2015), as Ofcom uses it: of N words, an error of
edition or of recognition takes 0.25 if it is minor, 0.5 if it is standard and 1 if it is serious;
NER = (N - E - R) / N. Captions with at least 98 % are called good.
"""

import csv
import io
import re
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
_MOST_DIGITS = 12
_BEFORE_MS = 30_000
"""The original of this long before the first caption of a sheet is shown next to it."""
_BEFORE_ROWS = re.compile(r"\A\s*(?:\"?sep=.\"?\s*)?", re.IGNORECASE)
"""Empty lines, and the one by which Excel is told the separator."""
_WHOLE = re.compile(r"(\d+)(?:[.,]0+)?", re.ASCII)
_ENCODINGS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
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
    from_ms: int | None = None,
) -> str:
    """A sheet as CSV, with a row for each caption and empty cells for the errors.

    A last row without text has what was said after the last caption: it may be missing.

    Args:
        floor: captions of the original, shown next to those that were said at about their time.
        channel: those to judge.
        language: tag of the channel.
        from_ms: event clock, where the ten minutes begin; None is at the first caption.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    if from_ms is None:
        from_ms = channel[0].start_ms if channel else 0
    until_ms = from_ms + SHEET_MS
    said_until_ms = max(0, from_ms - _BEFORE_MS)
    empty = [""] * (len(_ERRORS) + 1)
    for one in channel:
        if not from_ms <= one.start_ms < until_ms:
            continue
        # What was said by now and is in no row above: the channel is always behind the floor.
        original = _said(floor, said_until_ms, one.start_ms)
        said_until_ms = max(said_until_ms, one.start_ms)
        times = _clock(one.start_ms), _clock(one.end_ms)
        words = word_count(one.text, language)
        writer.writerow([one.id, *times, _cell(original), _cell(one.line), words, *empty])
    if rest := _said(floor, said_until_ms, until_ms):
        writer.writerow(["", _clock(said_until_ms), "", _cell(rest), "", 0, *empty])
    return text.getvalue()


def sheet_text(content: bytes) -> str:
    """The text of a sheet as a spreadsheet wrote it: its numbers are the same in every encoding."""
    encoding = next((name for mark, name in _ENCODINGS.items() if content.startswith(mark)), "")
    if encoding:
        return content.decode(encoding, "replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def ner_score(sheet: str) -> NerScore:
    """The score of a sheet that a person has filled in.

    Args:
        sheet: CSV with commas, semicolons or tabs, as spreadsheets write it. Empty lines and the
            line by which Excel tells its separator may be there.

    Raises:
        BroadcasterError: a cell does not hold what it must.
    """
    sheet = sheet.lstrip("\ufeff")
    sheet = _BEFORE_ROWS.sub("", sheet)
    delimiter = max(",;\t", key=sheet.partition("\n")[0].count)
    try:
        table = [one for one in csv.reader(io.StringIO(sheet), delimiter=delimiter) if any(one)]
    except csv.Error as wrong:
        raise BroadcasterError(
            f"the sheet is no CSV: {wrong}",
            hint="Save it as CSV in UTF-8, as the report made it.",
        ) from None
    names = [name.strip().lower() for name in table[0]] if table else []
    missing = [name for name in ("words", *_ERRORS) if name not in names]
    if missing:
        raise BroadcasterError(
            f"the sheet has no column {', '.join(missing)}",
            hint="Fill in the sheet that the report made, and keep its first row.",
        )
    words = 0
    errors = dict.fromkeys(KINDS, 0.0)
    for cells in table[1:]:
        row = dict(zip(names, cells, strict=False))
        words += _number(row, "words")
        for kind in KINDS:
            for name, weight in WEIGHTS.items():
                errors[kind] += weight * _number(row, f"{kind}_{name}")
    if not words:
        raise BroadcasterError("the sheet has no words", hint="Give a sheet with captions.")
    return NerScore(words, errors["edition"], errors["recognition"])


def _number(row: Mapping[str, str], column: str) -> int:
    """The number in a cell; an empty one is 0.

    Raises:
        BroadcasterError: it is no whole number from 0 to 1,000.
    """
    given = row.get(column, "").strip()
    if not given:
        return 0
    whole = _WHOLE.fullmatch(given)
    if whole is None or len(whole[1]) > _MOST_DIGITS or int(whole[1]) > _MOST_ERRORS:
        place = f"caption {row.get('caption', '')[:40]} from {row.get('from', '')[:10]}"
        raise BroadcasterError(
            f"{place}, {column}: “{given[:20]}” is not a whole number up to {_MOST_ERRORS}",
            hint="Write how many errors of this kind the caption has, not their weight, or leave "
            "the cell empty.",
        )
    return int(whole[1])


def _said(floor: Sequence[SpokenCaption], from_ms: int, until_ms: int) -> str:
    return " ".join(one.line for one in floor if from_ms <= one.start_ms < until_ms)


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _clock(ms: int) -> str:
    seconds = max(0, ms) // 1_000
    return f"{seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
