"""Translations that say a sentence twice."""

import pytest

from broadcaster.rehearsal.whisper.said_once import said_once

RIVERS = "Today we will talk about the rivers, the rain and the people who protect them."


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"{RIVERS} Today we will talk about rivers, the rain and the people who protect them.", 1),
        (f"{RIVERS} {RIVERS} {RIVERS}", 1),
        (f"{RIVERS} The rivers are the people of the rain.", 2),
        ("Thank you. Thank you. Thank you very much.", 3),
        (RIVERS, 1),
        ("", 0),
    ],
)
def test_a_phrase_is_translated_once(text: str, kept: int) -> None:
    said = said_once(text)
    assert said == text if kept > 1 else text.startswith(said)
    assert said.count(".") == kept
