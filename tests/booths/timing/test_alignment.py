"""Text spread over speech: by letters, with sentence ends in the pauses."""

import pytest

from broadcaster.booths.timing.alignment import (
    Speech,
    align,
    breaks_in,
    letters_before,
    spoken_at,
)

SECOND = 24_000


def times(
    text: str, language: str, runs: list[tuple[float, float]], pace_s: float | None = None
) -> list[tuple[float, float]]:
    """Start and end of each sentence of `text`, divided by `|`, in seconds."""
    parts = text.split("|")
    whole = "".join(parts)
    speech = Speech([(round(start * SECOND), round(end * SECOND)) for start, end in runs])
    letters = letters_before(whole)
    pace = None if pace_s is None else pace_s * SECOND
    knots = align(letters[-1], breaks_in(whole, language), speech, pace)
    found, at = [], 0
    for part in parts:
        start = spoken_at(knots, letters[at])
        at += len(part)
        end = spoken_at(knots, letters[at])
        found.append((speech.starts(start) / SECOND, speech.ends(end) / SECOND))
    return found


@pytest.mark.parametrize(
    ("text", "language", "runs", "expected"),
    [
        ("Good morning.", "en", [(1.0, 2.0)], [(1.0, 2.0)]),
        ("One two three. |Four five six.", "en", [(0, 1), (1.4, 2.5)], [(0, 1), (1.4, 2.5)]),
        # The second speaker talks half as fast.
        (
            "We are happy to see you. |We are happy to see you.",
            "en",
            [(0, 1.4), (1.8, 4.2)],
            [(0, 1.4), (1.8, 4.2)],
        ),
        # A pause within a sentence is not its end.
        (
            "Rivers, rain, and the people who protect them. |Thank you.",
            "en",
            [(0, 0.5), (0.75, 1.2), (1.4, 3.2), (3.7, 4.3)],
            [(0, 3.2), (3.7, 4.3)],
        ),
        ("In 2026, |we began.", "en", [(0, 1.4), (1.7, 2.3)], [(0, 1.4), (1.7, 2.3)]),
        ("大家早上好。|我叫克拉拉。", "zh", [(0, 1.1), (1.5, 2.6)], [(0, 1.1), (1.5, 2.6)]),
        ("¿Quién la cuida? |Todos.", "es", [(0, 1.2), (1.6, 2.2)], [(0, 1.2), (1.6, 2.2)]),
        ("صباح الخير. |أهلا بكم.", "ar", [(0, 0.9), (1.3, 2.1)], [(0, 0.9), (1.3, 2.1)]),
    ],
)
def test_a_sentence_end_lies_in_the_pause(
    text: str,
    language: str,
    runs: list[tuple[float, float]],
    expected: list[tuple[float, float]],
) -> None:
    flat = [second for sentence in times(text, language, runs) for second in sentence]
    assert flat == pytest.approx([second for sentence in expected for second in sentence])


def test_without_a_pause_letters_are_spread_evenly() -> None:
    [(_, first), (second, end)] = times("Abcd abcd. |Abcd abcd.", "en", [(2.0, 6.0)])
    assert first == second == pytest.approx(4.0)
    assert end == pytest.approx(6.0)


def test_text_that_is_still_being_spoken_reaches_beyond_the_sound() -> None:
    [(start, first), (second, end)] = times(
        "Abcd abcd. |Abcd abcd.", "en", [(0.0, 1.1), (1.5, 1.7)], pace_s=0.125
    )
    assert (start, first, second) == pytest.approx((0.0, 1.1, 1.5))
    assert end == pytest.approx(2.5)


def test_no_text_has_no_length() -> None:
    assert align(0, [], Speech([(0, SECOND)])) == [(0, 0)]
    assert times("[…]", "en", [(1.0, 2.0)]) == [(1.0, 1.0)]
