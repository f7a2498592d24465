"""The translation models of a folder, and the process that uses them."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from broadcaster.rehearsal.words.text_model_folder import (
    TextModelFolder,
    UnusableModel,
    has_text_model,
    read_text_model,
)
from broadcaster.rehearsal.worker_process import WorkerFailed, WorkerProcess

_WORKER = "broadcaster.rehearsal.words.translation_worker"
_LAST_SIZE = 64
"""Translations kept: the sessions of one event ask for the same sentence at the same time."""


def find_text_models(models_dir: Path) -> tuple[tuple[TextModelFolder, ...], tuple[str, ...]]:
    """The translation models in a folder, and a sentence for each that cannot be used."""
    models, problems = [], []
    for folder in sorted(models_dir.iterdir() if models_dir.is_dir() else ()):
        if folder.name.startswith(".") or not has_text_model(folder):
            continue
        try:
            models.append(read_text_model(folder))
        except UnusableModel as wrong:
            problems.append(str(wrong))
    return tuple(models), tuple(problems)


class TextModels:
    """Translates by the models of a folder, in one process that is started when first needed.

    Args:
        models_dir: the folder in which they are.
        models: those that can be used.
        languages: of a model whose files do not tell them; empty usually.
    """

    def __init__(
        self, models_dir: Path, models: Sequence[TextModelFolder], languages: str = ""
    ) -> None:
        self._models_dir, self._models, self._languages = models_dir, tuple(models), languages
        self._worker: WorkerProcess | None = None
        self._turn = asyncio.Lock()
        self._last: dict[tuple[str, str, str], str] = {}

    def targets(self, source: str) -> frozenset[str]:
        """ISO 639 codes of the languages into which `source` can be translated."""
        return frozenset(
            target
            for model in self._models
            for target in model.targets
            if model.translates(source, target)
        )

    def model_for(self, source: str, target: str) -> TextModelFolder | None:
        """The model for a pair of languages; None without one.

        The best one that was measured; else the one for the fewest languages, which usually is
        better than one for many.
        """
        able = [model for model in self._models if model.translates(source, target)]
        return max(
            able,
            key=lambda one: (one.card.chrf(source, target) or -1.0, -len(one.targets), one.name),
            default=None,
        )

    async def translate(self, text: str, source: str, target: str) -> str:
        """A text in another language, for which there is a model.

        Raises:
            WorkerFailed: the model cannot be used, or does not answer. The next call tries again.
        """
        model = self.model_for(source, target)
        if model is None:
            raise WorkerFailed(f"no model translates {source} into {target}")
        key = (text, source, target)
        async with self._turn:
            if key not in self._last:
                answer = await self._ask(model.name, *key)
                if len(self._last) >= _LAST_SIZE:
                    del self._last[next(iter(self._last))]
                self._last[key] = answer
            return self._last[key]

    async def close(self) -> None:
        """End the process."""
        if self._worker is not None:
            worker, self._worker = self._worker, None
            await worker.close()

    async def _ask(self, model: str, text: str, source: str, target: str) -> str:
        request = {"model": model, "source": source, "target": target, "text": text}
        if self._languages:
            request["languages"] = self._languages
        try:
            if self._worker is None:
                self._worker = await WorkerProcess.start_module(_WORKER, str(self._models_dir))
            worker = self._worker
            worker.input.write(json.dumps(request).encode() + b"\n")
            await worker.input.drain()
            line = await worker.patiently(worker.output.readuntil(b"\n"))
        except BaseException as error:
            # A late answer must not be taken for the answer to the next request.
            if self._worker is not None:
                self._worker.kill()
                await self.close()
            if isinstance(error, (OSError, TimeoutError, asyncio.IncompleteReadError)):
                raise WorkerFailed(f"the model {model} does not answer") from error
            raise
        answer = json.loads(line)
        if "error" in answer:
            raise WorkerFailed(answer["error"])
        return str(answer["text"])
