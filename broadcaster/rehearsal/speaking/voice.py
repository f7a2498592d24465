"""The voice of the server, and the same speech for tests."""

import asyncio
import json
import struct
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Sequence

from broadcaster.rehearsal.worker_process import WorkerFailed, WorkerProcess

_MODULE = "broadcaster.rehearsal.speaking.voice_worker"
_CACHE_BYTES = 64 * 1024 * 1024
_Key = tuple[str, str, int | None]


class RehearsalVoice:
    """Speaks text in many languages. What was said before is kept and not rendered again."""

    def __init__(self) -> None:
        self._worker: WorkerProcess | None = None
        self._turn = asyncio.Lock()
        self._spoken: OrderedDict[_Key, bytes] = OrderedDict()
        self._spoken_bytes = 0

    async def speak(self, text: str, language: str, length_ms: int | None = None) -> bytes:
        """PCM s16le mono 24 kHz; empty when there is no voice for `language`.

        Args:
            text: what to say.
            language: ISO 639-1 code.
            length_ms: how long the speech lasts; None for the usual pace.

        Raises:
            WorkerFailed: the voice's process died or hangs. The next call starts another.
        """
        key = (language, text, length_ms)
        async with self._turn:
            if key not in self._spoken:
                self._keep(key, await self._ask(_request(text, language, length_ms)))
            self._spoken.move_to_end(key)
            return self._spoken[key]

    async def close(self) -> None:
        """End the voice's process."""
        if self._worker is not None:
            worker, self._worker = self._worker, None
            await worker.close()

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

    def _keep(self, key: _Key, pcm: bytes) -> None:
        self._spoken[key] = pcm
        self._spoken_bytes += len(pcm)
        while self._spoken_bytes > _CACHE_BYTES and len(self._spoken) > 1:
            _, oldest = self._spoken.popitem(last=False)
            self._spoken_bytes -= len(oldest)


async def _answer(worker: WorkerProcess, request: bytes) -> bytes:
    worker.input.write(request)
    await worker.input.drain()
    (length,) = struct.unpack("!I", await worker.output.readexactly(4))
    return await worker.output.readexactly(length)


def render_all(texts: Sequence[str], language: str, length_ms: int | None = None) -> list[bytes]:
    """Return the server's speech for each text, byte for byte. Blocks; made for tests."""
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
