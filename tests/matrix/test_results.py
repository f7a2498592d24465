"""The results of the matrix are kept, so that a part of it can be run again."""

from pathlib import Path

from tests.matrix.checking import Finding
from tests.matrix.results import Results
from tests.matrix.states import STATES
from tests.matrix.tabs import Reader

LIVE, SHEET, *_ = STATES
READER = Reader("firefox", "ar", 200)


def first_run(folder: Path) -> Results:
    """Two states were looked at, and one of them was wrong."""
    results = Results(folder)
    for state, findings in ((LIVE, []), (SHEET, [Finding(SHEET.name, "keyboard", "no outline")])):
        results.begin(READER, "128", state)
        results.add(READER, state, [])
        results.add(READER, state, findings)
        results.keep(READER)
    return results


def test_a_run_goes_on_where_the_last_one_ended(tmp_path: Path) -> None:
    first_run(tmp_path)
    results = Results(tmp_path)
    results.load([READER, Reader()])
    assert [state for state in STATES if not results.lack(READER, state)] == [LIVE]
    assert results.cell("firefox", LIVE) == "2 ✓"
    assert results.cell("firefox", SHEET) == "**1 wrong**"
    assert results.cell("chromium", LIVE) == "–"
    assert results.versions() == {"firefox": "128"}
    assert not results.good


def test_what_is_looked_at_again_replaces_what_was_found(tmp_path: Path) -> None:
    results = first_run(tmp_path)
    results.begin(READER, "129", SHEET)
    results.add(READER, SHEET, [])
    assert results.cell("firefox", SHEET) == "1 ✓"
    assert results.good


def test_nothing_is_kept_without_a_folder() -> None:
    results = Results()
    results.load([READER])
    results.begin(READER, "128", LIVE)
    results.keep(READER)
    assert results.cell("firefox", LIVE) == "–"
