"""Takes a model into the folder: unpacked, checked, tried, and only then under its name."""

import asyncio
import hashlib
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from broadcaster.rehearsal.models.catalogue import KnownModel, known_models, weights_of
from broadcaster.rehearsal.models.licences import Licence, find_licence
from broadcaster.rehearsal.models.refusal import ModelRefused
from broadcaster.rehearsal.models.unpacking import copy_folder, free_bytes, is_archive, unpack
from broadcaster.rehearsal.whisper.model_files import is_whisper
from broadcaster.rehearsal.words.model_card import ModelCard
from broadcaster.rehearsal.words.text_model_folder import (
    UnusableModel,
    has_text_model,
    read_text_model,
)
from broadcaster.rehearsal.words.text_models import TextModels
from broadcaster.rehearsal.worker_process import WorkerFailed

SAMPLE = "Good morning, and welcome to our conference."
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_ROOM = ".adding-"
_ABANDONED_S = 86_400.0
_ENDINGS = re.compile(r"(\.(zip|argosmodel|tar|tgz|gz|bz2|xz|zst))+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wish:
    """A model that is to be added.

    Attributes:
        source: its folder or archive.
        name: for it; empty for the name it has.
        sha256: expected of the archive, or of the weights in a folder; empty if it is not known.
        languages: `en-de` or `en-fr,es,it`, where its files do not tell; may be empty.
        licence: its name, where its files do not tell; may be empty.
    """

    source: Path
    name: str = ""
    sha256: str = ""
    languages: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """A model that was added.

    Attributes:
        model: as the folder has it now.
        sha256: of the archive, or of the weights.
        compared: it was compared with an expected one.
        licence: the licence that was found or given.
        sample: `SAMPLE` as the model translates it into one of its languages; empty for a
            recogniser and for a model that does not translate from English.
    """

    model: KnownModel
    sha256: str
    compared: bool
    licence: Licence
    sample: str


def add_model(wish: Wish, models_dir: Path) -> Added:
    """Add a model to the folder, which exists.

    Raises:
        ModelRefused: it cannot be used, or is not what was expected. Nothing was changed.
        OSError: a file cannot be read or written.
    """
    sha256, compared = _hash(wish)
    with _room(wish, models_dir) as room:
        found = _model_in(room / "files", wish.source.resolve().name)
        root = room / _name(wish, found if found != room / "files" else None)
        if (models_dir / root.name).exists():
            raise ModelRefused(
                "model_exists",
                f"{models_dir} has {root.name} already",
                "Remove it, or choose another name with --name.",
            )
        found.rename(root)
        licence = _licence(wish, root)
        sample = ""
        if not is_whisper(root):
            sample = _try(root, wish.languages)
        card = ModelCard(languages=wish.languages, licence=licence.name, sha256=sha256)
        card.write(root)
        root.rename(models_dir / root.name)
        added = next(one for one in known_models(models_dir) if one.name == root.name)
        return Added(added, sha256, compared, licence, sample)


@contextmanager
def _room(wish: Wish, models_dir: Path) -> Iterator[Path]:
    """A folder with the files of the model in `files`, on the disk where they stay."""
    needed = _bytes_of(wish.source)
    if needed > free_bytes(models_dir):
        raise ModelRefused(
            "disk_full",
            f"{needed / 1e9:.1f} GB are needed, and less is free",
            "Make space on that disk.",
        )
    _remove_abandoned(models_dir)
    room = Path(tempfile.mkdtemp(prefix=_ROOM, dir=models_dir))
    try:
        (room / "files").mkdir()
        if wish.source.is_dir():
            copy_folder(wish.source, room / "files")
        else:
            unpack(wish.source, room / "files")
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _remove_abandoned(models_dir: Path) -> None:
    """Remove what a process has left that was killed while it added a model."""
    oldest_s = time.time() - _ABANDONED_S
    for room in models_dir.glob(f"{_ROOM}*"):
        with suppress(OSError):
            if room.stat().st_mtime < oldest_s:
                shutil.rmtree(room)


def _bytes_of(source: Path) -> int:
    if source.is_file():
        return source.stat().st_size
    return sum(path.stat().st_size for path in source.rglob("*") if path.is_file())


def _hash(wish: Wish) -> tuple[str, bool]:
    """SHA-256 of the model, and whether it was compared."""
    source = wish.source
    hashed = source
    if source.is_dir():
        hashed = weights_of(source)
        if not hashed.is_file():
            raise _no_model(source.resolve().name)
    elif not is_archive(source):
        raise ModelRefused(
            "not_an_archive",
            f"{source.name} is neither a folder nor a zip or tar archive",
            "Give the folder or the archive of a model that was converted for CTranslate2. Copy "
            "the file of a voice, kokoro*.onnx, into the folder of models itself.",
        )
    with hashed.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    expected = wish.sha256.strip().lower()
    if expected and expected != found:
        raise ModelRefused(
            "hash_differs",
            f"the SHA-256 of {hashed.name} is {found}, not {expected}",
            "Load it again from a source that you trust.",
        )
    return found, bool(expected)


def _model_in(folder: Path, source: str) -> Path:
    """The folder of the only model below a folder.

    Args:
        folder: where to look.
        source: name of what it came from.
    """
    found = {path.parent for path in folder.rglob("model.bin")}
    roots = {
        path.parent
        if path.name == "model" and path != folder and has_text_model(path.parent)
        else path
        for path in found
    }
    usable = [one for one in roots if is_whisper(one) or has_text_model(one)]
    if len(usable) > 1:
        raise ModelRefused(
            "several_models",
            f"{source} has {len(usable)} models",
            "Add them one after the other.",
        )
    if not usable:
        raise _no_model(source)
    return usable[0]


def _no_model(name: str) -> ModelRefused:
    return ModelRefused(
        "no_model",
        f"{name} has no model of a kind that can be used",
        "It has to be a Whisper or translation model that was converted for CTranslate2, with "
        "model.bin, its vocabulary, and tokenizer.json or the SentencePiece files.",
    )


def _name(wish: Wish, inner: Path | None) -> str:
    """The name of the model's folder: as wished, as in the archive, or as the archive's."""
    plain = _ENDINGS.sub("", wish.source.resolve().name)
    name = wish.name or (inner.name if inner is not None and inner.name != "model" else plain)
    if _NAME.fullmatch(name) is None or name == "files":
        raise ModelRefused(
            "bad_model_name",
            f"{name[:80]!r} cannot be the name of a model",
            "Choose one with --name: letters, digits, dots and hyphens.",
        )
    return name


def _licence(wish: Wish, folder: Path) -> Licence:
    if wish.licence:
        return Licence(wish.licence, "", "")
    found = find_licence(folder)
    if found is None:
        raise ModelRefused(
            "licence_missing",
            "no file of the model tells its licence",
            "Put its LICENSE or README.md into the folder, or name it: --licence CC-BY-4.0.",
        )
    return found


def _try(folder: Path, languages: str) -> str:
    """Load a translation model in its process and let it translate a sentence."""
    try:
        model = read_text_model(folder, languages)
    except UnusableModel as wrong:
        raise ModelRefused("model_unusable", str(wrong), "See docs/local-interpreter.md.") from None
    source = "en" if "en" in model.sources else min(model.sources)
    target = min(model.targets - {source})

    async def translated() -> str:
        models = TextModels(folder.parent, [model], languages)
        try:
            return await models.translate(SAMPLE, source, target)
        finally:
            await models.close()

    try:
        text = asyncio.run(translated())
    except WorkerFailed as failed:
        raise ModelRefused(
            "model_unusable",
            str(failed),
            "Convert it again, and install the extra: "
            'pip install "conference-broadcaster[interpreter]"',
        ) from None
    return f"{target}: {text}" if source == "en" else ""
