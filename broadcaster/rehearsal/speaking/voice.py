"""The voice of the server, and the same speech for tests."""

import asyncio
import json
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from broadcaster.rehearsal.speaking.clauses import clauses
from broadcaster.rehearsal.speaking.natural_voice import NaturalVoice
from broadcaster.rehearsal.speaking.sound_cache import SoundCache
from broadcaster.rehearsal.talk import rendered
from broadcaster.rehearsal.talk.parts import TextPart
from broadcaster.rehearsal.worker_process import WorkerFailed, WorkerProcess

_MODULE = "broadcaster.rehearsal.speaking.voice_worker"


@dataclass(frozen=True, slots=True)
class SpokenPart:
    """The sound of a part of a text.

    Attributes:
        pcm: s16le mono 24 kHz; empty if it is not spoken.
        begin: share of the text before the part, 0 to 1.
        end: share of the text up to the end of the part, 0 to 1.
        last: the text ends with it.
    """

    pcm: bytes
    begin: float
    end: float
    last: bool


class RehearsalVoice:
    """Speaks text in many languages. What was said before is kept and not rendered again.

    Args:
        natural: speaks instead as long as it can; None without such a voice.
        ahead: speaks the sentences that it has, before all others; None for no such voices.
    """

    def __init__(
        self,
        natural: NaturalVoice | None = None,
        ahead: rendered.RenderedVoices | None = None,
    ) -> None:
        self._natural, self._ahead = natural, ahead
        self._worker: WorkerProcess | None = None
        self._turn = asyncio.Lock()
        self._spoken = SoundCache()

    async def speak(
        self, text: str, language: str, length_ms: int | None = None, waited_s: float = 0.0
    ) -> bytes:
        """PCM s16le mono 24 kHz; empty when there is no voice for `language`.

        Args:
            text: what to say.
            language: ISO 639-1 code.
            length_ms: how long the speech lasts; None for the usual pace.
            waited_s: since the text was written; the natural voice leaves an old one to the other.

        Raises:
            WorkerFailed: the voice's process died or hangs. The next call starts another.
        """
        if length_ms is None:
            pcm = await self._spoken_naturally(text, language, waited_s)
            if pcm is not None:
                return pcm
        key = (language, text, length_ms)
        async with self._turn:
            spoken = self._spoken.get(key)
            if spoken is None:
                spoken = await self._ask(_request(text, language, length_ms))
                self._spoken.put(key, spoken)
            return spoken

    async def parts(
        self, text: str, language: str, length_ms: int | None = None, waited_s: float = 0.0
    ) -> AsyncIterator[SpokenPart]:
        """The parts of `speak`, each as soon as it is ready: the natural voice needs time.

        Args:
            text: as in `speak`.
            language: as in `speak`.
            length_ms: as in `speak`.
            waited_s: as in `speak`.

        Raises:
            WorkerFailed: as in `speak`.
        """
        ahead = self._ahead is not None and self._ahead.has(text, language)
        whole = self._natural is None or ahead or length_ms is not None
        parts, said = [text] if whole else clauses(text), 0
        length = max(1, len(text))
        for part in parts:
            # A sentence that was begun is not left to another voice because it was late.
            pcm = await self.speak(part.strip(), language, length_ms, 0.0 if said else waited_s)
            begin, said = said, said + len(part)
            yield SpokenPart(pcm, begin / length, said / length, last=said == len(text))

    async def speak_part(
        self, part: TextPart, language: str, length_ms: int | None = None
    ) -> bytes:
        """`speak` for a part of a sentence; what was rendered ahead sounds as in the sentence."""
        ahead = self._ahead if length_ms is None else None
        if ahead is not None and ahead.has(part.sentence, language):
            return await asyncio.to_thread(ahead.part, part, language)
        return await self.speak(part.text, language, length_ms)

    async def prepare(self) -> None:
        """Load the natural voice, so that its first sentence comes as soon as all others."""
        if self._natural is not None:
            await self._natural.prepare()

    async def close(self) -> None:
        """End the voices' processes."""
        if self._natural is not None:
            await self._natural.close()
        if self._worker is not None:
            worker, self._worker = self._worker, None
            await worker.close()

    async def _spoken_naturally(self, text: str, language: str, waited_s: float) -> bytes | None:
        """A sentence that was rendered ahead, or else of the natural voice; None without both."""
        if self._ahead is not None and self._ahead.has(text, language):
            return await asyncio.to_thread(self._ahead.sound, text, language)
        if self._natural is None:
            return None
        return await self._natural.speak(text, language, waited_s)

    async def _ask(self, request: bytes) -> bytes:
        try:
            if self._worker is None:
                self._worker = await WorkerProcess.start_module(_MODULE)
            return await self._worker.patiently(_answer(self._worker, request))
        except BaseException as error:
            # A late answer must not be taken for the answer to the next request.
            if self._worker is not None:
                self._worker.kill()
                await self.close()
            if isinstance(error, (OSError, TimeoutError, asyncio.IncompleteReadError)):
                raise WorkerFailed("the voice does not answer") from error
            raise


async def _answer(worker: WorkerProcess, request: bytes) -> bytes:
    worker.input.write(request)
    await worker.input.drain()
    (length,) = struct.unpack("!I", await worker.output.readexactly(4))
    return await worker.output.readexactly(length)


def render_all(texts: Sequence[str], language: str, length_ms: int | None = None) -> list[bytes]:
    """Return the server's speech for each text, byte for byte. Blocks; made for tests."""
    voices = rendered.load()
    ahead = {
        text: voices.sound(text, language)
        for text in texts
        if length_ms is None and voices.has(text, language)
    }
    others = [text for text in texts if text not in ahead]
    simple = iter(_render_simply(others, language, length_ms) if others else [])
    return [ahead[text] if text in ahead else next(simple) for text in texts]


def _render_simply(texts: Sequence[str], language: str, length_ms: int | None) -> list[bytes]:
    requests = b"".join(_request(text, language, length_ms) for text in texts)
    command = [sys.executable, "-m", _MODULE]
    output = subprocess.run(  # noqa: S603 - our own module
        command, input=requests, stdout=subprocess.PIPE, check=True, timeout=60
    ).stdout
    answers, at = [], 0
    while at < len(output):
        (length,) = struct.unpack_from("!I", output, at)
        answers.append(output[at + 4 : at + 4 + length])
        at += 4 + length
    return answers


def render(text: str, language: str) -> bytes:
    """`render_all` for one text."""
    return render_all([text], language)[0]


def _request(text: str, language: str, length_ms: int | None) -> bytes:
    request = {"language": language, "text": text, "length_ms": length_ms}
    return json.dumps(request).encode() + b"\n"
