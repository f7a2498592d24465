"""Captions have the times of their versions, and tell whether anything was taken back."""

from dataclasses import replace

from broadcaster.model.caption import Caption
from broadcaster.report.captions import Growth, SpokenHistory

FIRST = Caption("es-1", "es", 1_000, 1_500, "Buenos", final=False)


def test_a_caption_that_grows_takes_nothing_back() -> None:
    history = SpokenHistory()
    history.add(FIRST, 900)
    history.add(replace(FIRST, text="Buenos días a", end_ms=2_000), 1_400)
    history.add(replace(FIRST, text="Buenos días\na todos", end_ms=2_400, final=True), 1_900)
    [caption] = history.captions()
    assert caption.growth == (Growth(900, 6), Growth(1_400, 13), Growth(1_900, 19))
    assert (caption.erased, caption.line) == (0, "Buenos días a todos")
    assert (caption.start_ms, caption.end_ms) == (1_000, 2_400)
    assert [caption.shown_ms(end) for end in (1, 6, 7, 19)] == [900, 900, 1_400, 1_900]
    assert [caption.spoken_ms(end) for end in (0, 19)] == [1_000, 2_400]


def test_a_word_that_was_changed_was_taken_back() -> None:
    history = SpokenHistory()
    history.add(replace(FIRST, text="Buenas tardes"), 900)
    history.add(replace(FIRST, text="Buenos días"), 1_000)
    assert history.captions()[0].erased == len("as tardes")


def test_a_correction_is_no_erasure_and_what_is_hidden_is_not_given_out() -> None:
    history = SpokenHistory()
    for number in range(3):
        history.add(replace(FIRST, id=f"es-{number}", start_ms=9_000 - number, final=True), 900)
    revision = replace(FIRST, final=True, revision=1, revision_id="r")
    history.add(replace(revision, id="es-0", text="Hola", corrected=True), 5_000)
    history.add(replace(revision, id="es-1", text="", hidden=True), 5_000)
    captions = history.captions()
    assert [(one.id, one.text, one.corrected) for one in captions] == [
        ("es-2", "Buenos", False),
        ("es-0", "Buenos", True),
    ]
    assert history.hidden == 1
    assert not any(one.erased for one in captions)
