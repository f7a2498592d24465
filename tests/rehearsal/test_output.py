import pytest

from broadcaster.rehearsal.sessions.output import TranscriptPiece, TranslationOutput


def texts(output: TranslationOutput, ticks: int) -> list[str]:
    said = [delta for _ in range(ticks) for delta in output.tick()]
    return [delta.delta for delta in said if isinstance(delta, TranscriptPiece)]


@pytest.mark.parametrize(
    ("language", "text", "late"),
    [
        ("en", "It is done.", ["."]),
        ("en", "He said “Go.”", [".”"]),
        ("en", "We met Dr.", []),
        ("ja", "「言った。」", ["。」"]),
        ("hi", "वे गए।", ["।"]),
        ("es", "¿Quién?", ["?"]),
    ],
)
def test_the_end_of_a_sentence_comes_late(language: str, text: str, late: list[str]) -> None:
    output = TranslationOutput()
    now = output.say(text, b"", language)
    said = "".join(delta.delta for delta in now if isinstance(delta, TranscriptPiece))
    assert said == text.removesuffix("".join(late))
    assert texts(output, 2) == late


@pytest.mark.parametrize(
    ("language", "space"), [("en", " "), ("ko", " "), ("ja", ""), ("zh", ""), ("th", "")]
)
def test_sentences_are_joined_as_the_writing_does(language: str, space: str) -> None:
    output = TranslationOutput()
    output.say("A", b"", language)
    assert output.say("B", b"", language) == [TranscriptPiece(f"{space}B")]
