"""Measures a translation model against the translations of people."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from broadcaster.errors import BroadcasterError
from broadcaster.rehearsal import talk
from broadcaster.rehearsal.models.catalogue import text_model
from broadcaster.rehearsal.words.model_card import Measured
from broadcaster.rehearsal.words.quality import quality_of
from broadcaster.rehearsal.words.text_model_folder import TextModelFolder
from broadcaster.rehearsal.words.text_models import TextModels
from broadcaster.rehearsal.worker_process import WorkerFailed
from broadcaster.report.quality.texts import text_chrf

_MOST_BYTES = 10_000_000
_CELLS = 2
_TALK = "the prepared talk"
_Pairs = Sequence[tuple[str, str]]


def measured_model(
    name: str, models_dir: Path, pairs: Path | None, source: str, target: str
) -> list[str]:
    """Measure a model of the folder and keep the figures with it.

    Args:
        name: of the model.
        models_dir: the folder.
        pairs: file with sentences and translations; None for the prepared talk.
        source: ISO 639 code of the sentences.
        target: ISO 639 code to measure; empty for all at hand.

    Returns:
        A sentence for each language.

    Raises:
        BroadcasterError: the model, the file or a library cannot be used.
        OSError: a file cannot be read or written.
    """
    model = text_model(models_dir, name)
    texts = _TALK if pairs is None else pairs.name
    sets = _of_talk(model, target) if pairs is None else {_only(model, target): _of_file(pairs)}
    source = "en" if pairs is None else source
    found: list[Measured] = []
    sentences: list[str] = []
    for language, both in sets.items():
        if not model.translates(source, language):
            raise BroadcasterError(
                f"{name} does not translate {source} into {language}",
                hint="`broadcaster models list` shows its languages.",
            )
        models = TextModels(models_dir, [model])
        translations, each_s = asyncio.run(_translated(models, source, language, both))
        chrf, signature = text_chrf(translations, [reference for _, reference in both])
        one = Measured(
            source=source,
            target=language,
            chrf=round(chrf, 1),
            sentences=len(both),
            texts=texts,
            on=datetime.now(UTC).date().isoformat(),
        )
        found.append(one)
        sentences.append(
            f"{source} → {language}: {quality_of(one.chrf, language)}, chrF {one.chrf:.1f} "
            f"({signature}), {len(both)} sentences of {texts}, {each_s:.2f} s each"
        )
    model.card.with_measured(found).write(models_dir / name)
    return sentences


async def _translated(
    models: TextModels, source: str, target: str, pairs: _Pairs
) -> tuple[list[str], float]:
    """The translations, and the mean seconds of one after the first, which loads the model."""
    translations, began = [], time.monotonic()
    try:
        for number, (sentence, _) in enumerate(pairs):
            translations.append(await models.translate(sentence, source, target))
            began = time.monotonic() if number == 0 else began
    except WorkerFailed as failed:
        raise BroadcasterError(str(failed), hint="Convert it again, and add it again.") from None
    finally:
        await models.close()
    return translations, (time.monotonic() - began) / max(1, len(pairs) - 1)


def _of_talk(model: TextModelFolder, target: str) -> Mapping[str, _Pairs]:
    """The sentences of the talk with their translations, by language."""
    prepared = talk.load()
    known = sorted(prepared.languages() & model.targets)
    wanted = [one for one in known if target in ("", one)]
    if not wanted:
        raise BroadcasterError(
            f"the prepared talk has no translations to compare {model.name} with",
            hint="Give sentences and translations of your own with --pairs.",
        )
    sentences = [one for one in prepared.sentences if one.language == "en"]
    return {code: [(one.text, one.translations[code]) for one in sentences] for code in wanted}


def _only(model: TextModelFolder, target: str) -> str:
    """The language of the translations in a file."""
    if not target and len(model.targets) > 1:
        raise BroadcasterError(
            f"{model.name} translates into several languages", hint="Name one with --target."
        )
    return target or min(model.targets)


def _of_file(path: Path) -> _Pairs:
    if path.stat().st_size > _MOST_BYTES:
        raise BroadcasterError(f"{path.name} is too large", hint="Give at most 10 MB.")
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise BroadcasterError(f"{path.name} is not text in UTF-8") from None
    cells = [line.split("\t") for line in lines if line.strip()]
    if not cells or any(len(row) != _CELLS or not all(map(str.strip, row)) for row in cells):
        raise BroadcasterError(
            f"{path.name} does not have two texts in every line",
            hint="Write a sentence, a tab and its translation in each line.",
        )
    return [(row[0].strip(), row[1].strip()) for row in cells]
