"""A script is found in what the floor said, with its times."""

from pathlib import Path

import pytest

from broadcaster.errors import BroadcasterError
from broadcaster.report.quality import script
from broadcaster.report.quality.script import check_references, place, read_lines
from tests.report.building import caption, said

SCRIPT = ["Good morning everyone.", "My name is Clara.", "Water is life."]


def test_sentences_get_the_times_of_their_words() -> None:
    floor = (
        caption(1, 1_000, 3_000, "Good morning everyone", 0),
        caption(2, 3_100, 6_000, "my name is Klara. Water", 0),
        caption(3, 6_000, 8_000, "is life", 0),
    )
    first, second, third = place(SCRIPT, floor)
    assert (first.start_ms, first.end_ms) == (1_000, 3_000)
    assert 3_100 <= second.start_ms < second.end_ms < third.start_ms < 6_000
    assert third.end_ms == 8_000


def test_a_sentence_that_is_not_found_lies_between_its_neighbours() -> None:
    floor = (
        caption(1, 1_000, 3_000, "Good morning everyone.", 0),
        caption(2, 9_000, 9_500, "Water is life.", 0),
    )
    _, second, _ = place(SCRIPT, floor)
    assert (second.start_ms, second.end_ms) == (3_000, 9_000)
    assert place([*SCRIPT, "The end."], floor)[-1].start_ms == 9_500
    assert place(["At first.", *SCRIPT], floor)[0].end_ms == 1_000


def test_a_script_of_another_talk_is_refused() -> None:
    with pytest.raises(BroadcasterError, match="no sentence of the script"):
        place(SCRIPT, said(["Completely different words here."]))


def test_a_file_has_one_sentence_in_each_line(tmp_path: Path) -> None:
    path = tmp_path / "script.txt"
    path.write_bytes("\ufeffOne  two.\r\n\r\n Three. ".encode())
    assert read_lines(path) == ["One two.", "Three."]


def test_a_file_that_cannot_be_used_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "script.txt"
    for content, told in ((b"", "empty"), (b"\xff\xfe\x00", "not UTF-8")):
        path.write_bytes(content)
        with pytest.raises(BroadcasterError, match=told):
            read_lines(path)
    with pytest.raises(BroadcasterError, match="cannot be read"):
        read_lines(tmp_path / "none.txt")
    monkeypatch.setattr(script, "LARGEST_BYTES", 1)
    with pytest.raises(BroadcasterError, match="larger"):
        read_lines(path)


def test_a_reference_has_as_many_lines_as_the_script() -> None:
    check_references(SCRIPT, {"es": SCRIPT})
    with pytest.raises(BroadcasterError, match="3 sentences, its reference in “es” 2"):
        check_references(SCRIPT, {"es": SCRIPT[1:]})
