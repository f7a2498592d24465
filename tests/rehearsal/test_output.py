import pytest

from broadcaster.rehearsal.sessions.output import AudioPiece, TranscriptPiece, TranslationOutput
from broadcaster.rehearsal.wire.constants import OUTPUT_DELTA_BYTES


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
    now = output.write(text, language)
    said = "".join(delta.delta for delta in now)
    assert said == text.removesuffix("".join(late))
    assert texts(output, 2) == late


@pytest.mark.parametrize(
    ("language", "space"), [("en", " "), ("ko", " "), ("ja", ""), ("zh", ""), ("th", "")]
)
def test_sentences_are_joined_as_the_writing_does(language: str, space: str) -> None:
    output = TranslationOutput()
    output.write("A", language)
    assert output.write("B", language) == [TranscriptPiece(f"{space}B")]


def test_the_text_of_a_sentence_does_not_wait_for_its_sound() -> None:
    output = TranslationOutput()
    output.write("It is done.", "en")
    assert texts(output, 10) == ["."]
    output.write("Is it?", "en")
    first, *_ = output.write("Yes!", "en")
    assert first == TranscriptPiece("?")
    assert texts(output, 10) == ["!"]
    assert output.speak(bytes(2)) == [AudioPiece(bytes(OUTPUT_DELTA_BYTES))]


def test_text_and_sound_tell_what_they_interpret() -> None:
    output, span = TranslationOutput(), (1_000, 5_000)
    written = output.write("It is done.", "en", span)
    assert {piece.place_ms for piece in written} == {5_500}
    spoken = output.speak(bytes(4 * OUTPUT_DELTA_BYTES), span)
    assert [piece.place_ms for piece in spoken] == [1_000, 2_000, 3_000, 4_000]
    assert [piece.place_ms for _ in range(2) for piece in output.tick()] == [None, 5_500, None]


def test_the_sound_of_a_sentence_in_parts_has_no_gap() -> None:
    output, part = TranslationOutput(), b"\1\2" * (OUTPUT_DELTA_BYTES // 3)
    sound = [*output.speak(part, ends=False), *output.speak(part)]
    pcm = b"".join(piece.pcm for piece in sound if isinstance(piece, AudioPiece))
    assert pcm.startswith(2 * part)
    assert not pcm[2 * len(part) :].strip(b"\0")
    assert len(sound[-1].pcm) == OUTPUT_DELTA_BYTES if isinstance(sound[-1], AudioPiece) else False
