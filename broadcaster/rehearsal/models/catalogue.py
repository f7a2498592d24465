"""The models in a folder, as people read of them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from broadcaster.rehearsal.models.refusal import ModelRefused
from broadcaster.rehearsal.whisper.model_files import is_whisper
from broadcaster.rehearsal.words.model_card import ModelCard
from broadcaster.rehearsal.words.quality import quality_of
from broadcaster.rehearsal.words.text_model_folder import (
    WEIGHTS,
    TextModelFolder,
    UnusableModel,
    has_text_model,
    read_text_model,
)

Kind = Literal["recogniser", "translation", "voice"]


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model of the folder.

    Attributes:
        name: of its folder or file.
        kind: what it does.
        languages: for people.
        size_bytes: of all its files.
        licence: its name; empty if it is not known.
        quality: for people.
        problem: why it cannot be used, a sentence; empty if it can.
        text: the translation model; None for others and for one that cannot be used.
    """

    name: str
    kind: Kind
    languages: str
    size_bytes: int
    licence: str
    quality: str
    problem: str = ""
    text: TextModelFolder | None = None


def known_models(models_dir: Path) -> list[KnownModel]:
    """The models in a folder, by their names.

    Raises:
        OSError: the folder cannot be read.
    """
    found = []
    for path in sorted(models_dir.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_file() and path.name.startswith("kokoro") and path.suffix == ".onnx":
            found.append(_voice(path))
        elif is_whisper(path):
            found.append(_recogniser(path))
        elif has_text_model(path):
            found.append(_translation(path))
    return found


def text_model(models_dir: Path, name: str) -> TextModelFolder:
    """The translation model of this name.

    Raises:
        ModelRefused: the folder has no such model, or it cannot be used.
        OSError: the folder cannot be read.
    """
    for one in known_models(models_dir):
        if one.name != name or one.kind != "translation":
            continue
        if one.text is None:
            raise ModelRefused(
                "model_unusable", one.problem, "Correct it, or remove its folder and add it again."
            )
        return one.text
    raise ModelRefused(
        "unknown_model",
        f"{models_dir} has no translation model {name}",
        "`broadcaster models list` shows their names.",
    )


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def languages_of(model: TextModelFolder) -> str:
    """The languages of a translation model, for people."""
    if model.sources == model.targets:
        return f"{len(model.targets)} languages, each into each"
    return f"{', '.join(sorted(model.sources))} → {', '.join(sorted(model.targets))}"


def quality_text(model: TextModelFolder) -> str:
    """The measured quality of a translation model, for people."""
    if not model.card.measured:
        return "not measured"
    return ", ".join(
        f"{one.source} → {one.target}: {quality_of(one.chrf, one.target)} (chrF {one.chrf:.0f})"
        for one in model.card.measured
    )


def _voice(path: Path) -> KnownModel:
    size = path.stat().st_size
    return KnownModel(path.name, "voice", "see docs/local-interpreter.md", size, "", "not measured")


def _recogniser(folder: Path) -> KnownModel:
    problem, licence = "", ""
    try:
        licence = ModelCard.read(folder).licence
        config = folder / "config.json"
        settings = json.loads(config.read_text(encoding="utf-8")) if config.is_file() else {}
        count = len(settings.get("lang_ids") or ())
    except (OSError, ValueError, AttributeError, TypeError, RecursionError) as wrong:
        problem, count = f"the model {folder.name} cannot be read: {wrong}", 0
    languages = f"{count} languages, and into English" if count > 1 else "not told"
    return KnownModel(
        folder.name, "recogniser", languages, size_of(folder), licence, "not measured", problem
    )


def _translation(folder: Path) -> KnownModel:
    size = size_of(folder)
    try:
        model = read_text_model(folder)
    except UnusableModel as wrong:
        return KnownModel(folder.name, "translation", "", size, "", "", str(wrong))
    return KnownModel(
        folder.name,
        "translation",
        languages_of(model),
        size,
        model.card.licence,
        quality_text(model),
        text=model,
    )


def weights_of(folder: Path) -> Path:
    """The file with the weights of a model."""
    inner = folder / "model" / WEIGHTS
    return inner if inner.is_file() else folder / WEIGHTS
