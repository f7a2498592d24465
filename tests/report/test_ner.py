"""A sheet for a person, and the score of what was marked on it."""

import csv
import io

import pytest

from broadcaster.errors import BroadcasterError
from broadcaster.report.quality.ner import NerScore, ner_score, ner_sheet
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


@pytest.mark.parametrize("cell", ["x", "-1", "0.5", "1001", "١"], ids=str)
def test_a_cell_that_is_no_number_of_errors_is_named(cell: str) -> None:
    with pytest.raises(BroadcasterError, match="row 3, edition_minor"):
        ner_score(marked({1: {"edition_minor": cell}}))


@pytest.mark.parametrize("sheet", ["", "a,b\n1,2\n"], ids=["empty", "other"])
def test_another_file_is_refused(sheet: str) -> None:
    with pytest.raises(BroadcasterError, match="has no column words"):
        ner_score(sheet)
    with pytest.raises(BroadcasterError, match="no words"):
        ner_score(marked({}).splitlines()[0])
