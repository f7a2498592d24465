"""Sentences, language tokens, and folders that cannot be used."""

from pathlib import Path

import pytest

from broadcaster.rehearsal.words.language_marks import Marking, iso_code, marks_in
from broadcaster.rehearsal.words.model_card import CARD, ModelCard
from broadcaster.rehearsal.words.quality import quality_of
from broadcaster.rehearsal.words.sentences import sentences_of
from broadcaster.rehearsal.words.text_model_folder import UnusableModel, read_text_model


def test_text_is_cut_at_the_ends_of_sentences() -> None:
    assert sentences_of("It rained. “Why?” she asked.  Dr. Ames knew…") == [
        "It rained.",
        "“Why?”",
        "she asked.",
        "Dr. Ames knew…",
    ]
    assert sentences_of("下雨了。为什么？") == ["下雨了。", "为什么？"]
    assert sentences_of("  ") == []


def test_a_sentence_without_end_is_cut_after_a_word() -> None:
    parts = sentences_of("word " * 200)
    assert len(parts) == 3
    assert " ".join(parts) == "word " * 199 + "word"


@pytest.mark.parametrize(
    ("tokens", "marking", "found"),
    [
        ([">>fra<<", ">>cmn_Hans<<", "a"], Marking.TARGET_BEFORE_SOURCE, {"fr", "zh"}),
        (["<2de>", "<2zh_Latn>", "<2zh>"], Marking.TARGET_BEFORE_SOURCE, {"de", "zh"}),
        (["__de__", "__zu__"], Marking.BOTH, {"de", "zu"}),
        (["deu_Latn", "zho_Hant", "zho_Hans", "nob_Latn"], Marking.BOTH, {"de", "zh", "nb", "no"}),
        (["a", "▁b", "abc_Latn"], Marking.NONE, set()),
    ],
)
def test_tokens_of_languages_are_found(
    tokens: list[str], marking: Marking, found: set[str]
) -> None:
    marks = marks_in(tokens)
    assert marks.marking is marking
    assert set(marks.tokens) == found


def test_a_language_gets_the_token_of_its_usual_script() -> None:
    assert marks_in(["zho_Hant", "zho_Hans", "srp_Cyrl"]).tokens["zh"] == "zho_Hans"
    assert iso_code("deu") == "de"


@pytest.mark.parametrize(
    ("chrf", "language", "word"),
    [
        (None, "de", "not_measured"),
        (71.0, "de", "good"),
        (60.0, "de", "gist"),
        (20.0, "de", "poor"),
        (40.0, "ja", "good"),
    ],
)
def test_a_figure_has_a_word(chrf: float | None, language: str, word: str) -> None:
    assert quality_of(chrf, language) == word


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "thing"
    made.mkdir()
    (made / "model.bin").write_bytes(b"\x06\0\0\0\x10\0TransformerSpec\0")
    (made / "source.spm").touch()
    (made / "target.spm").touch()
    (made / "shared_vocabulary.txt").write_text("<unk>\n▁a\n")
    return made


@pytest.mark.parametrize(
    ("languages", "sentence"),
    [
        ("", "nothing tells them"),
        ("english", "“english” is not such a pair"),
        ("en-qqq", "qqq is not the code of a language"),
        ("en-de,fr", "cannot choose among de,fr"),
        ("en-en", "would translate en into itself"),
    ],
)
def test_languages_that_are_not_told_are_asked_for(
    folder: Path, languages: str, sentence: str
) -> None:
    with pytest.raises(UnusableModel, match=sentence):
        read_text_model(folder, languages)


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        ("shared_vocabulary.json", "{}", "is not a list of tokens"),
        ("shared_vocabulary.json", "[", "cannot be used"),
        ("config.json", "[]", "is not a JSON object"),
        (CARD, "{", "remove it"),
    ],
)
def test_a_damaged_file_is_named(folder: Path, file: str, text: str, sentence: str) -> None:
    (folder / file).write_text(text)
    with pytest.raises(UnusableModel, match=sentence):
        read_text_model(folder, "en-de")


def test_a_model_without_vocabulary_says_so(folder: Path) -> None:
    (folder / "shared_vocabulary.txt").unlink()
    with pytest.raises(UnusableModel, match=r"shared_vocabulary\.json is missing"):
        read_text_model(folder, "en-de")


def test_the_card_comes_before_the_name(folder: Path) -> None:
    ModelCard(languages="fr-it").write(folder)
    model = read_text_model(folder)
    assert model.sources == frozenset({"fr"})
    assert model.targets == frozenset({"it"})
    assert model.end == "</s>"
    (folder / "config.json").write_text('{"add_source_eos": true}')
    assert read_text_model(folder).end == ""
