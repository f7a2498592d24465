"""Recognising the recordings that conversations send, piece by piece of a talk."""

import asyncio
import hashlib
import json
import struct
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from broadcaster.rehearsal.hearing.recognition import Heard
from broadcaster.rehearsal.worker_process import Child, WorkerFailed

_WORKER = "broadcaster.rehearsal.hearing.recording_worker"
_ANSWER_S = 30.0
_REMEMBERED = 256
_CUT_WORDS = 3.5
"""Around a cut so many words may be misheard: cuts nearer than this are one, and so few words
that are missing between two recordings were said."""

_Digest = bytes
_Result = tuple[Heard, ...]
_Key = TypeVar("_Key")


class Segments:
    """Recordings in, what is said in them out.

    Recordings are cut anywhere. Where one ends within a sentence, the next one for the same
    listener begins, so that no word is lost or said twice. A recording that comes again is
    understood the same again.

    Args:
        lengths: words of every sentence of the talk.
    """

    def __init__(self, lengths: Sequence[int]) -> None:
        self._lengths = lengths
        self._child: Child | None = None
        self._turn = asyncio.Lock()
        self._heard: OrderedDict[_Digest, _Result] = OrderedDict()
        self._fitted: OrderedDict[tuple[str, _Digest], _Result] = OrderedDict()
        self._cuts: dict[str, Heard] = {}

    async def recognise(self, pcm: bytes, listener: str) -> _Result:
        """What is said in a recording, in order, with times in it.

        Args:
            pcm: s16le mono 24 kHz.
            listener: who hears all pieces of a talk, in their order: a target language.

        Raises:
            WorkerFailed: the recogniser died or hangs; the next call starts another.
        """
        digest = hashlib.blake2b(pcm, digest_size=16).digest()
        async with self._turn:
            if (listener, digest) not in self._fitted:
                if digest not in self._heard:
                    _keep(self._heard, digest, await self._ask(pcm))
                _keep(self._fitted, (listener, digest), self._fit(self._heard[digest], listener))
            return self._fitted[(listener, digest)]

    async def close(self) -> None:
        """End the recogniser's process."""
        if self._child is not None:
            child, self._child = self._child, None
            await child.close()

    def _fit(self, heard: _Result, listener: str) -> _Result:
        """Begin where the piece before ended, if it ended within the same sentence."""
        if not heard:
            return heard
        fitted = heard
        before = self._cuts.pop(listener, None)
        if before is not None and heard[0].kind == "sentence":
            fitted = self._joined(before, heard[0]) + heard[1:]
        if fitted[-1].kind == "sentence":
            self._cuts[listener] = fitted[-1]
        return fitted

    def _joined(self, before: Heard, first: Heard) -> _Result:
        """The first sentence without a gap to the one before, if that was misheard."""
        words = self._lengths[before.index]
        if first.index == before.index and first.end >= before.end:
            if 0 < abs(first.begin - before.end) * words <= _CUT_WORDS:
                return (replace(first, begin=before.end),)
        elif first.index == (before.index + 1) % len(self._lengths):
            if first.begin * self._lengths[first.index] <= _CUT_WORDS:
                first = replace(first, begin=0.0)
            if 0 < (1 - before.end) * words <= _CUT_WORDS and first.begin == 0:
                rest = Heard("sentence", 0, first.start_ms, before.index, "", before.end, 1.0)
                return (rest, first)
        return (first,)

    async def _ask(self, pcm: bytes) -> _Result:
        try:
            async with asyncio.timeout(_ANSWER_S):
                if self._child is None:
                    self._child = await Child.start_module(_WORKER)
                self._child.input.write(struct.pack("!I", len(pcm)) + pcm)
                await self._child.input.drain()
                line = await self._child.output.readline()
        except BaseException as error:
            # An answer may still be on its way, it must not be taken for the next one.
            await self._give_up()
            if isinstance(error, (OSError, TimeoutError)):
                raise WorkerFailed("the recogniser does not answer") from error
            raise
        if not line:
            await self._give_up()
            raise WorkerFailed("the recogniser ended")
        return tuple(Heard(**one) for one in json.loads(line))

    async def _give_up(self) -> None:
        if self._child is not None:
            self._child.kill()
            await self.close()


def _keep(results: OrderedDict[_Key, _Result], key: _Key, result: _Result) -> None:
    results[key] = result
    if len(results) > _REMEMBERED:
        results.popitem(last=False)
