"""Recognising the recordings that conversations send, each a piece of a talk."""

import asyncio
import hashlib
import json
import struct
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from broadcaster.rehearsal.hearing.recognition import Recognition
from broadcaster.rehearsal.worker_process import WorkerFailed, WorkerProcess

TALK_RECORDINGS = ("broadcaster.rehearsal.hearing.recording_worker",)
"""The module of the process that knows the prepared talk, and its arguments."""
_REMEMBERED = 256
_CUT_WORDS = 3.5
"""Around a cut up to this many words may be misheard. Cuts nearer to each other than this are taken
for one, and this many words missing between two recordings are taken as said."""

_Digest = bytes
_Result = tuple[Recognition, ...]
_Key = TypeVar("_Key")


class RecordingRecogniser:
    """Recognises recordings that are cut from a talk anywhere.

    If a recording ends within a sentence, the next one for the same target begins there, so no word
    is lost or said twice. The same recording always gives the same result.

    Args:
        lengths: number of words of every sentence of the talk.
        worker: the module of the process that recognises, and its arguments.
    """

    def __init__(self, lengths: Sequence[int], worker: Sequence[str] = TALK_RECORDINGS) -> None:
        self._lengths, self._module = lengths, worker
        self._worker: WorkerProcess | None = None
        self._turn = asyncio.Lock()
        self._heard: OrderedDict[_Digest, _Result] = OrderedDict()
        self._fitted: OrderedDict[tuple[str, _Digest], _Result] = OrderedDict()
        self._cuts: dict[str, Recognition] = {}

    async def recognise(self, pcm: bytes, target: str) -> _Result:
        """Return the words of a recording, in order, with their times in it.

        Args:
            pcm: s16le mono 24 kHz.
            target: a target language, for which all pieces of the talk arrive in their order.

        Raises:
            WorkerFailed: the recogniser died or hangs. The next call starts another.
        """
        digest = hashlib.blake2b(pcm, digest_size=16).digest()
        async with self._turn:
            if (target, digest) not in self._fitted:
                if digest not in self._heard:
                    _keep(self._heard, digest, await self._ask(pcm))
                _keep(self._fitted, (target, digest), self._fit(self._heard[digest], target))
            return self._fitted[(target, digest)]

    async def close(self) -> None:
        """End the recogniser's process."""
        if self._worker is not None:
            worker, self._worker = self._worker, None
            await worker.close()

    def _fit(self, heard: _Result, target: str) -> _Result:
        """Begin where the last recording ended, if it ended within the same sentence."""
        if not heard:
            return heard
        fitted = heard
        before = self._cuts.pop(target, None)
        if before is not None and heard[0].kind == "sentence":
            fitted = self._joined(before, heard[0]) + heard[1:]
        if fitted[-1].kind == "sentence":
            self._cuts[target] = fitted[-1]
        return fitted

    def _joined(self, before: Recognition, first: Recognition) -> _Result:
        """Return the first sentence, without the gap that misheard words at the cut left."""
        words = self._lengths[before.index]
        if first.index == before.index and first.end >= before.end:
            if 0 < abs(first.begin - before.end) * words <= _CUT_WORDS:
                return (replace(first, begin=before.end),)
        elif first.index == (before.index + 1) % len(self._lengths):
            if first.begin * self._lengths[first.index] <= _CUT_WORDS:
                first = replace(first, begin=0.0)
            if 0 < (1 - before.end) * words <= _CUT_WORDS and first.begin == 0:
                rest = Recognition("sentence", 0, first.start_ms, before.index, "", before.end, 1.0)
                return (rest, first)
        return (first,)

    async def _ask(self, pcm: bytes) -> _Result:
        try:
            if self._worker is None:
                self._worker = await WorkerProcess.start_module(*self._module)
            line = await self._worker.patiently(_answer(self._worker, pcm))
        except BaseException as error:
            # A late answer must not be taken for the answer to the next request.
            await self._give_up()
            if isinstance(error, (OSError, TimeoutError)):
                raise WorkerFailed("the recogniser does not answer") from error
            raise
        if not line:
            await self._give_up()
            raise WorkerFailed("the recogniser ended")
        return tuple(Recognition(**one) for one in json.loads(line))

    async def _give_up(self) -> None:
        if self._worker is not None:
            self._worker.kill()
            await self.close()


async def _answer(worker: WorkerProcess, pcm: bytes) -> bytes:
    worker.input.write(struct.pack("!I", len(pcm)) + pcm)
    await worker.input.drain()
    return await worker.output.readline()


def _keep(results: OrderedDict[_Key, _Result], key: _Key, result: _Result) -> None:
    results[key] = result
    if len(results) > _REMEMBERED:
        results.popitem(last=False)
