"""Finding a model, in folders and in packages."""

from pathlib import Path

import pytest

from broadcaster.rehearsal.weights import PackagedWeights, WeightsMissing, packaged_file
from broadcaster.rehearsal.whisper import model_files
from broadcaster.rehearsal.whisper.model_files import find_model

MEGABYTE = 1024 * 1024


def model(folder: Path, megabytes: int, kind: bytes = b"WhisperSpec") -> Path:
    folder.mkdir()
    with (folder / "model.bin").open("wb") as file:
        file.write(b"\x06\0\0\0\x0c\0" + kind + b"\0")
        file.truncate(megabytes * MEGABYTE)
    (folder / "tokenizer.json").write_text("{}")
    return folder


def test_the_largest_model_that_the_cores_can_carry_is_taken(tmp_path: Path) -> None:
    small, large = model(tmp_path / "small", 480), model(tmp_path / "large", 1_500)
    model(tmp_path / "other", 10, b"TransformerSpec")
    assert find_model(tmp_path, 6).folder == small
    assert find_model(tmp_path, 16).folder == large


def test_a_folder_that_is_a_model_is_taken_whatever_its_size(tmp_path: Path) -> None:
    large = model(tmp_path / "large", 3_000)
    assert find_model(large, 1).folder == large


def test_without_folders_the_packages_carry_one() -> None:
    found = find_model(None, 2)
    assert found.name == "base"
    assert found.contents is not None
    assert set(found.contents) == {"config.json", "tokenizer.json", "vocabulary.json", "model.bin"}


def test_a_machine_without_a_model_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lacking = PackagedWeights((("no-such-package", "model.bin"),), "0" * 64)
    monkeypatch.setattr(model_files, "BASE", lacking)
    with pytest.raises(WeightsMissing, match="BROADCASTER_MODELS_DIR"):
        find_model(tmp_path, 2)
    model(tmp_path / "large", 3_000)
    assert find_model(tmp_path, 2).name == "large"


def test_weights_that_were_not_checked_are_refused() -> None:
    other = PackagedWeights((("numpy", "METADATA"),), "0" * 64)
    assert other.installed()
    with pytest.raises(WeightsMissing, match="not those that were checked"):
        other.joined()


def test_a_missing_file_is_named() -> None:
    with pytest.raises(WeightsMissing, match=r"no file model\.bin"):
        packaged_file("numpy", "model.bin")
    with pytest.raises(WeightsMissing, match="not installed"):
        packaged_file("no-such-package", "model.bin")
