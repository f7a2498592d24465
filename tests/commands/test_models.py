"""`broadcaster models`: adding, listing and measuring, with small models that are made here."""

import errno
import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from broadcaster.commands.cli import main
from broadcaster.commands.running import out
from broadcaster.rehearsal import equipment
from broadcaster.rehearsal.models import adding
from broadcaster.rehearsal.words.model_card import CARD, ModelCard
from tests.rehearsal.words.tiny_models import argos_model, opus_model


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with models that are in no models folder yet."""
    folder = tmp_path_factory.mktemp("made")
    opus_model(folder / "opus-mt-en-de", "Guten Morgen Ihnen")
    inside = argos_model(folder / "argos" / "translate-en_nl-1_0", "Goedemorgen allemaal")
    shutil.make_archive(str(folder / "translate-en_nl"), "zip", inside.parent)
    whisper = folder / "small"
    whisper.mkdir()
    (whisper / "model.bin").write_bytes(b"\x06\0\0\0\x0c\0WhisperSpec\0")
    (whisper / "tokenizer.json").write_text("{}")
    (whisper / "config.json").write_text(json.dumps({"lang_ids": [1, 2, 3]}))
    return folder


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    return tmp_path / "models"


def invoke(models_dir: Path, *words: object) -> Result:
    environment = {"BROADCASTER_MODELS_DIR": str(models_dir)}
    return CliRunner().invoke(main, ["models", *map(str, words)], env=environment)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_model_is_added_listed_and_measured(
    made: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(out, "width", 200)
    expected = sha256(made / "opus-mt-en-de" / "model.bin")
    added = invoke(models_dir, "add", made / "opus-mt-en-de", "--sha256", expected.upper())
    assert added.exit_code == 0, added.output
    assert "Added opus-mt-en-de: translation, en → de" in added.output
    assert f"SHA-256: {expected} (as expected)" in added.output
    assert "Licence: CC-BY-4.0 (told by README.md)" in added.output
    assert "is in de: " in added.output
    assert [path.name for path in models_dir.iterdir()] == ["opus-mt-en-de"]

    archive = made / "translate-en_nl.zip"
    added = invoke(models_dir, "add", archive)
    assert added.exit_code == 0, added.output
    assert "Added translate-en_nl-1_0" in added.output
    assert f"{sha256(archive)} (compare it with the published one)" in added.output
    assert "Licence: CC0 1.0 Universal (told by LICENSE)" in added.output
    added = invoke(models_dir, "add", made / "small", "--licence", "MIT")
    assert added.exit_code == 0, added.output
    (models_dir / "kokoro.onnx").touch()
    broken = models_dir / "broken"
    broken.mkdir()
    shutil.copy(made / "opus-mt-en-de" / "model.bin", broken)

    measured = invoke(models_dir, "measure", "opus-mt-en-de")
    assert measured.exit_code == 0, measured.output
    assert "en → de: poor, chrF " in measured.output
    assert "20 sentences of the prepared talk" in measured.output
    one = ModelCard.read(models_dir / "opus-mt-en-de").measured[0]
    assert (one.source, one.target, one.sentences) == ("en", "de", 20)

    listed = invoke(models_dir, "list")
    assert listed.exit_code == 0, listed.output
    lines = {line.split()[0]: line for line in listed.output.splitlines()}
    assert "en → de: poor" in lines["opus-mt-en-de"]
    assert f"(chrF {one.chrf:.0f})" in listed.output
    assert "CC-BY-4.0" in lines["opus-mt-en-de"]
    assert "not measured" in lines["translate-en_nl-1_0"]
    assert "3 languages, and into English" in lines["small"]
    assert "voice" in lines["kokoro.onnx"]
    assert "has no SentencePiece file" in listed.output

    here = equipment.equipment(models_dir)
    assert here.text_models_dir == models_dir
    told = {one.language: one for one in here.abilities}
    assert (told["de"].engine, told["de"].quality) == ("opus-mt-en-de", "poor")
    assert (told["nl"].engine, told["nl"].quality) == ("translate-en_nl-1_0", "not_measured")
    assert "Translates what is not in the prepared talk into de (opus-mt-en-de)." in here.sentences
    assert any("broken" in one and "not used" in one for one in here.sentences)


def test_it_is_measured_with_pairs_of_the_organizer(made: Path, models_dir: Path) -> None:
    models_dir.mkdir()
    shutil.copytree(made / "opus-mt-en-de", models_dir / "opus-mt-en-de")
    pairs = models_dir.parent / "pairs.tsv"
    pairs.write_text("Good morning to you\tGuten Morgen Ihnen\n\n", encoding="utf-8")
    measured = invoke(models_dir, "measure", "opus-mt-en-de", "--pairs", pairs)
    assert "en → de: good, chrF 100.0" in measured.output
    assert "1 sentences of pairs.tsv" in measured.output
    pairs.write_text("no tab\n", encoding="utf-8")
    wrong = invoke(models_dir, "measure", "opus-mt-en-de", "--pairs", pairs)
    assert wrong.exit_code == 1
    assert "a tab and its translation in each line" in wrong.output
    other = invoke(models_dir, "measure", "opus-mt-en-de", "--pairs", pairs, "--source", "fr")
    assert other.exit_code == 1
    unknown = invoke(models_dir, "measure", "opus-mt-en-fr")
    assert "(unknown_model)" in unknown.output
    no_talk = invoke(models_dir, "measure", "opus-mt-en-de", "--target", "cy")
    assert "--pairs" in no_talk.output


def test_a_folder_whose_name_is_no_text_is_listed(made: Path, models_dir: Path) -> None:
    models_dir.mkdir()
    strange = Path(os.fsdecode(os.fsencode(models_dir) + b"/b\xff"))
    shutil.copytree(made / "opus-mt-en-de", strange)
    listed = invoke(models_dir, "list")
    assert listed.exit_code == 0, listed.output
    assert "b\\udcff" in listed.output
    added = invoke(models_dir, "add", strange, "--languages", "en-de")
    assert "(bad_model_name)" in added.output
    assert any("b\udcff" in one for one in equipment.equipment(models_dir).sentences)


def test_what_a_killed_command_left_is_removed(made: Path, models_dir: Path) -> None:
    models_dir.mkdir()
    old, new = models_dir / ".adding-old", models_dir / ".adding-new"
    for room in (old, new):
        (room / "files").mkdir(parents=True)
    os.utime(old, (1_000_000_000, 1_000_000_000))
    invoke(models_dir, "add", made / "opus-mt-en-de")
    assert {one.name for one in models_dir.iterdir()} == {".adding-new", "opus-mt-en-de"}


def test_a_folder_that_is_none_or_full_is_told(
    made: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = invoke(models_dir, "list")
    assert missing.exit_code == 1
    assert missing.output.startswith("Error: ")
    models_dir.parent.joinpath("file").touch()
    assert invoke(models_dir.parent / "file", "list").exit_code == 2
    pipe = models_dir.parent / "pipe"
    pipe.mkdir()
    os.mkfifo(pipe / "model.bin")
    assert "(no_model)" in invoke(models_dir, "add", pipe).output
    assert "has no models" in invoke(pipe.parent, "list").output
    monkeypatch.setattr(adding, "free_bytes", lambda _folder: 10)
    full = invoke(models_dir, "add", made / "opus-mt-en-de")
    assert "(disk_full)" in full.output

    def no_space(_source: Path, _into: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(models_dir))

    monkeypatch.undo()
    monkeypatch.setattr(adding, "copy_folder", no_space)
    full = invoke(models_dir, "add", made / "opus-mt-en-de")
    assert full.exit_code == 1
    assert full.output.startswith("Error: ")
    assert list(models_dir.iterdir()) == []


def test_an_empty_folder_says_what_to_do(models_dir: Path) -> None:
    models_dir.mkdir()
    assert "broadcaster models add" in invoke(models_dir, "list").output
    missing = CliRunner().invoke(main, ["models", "list"], env={"BROADCASTER_MODELS_DIR": ""})
    assert missing.exit_code == 2


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["opus-mt-en-de", "--sha256", "0" * 64], "hash_differs"),
        (["opus-mt-en-de", "--name", "../x"], "bad_model_name"),
        (["small"], "licence_missing"),
        (["small/tokenizer.json"], "not_an_archive"),
        (["argos"], "no_model"),
        (["two.zip", "--licence", "MIT"], "several_models"),
        (["nothing.zip", "--licence", "MIT"], "no_model"),
        (["unnamed.zip", "--licence", "MIT"], "model_unusable"),
        (["cut.zip", "--licence", "MIT"], "model_unusable"),
    ],
)
def test_what_cannot_be_used_is_refused_and_leaves_nothing(
    made: Path, models_dir: Path, tmp_path: Path, words: list[str], error: str
) -> None:
    source = made / words[0]
    if source.suffix == ".zip":
        source = made_archive(made, tmp_path, source.stem)
    answer = invoke(models_dir, "add", source, *words[1:])
    assert answer.exit_code == 1
    assert f"({error})" in answer.output
    if error in {"no_model", "several_models", "not_an_archive"}:
        assert source.name in answer.output
    assert list(models_dir.iterdir()) == []


def made_archive(made: Path, tmp_path: Path, name: str) -> Path:
    """An archive with two models, none, one whose languages nobody told, or a damaged one."""
    content = tmp_path / name
    content.mkdir()
    names = {"two": ["a-en-de", "b-en-de"], "unnamed": ["strange"], "cut": ["c-en-de"]}
    for folder in names.get(name, []):
        shutil.copytree(made / "opus-mt-en-de", content / folder)
    if name == "cut":
        weights = content / "c-en-de" / "model.bin"
        weights.write_bytes(weights.read_bytes()[:5_000])
    return Path(shutil.make_archive(str(content), "zip", content))


def test_a_name_is_given_once(made: Path, models_dir: Path) -> None:
    unnamed = ["add", made / "opus-mt-en-de", "--name", "mine", "--languages", "en-at"]
    assert "(model_unusable)" in invoke(models_dir, *unnamed).output
    words = ["add", made / "opus-mt-en-de", "--name", "mine", "--languages", "en-lb"]
    added = invoke(models_dir, *words)
    assert "Added mine: translation, en → lb" in added.output, added.output
    assert json.loads((models_dir / "mine" / CARD).read_text())["languages"] == "en-lb"
    assert "(model_exists)" in invoke(models_dir, *words).output
