"""A sheet for a person, and the score of what was marked on it."""

import csv
import io
from collections.abc import Callable

import pytest

from broadcaster.errors import BroadcasterError
from broadcaster.report.quality.ner import NerScore, ner_score, ner_sheet, sheet_text
from tests.report.building import said

FLOOR = said(["Good morning.", "We drink water."])
SPANISH = said(["Buenos días.", "=Bebemos agua limpia."], 3_000)


def rows(sheet: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sheet)))


def marked(changes: dict[int, dict[str, str]], delimiter: str = ",") -> str:
    """The sheet with cells filled in, by the number of the caption."""
    filled = rows(ner_sheet(FLOOR, SPANISH, "es"))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(filled[0]), delimiter=delimiter)
    writer.writeheader()
    for number, row in enumerate(filled):
        writer.writerow(row | changes.get(number, {}))
    return text.getvalue()


def test_a_sheet_has_what_was_said_next_to_what_was_shown() -> None:
    first, second = rows(ner_sheet(FLOOR, SPANISH, "es"))
    assert (first["original"], first["text"], first["words"]) == (
        "Good morning.",
        "Buenos días.",
        "2",
    )
    assert (second["original"], second["from"]) == ("We drink water.", "00:00:08")
    assert second["text"] == "'=Bebemos agua limpia."  # no formula of a spreadsheet
    assert first["edition_minor"] == first["recognition_serious"] == ""


def test_a_sheet_has_ten_minutes() -> None:
    long = said(["Sí."] * 300)
    assert len(rows(ner_sheet((), long, "es"))) == 120
    assert rows(ner_sheet((), long, "es", 60_000))[0]["from"] == "00:01:00"


def test_a_sheet_begins_with_the_channel_and_ends_with_what_it_left_out() -> None:
    floor = said(["Early.", "Nobody hears this."]) + said(["Hello.", "The end."], 1_800_000)
    first, last = rows(ner_sheet(floor, said(["Hola."], 1_803_000), "es"))
    assert (first["from"], first["original"], first["text"]) == ("00:30:03", "Hello.", "Hola.")
    assert (last["caption"], last["original"], last["words"]) == ("", "The end.", "0")
    assert rows(ner_sheet(floor, (), "es"))[0]["original"].startswith("Early.")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_errors_are_weighted(delimiter: str) -> None:
    changes = {
        0: {"edition_minor": "1", "recognition_standard": " 2 "},
        1: {"edition_serious": "1", "edition_standard": "0"},
    }
    score = ner_score("\ufeff" + marked(changes, delimiter))
    assert score == NerScore(5, 1.25, 1.0)
    assert score.percent == pytest.approx(55.0)


def test_a_sheet_without_errors_has_all_points() -> None:
    assert ner_score(marked({})).percent == 100


@pytest.mark.parametrize(
    "form",
    [
        lambda sheet: "sep=,\r\n" + sheet,
        lambda sheet: "\ufeffsep=,\n" + sheet,
        lambda sheet: "\n\n" + sheet.replace("\r\n", "\r\n\r\n") + ",,,,,\r\n\r\n",
        lambda sheet: sheet.replace("caption,", "Caption ,").replace("words", " Words"),
        lambda sheet: sheet.replace(",2,1,", ",2.0,1.00,"),
        lambda sheet: "\n".join(line.rstrip(",") for line in sheet.split("\r\n")),
    ],
    ids=["separator", "mark and separator", "empty lines", "names", "decimals", "short rows"],
)
def test_a_sheet_survives_a_spreadsheet(form: Callable[[str], str]) -> None:
    filled = marked({0: {"edition_minor": "1"}, 1: {"recognition_serious": "1"}})
    assert ner_score(form(filled)) == NerScore(5, 0.25, 1.0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_a_sheet_is_read_in_the_encodings_of_spreadsheets(encoding: str) -> None:
    filled = marked({1: {"edition_serious": "1"}}, "\t")
    assert ner_score(sheet_text(filled.encode(encoding))) == NerScore(5, 1.0, 0.0)


@pytest.mark.parametrize("cell", ["x", "-1", "0.5", "0,25", "1001", "9" * 99, "١"], ids=str)
def test_a_cell_that_is_no_number_of_errors_is_named(cell: str) -> None:
    with pytest.raises(BroadcasterError, match="caption es-1 from 00:00:08, edition_minor: "):
        ner_score(marked({1: {"edition_minor": cell}}))


@pytest.mark.parametrize("sheet", ["", "a,b\n1,2\n"], ids=["empty", "other"])
def test_another_file_is_refused(sheet: str) -> None:
    with pytest.raises(BroadcasterError, match="has no column words"):
        ner_score(sheet)
    with pytest.raises(BroadcasterError, match="no words"):
        ner_score(marked({}).splitlines()[0])
    with pytest.raises(BroadcasterError, match="is no CSV"):
        ner_score(marked({}) + '"' + "x" * 200_000)
