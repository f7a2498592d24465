"""The natural voice, as long as the processor can keep pace."""

import asyncio
import json
import logging
import struct
from collections.abc import Awaitable, Callable, Sequence
from functools import cache

from broadcaster.rehearsal.speaking.kokoro_files import VOICES
from broadcaster.rehearsal.speaking.kokoro_symbols import in_pieces, symbols_of
from broadcaster.rehearsal.speaking.sound_cache import SoundCache
from broadcaster.rehearsal.spelling.spellers import missing_packages
from broadcaster.rehearsal.worker_process import WorkerFailed, WorkerProcess

_KOKORO = "broadcaster.rehearsal.speaking.kokoro_worker"
PHONEMES = "broadcaster.rehearsal.speaking.phoneme_worker"
_SPELLED_AS = {"en": "en-us", "pt": "pt-br"}
"""Names of espeak-ng's voices that are not the language's code."""
_USUAL_S_PER_CHARACTER = 0.03
_LATEST_S = 6.0
_REST_S = 60.0
"""For this long the simple voice then speaks the language, so that voices do not alternate."""
_FIRST_WORDS = "Good morning."
_NEWEST = 0.2
"""Weight of the newest sentence in the mean cost of a character."""

_Reader = Callable[[WorkerProcess], Awaitable[bytes]]
_log = logging.getLogger(__name__)


class NaturalVoice:
    """Speaks some languages with a neural voice, unless that would take too long.

    Args:
        arguments: of the process that speaks.
        male: whether the voice is male where there is a choice.
        latest_s: a text that would be ready so long after it was written, or is not ready so long
            after it was asked for, is left to another voice.
    """

    def __init__(
        self, arguments: Sequence[str] = (), *, male: bool = False, latest_s: float = _LATEST_S
    ) -> None:
        self._arguments, self._male, self._latest_s = arguments, male, latest_s
        self._workers: dict[str, WorkerProcess] = {}
        self._turn = asyncio.Lock()
        self._sounds = SoundCache()
        self._s_per_character = _USUAL_S_PER_CHARACTER
        self._waiting_characters = 0
        self._rests_until: dict[str, float] = {}
        self._rendering: set[asyncio.Task[bytes]] = set()

    async def speak(self, text: str, language: str, waited_s: float = 0.0) -> bytes | None:
        """PCM s16le mono 24 kHz; None if another voice has to speak.

        Args:
            text: a sentence or a clause.
            language: ISO 639-1 code.
            waited_s: since it was written.
        """
        now_s = asyncio.get_running_loop().time()
        if language not in natural_languages() or now_s < self._rests_until.get(language, 0.0):
            return None
        kept = self._sounds.get((language, text))
        if kept is not None:
            return kept
        waiting = self._waiting_characters + len(text)
        if waited_s + waiting * self._s_per_character > self._latest_s:
            self._rest(language, "the natural one cannot keep pace on this machine")
            return None
        self._waiting_characters = waiting
        rendering = asyncio.create_task(self._in_turn(text, language), name="natural voice")
        self._rendering.add(rendering)
        try:
            async with asyncio.timeout(self._latest_s):
                # What is late is rendered to its end: that tells how long it takes.
                return await asyncio.shield(rendering) or None
        except (WorkerFailed, TimeoutError) as error:
            self._rest(language, str(error) or "the natural one is too late")
            return None

    async def prepare(self) -> None:
        """Load the models. The time that this takes does not count as the cost of a sentence."""
        try:
            async with self._turn:
                await self._rendered(_FIRST_WORDS, "en")
        except WorkerFailed as error:
            _log.warning("the natural voice was not loaded: %s", error)

    async def close(self) -> None:
        """End the processes."""
        for rendering in self._rendering:
            rendering.cancel()
        await asyncio.gather(*self._rendering, return_exceptions=True)
        workers, self._workers = self._workers, {}
        for worker in workers.values():
            await worker.close()

    def _rest(self, language: str, reason: str) -> None:
        """Leave a language to the simple voice for a while."""
        self._rests_until[language] = asyncio.get_running_loop().time() + _REST_S
        self._s_per_character = _USUAL_S_PER_CHARACTER
        _log.warning("the simple voice speaks %s for a while: %s", language, reason)

    async def _in_turn(self, text: str, language: str) -> bytes:
        """The sound of a text when it is its turn."""
        try:
            async with self._turn:
                return await self._once(text, language)
        finally:
            self._waiting_characters -= len(text)
            if (this := asyncio.current_task()) is not None:
                self._rendering.discard(this)

    async def _once(self, text: str, language: str) -> bytes:
        """The sound of a text, which another session may have asked for in the meantime."""
        kept = self._sounds.get((language, text))
        if kept is None:
            now_s = asyncio.get_running_loop().time
            began_s = now_s()
            kept = await self._rendered(text, language)
            cost_s = (now_s() - began_s) / max(1, len(text))
            self._s_per_character += _NEWEST * (cost_s - self._s_per_character)
            self._sounds.put((language, text), kept)
        return kept

    async def _rendered(self, text: str, language: str) -> bytes:
        """The sound of a text; empty if nothing can be said."""
        request = {"language": spelled_as(language), "text": text}
        spelled = await self._ask(PHONEMES, (), request, _line)
        symbols = symbols_of(json.loads(spelled)["phonemes"], language)
        voice = VOICES[language][-1 if self._male else 0]
        requests = [{"symbols": piece, "voice": voice} for piece in in_pieces(symbols)]
        parts = [await self._ask(_KOKORO, self._arguments, one, _sound) for one in requests]
        return b"".join(parts)

    async def _ask(
        self, module: str, arguments: Sequence[str], request: object, read: _Reader
    ) -> bytes:
        try:
            if module not in self._workers:
                self._workers[module] = await WorkerProcess.start_module(module, *arguments)
            worker = self._workers[module]
            worker.input.write(json.dumps(request).encode() + b"\n")
            await worker.input.drain()
            return await worker.patiently(read(worker))
        except BaseException as error:
            # A late answer must not be taken for the answer to the next request.
            if (failed := self._workers.pop(module, None)) is not None:
                failed.kill()
                await failed.close()
            if isinstance(error, (OSError, TimeoutError, asyncio.IncompleteReadError)):
                raise WorkerFailed("the natural voice does not answer") from error
            raise


@cache
def natural_languages() -> frozenset[str]:
    """ISO 639-1 codes of the languages that can be spelled and spoken on this machine."""
    return frozenset(language for language in VOICES if not missing_packages(language))


def spelled_as(language: str) -> str:
    """The name of espeak-ng's voice for a language."""
    return _SPELLED_AS.get(language, language)


async def _line(worker: WorkerProcess) -> bytes:
    return await worker.output.readuntil(b"\n")


async def _sound(worker: WorkerProcess) -> bytes:
    (length,) = struct.unpack("!I", await worker.output.readexactly(4))
    return await worker.output.readexactly(length)
