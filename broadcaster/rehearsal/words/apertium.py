"""Machine translation of free speech, where the Apertium programs are installed.

Apertium (GPL) runs in processes that stay open. Each answers text up to a NUL with text up to a
NUL. The translation gives the gist. Only pairs that are usable from English are offered. Some go
through Spanish, which is translated once.
"""

import asyncio
import re
import shutil
from pathlib import Path

from broadcaster.rehearsal.worker_process import WorkerFailed, WorkerProcess

_ROUTES = {
    "es": ("eng-spa",),
    "ca": ("eng-cat",),
    "gl": ("en-gl",),
    "eo": ("en-eo",),
    "fr": ("eng-spa", "es-fr"),
    "it": ("eng-spa", "spa-ita"),
    "pt": ("eng-spa", "es-pt"),
}
MEASURED_CHRF = {"ca": 65.0, "es": 64.0, "fr": 59.0, "it": 60.0, "pt": 60.0}
"""By ISO 639-1 code: 22 sentences of conference talks against the translation of one person, on
2026-11-22, Debian 12."""
_MODES = Path("/usr/share/apertium/modes")
_ANSWER_S = 3.0
_LAST_SIZE = 64
"""Translations kept: the sessions of one event ask for the same sentence at the same time."""
_FENCE = "[][\n]"


class Apertium:
    """Apertium pipelines, opened when first needed and kept open."""

    def __init__(self) -> None:
        self._pipelines: dict[str, WorkerProcess] = {}
        self._turn = asyncio.Lock()
        self._last: dict[tuple[str, str], str] = {}

    @staticmethod
    def languages() -> frozenset[str]:
        """ISO 639-1 codes of possible target languages; empty when Apertium is not installed."""
        if shutil.which("apertium") is None:
            return frozenset()
        return frozenset(
            language
            for language, route in _ROUTES.items()
            if all((_MODES / f"{mode}.mode").exists() for mode in route)
        )

    async def translate(self, text: str, language: str) -> str:
        """English `text` in one of `languages()`.

        Raises:
            WorkerFailed: Apertium does not answer. The next call starts it again.
        """
        async with self._turn:
            for mode in _ROUTES[language]:
                text = await self._step(text, mode)
        return text

    async def close(self) -> None:
        """End all pipelines."""
        for pipeline in self._pipelines.values():
            await pipeline.close()
        self._pipelines.clear()

    async def _step(self, text: str, mode: str) -> str:
        key = (mode, text)
        if key not in self._last:
            answer = await self._ask(text, mode)
            if len(self._last) >= _LAST_SIZE:
                del self._last[next(iter(self._last))]
            self._last[key] = answer
        return self._last[key]

    async def _ask(self, text: str, mode: str) -> str:
        escaped = re.sub(r"([\[\]{}^$/\\@<>*])", r"\\\1", text)
        stop = "" if text.endswith((".", "?", "!")) else "."
        try:
            async with asyncio.timeout(_ANSWER_S):
                if mode not in self._pipelines:
                    command = await asyncio.to_thread(_pipeline, mode)
                    self._pipelines[mode] = await WorkerProcess.start("/bin/sh", "-c", command)
                pipeline = self._pipelines[mode]
                pipeline.input.write(f"{escaped}{stop}{_FENCE}\0".encode())
                await pipeline.input.drain()
                answer = (await pipeline.output.readuntil(b"\0")).decode()
        except BaseException as error:
            # A late answer must not be taken for the answer to the next request.
            if mode in self._pipelines:
                await self._pipelines.pop(mode).close()
            if isinstance(error, (OSError, TimeoutError, asyncio.IncompleteReadError)):
                raise WorkerFailed(f"apertium {mode} does not answer") from error
            raise
        plain = answer.rstrip("\0").replace(_FENCE, "").strip()
        return re.sub(r"[*@#]", "", re.sub(r"\\(.)", r"\1", plain))


def _pipeline(mode: str) -> str:
    """The mode's shell pipeline, with every stage told to flush at NUL (`-z`)."""
    command = (_MODES / f"{mode}.mode").read_text(encoding="utf-8")
    stages = command.replace("$1", "-n").replace("$2", "").strip().split("|")
    return " | ".join(
        " ".join([program, "-z", *arguments])
        for program, *arguments in (stage.split() for stage in stages)
    )
