"""One sound, recognised once for all sessions that receive it."""

import asyncio
import hashlib
import json
import struct
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Any

import numpy as np

from broadcaster.rehearsal.hearing.recognition import Recognition
from broadcaster.rehearsal.wire.constants import GRAIN_BYTES, GRAIN_MS
from broadcaster.rehearsal.worker_process import WorkerFailed, WorkerProcess

HISTORY_MS = 10_000
"""A new member may begin this far back."""
_AHEAD_MS = 2_000
"""A member further ahead of the recogniser than this has to wait."""
_IDLE_S = 1.0
"""Once no sound has arrived for this long, a waiting member gets what was recognised so far."""
_LOADING_S = 120.0
_RECENT = 32
_SILENCE_PEAK = 100
TALK_WORKER = ("broadcaster.rehearsal.hearing.stream_worker",)
"""The module of the process that knows the prepared talk, and its arguments."""

Token = bytes
"""The digest of a grain, or `SILENCE`. Equal tokens are taken for the same sound."""
SILENCE: Token = b""


@dataclass(frozen=True, slots=True)
class Grain:
    """20 ms of sound."""

    pcm: bytes
    token: Token


def grains_of(frame: bytes) -> list[Grain]:
    """A frame cut into grains; it must hold a whole number of them."""
    samples = np.frombuffer(frame, "<i2").astype(np.int32)
    peaks = np.abs(samples).reshape(-1, GRAIN_BYTES // 2).max(axis=1)
    grains = []
    for number, peak in enumerate(peaks):
        pcm = frame[number * GRAIN_BYTES : (number + 1) * GRAIN_BYTES]
        silent = peak < _SILENCE_PEAK
        grains.append(
            Grain(pcm, SILENCE if silent else hashlib.blake2b(pcm, digest_size=16).digest())
        )
    return grains


@dataclass(eq=False, slots=True)
class Membership:
    """The part of a stream that a member receives.

    Attributes:
        deliver: takes what was recognised, with times on the member's own clock.
        offset_ms: stream time minus the member's time.
        start_ms: stream time at which the part begins.
        end_ms: stream time at which it ends; None while it goes on.
    """

    deliver: Callable[[Recognition], None]
    offset_ms: int
    start_ms: int
    end_ms: int | None = None

    def take(self, heard: Recognition) -> None:
        """Deliver a recognition whose middle lies in this part."""
        begun = heard.middle_ms() >= self.start_ms
        if begun and (self.end_ms is None or heard.middle_ms() < self.end_ms):
            self.deliver(heard.moved(-self.offset_ms))


async def loaded_worker(worker: Sequence[str]) -> WorkerProcess:
    """A process that recognises a stream, once it has loaded its model.

    Args:
        worker: the recogniser's module and its arguments.

    Raises:
        WorkerFailed: it ended, or took longer than `_LOADING_S`.
    """
    process = await WorkerProcess.start_module(*worker)
    try:
        async with asyncio.timeout(_LOADING_S):
            process.input.write(struct.pack("!I", 0))
            while not json.loads(await process.output.readuntil(b"\n"))["flushed"]:
                pass
    except BaseException as error:
        process.kill()
        await process.close()
        if isinstance(error, (OSError, TimeoutError, asyncio.IncompleteReadError)):
            raise WorkerFailed("the recogniser was not loaded") from error
        raise
    return process


class RecognisedStream:
    """Grains on one timeline, the process that recognises them, and the members.

    Args:
        worker: a running `stream_worker`; `run` ends it.
    """

    def __init__(self, worker: WorkerProcess) -> None:
        self._worker = worker
        self._tokens: deque[Token] = deque(maxlen=HISTORY_MS // GRAIN_MS)
        self._grains = 0
        self._read_ms = 0
        self._settled_ms = 0
        self._flushes_asked = 0
        self._flushes_answered = 0
        self._recent: deque[Recognition] = deque(maxlen=_RECENT)
        self._memberships: list[Membership] = []
        self._changed = asyncio.Condition()
        self.alive = True

    @classmethod
    async def open(cls, worker: Sequence[str] = TALK_WORKER) -> "RecognisedStream":
        """A new stream with a recogniser of its own.

        Args:
            worker: the recogniser's module and its arguments.
        """
        return cls(await WorkerProcess.start_module(*worker))

    @property
    def grains(self) -> int:
        """Length of the timeline, in grains."""
        return self._grains

    def matching(self, at: int, grains: Sequence[Grain]) -> int:
        """Return how many of the first `grains` equal those on the timeline from `at`."""
        first = at - (self._grains - len(self._tokens))
        if first < 0:
            return 0
        known = islice(self._tokens, first, first + len(grains))
        return sum(
            1
            for _ in takewhile(lambda pair: pair[0] == pair[1].token, zip(known, grains))  # noqa: B905
        )

    def find(self, grains: Sequence[Grain]) -> int | None:
        """The latest place where `grains` fit the timeline; they may reach beyond its end."""
        for at in range(self._grains - 1, self._grains - len(self._tokens) - 1, -1):
            if self.matching(at, grains[:1]) and self.matching(at, grains) == min(
                len(grains), self._grains - at
            ):
                return at
        return None

    def join(self, membership: Membership) -> None:
        """Deliver what was recognised in a member's part, and what will be."""
        self._memberships.append(membership)
        for heard in self._recent:
            membership.take(heard)

    async def extend(self, grains: Sequence[Grain]) -> None:
        """Append grains to the timeline; waits while the recogniser is behind.

        Raises:
            WorkerFailed: the recogniser died or hangs.
        """
        self._tokens.extend(grain.token for grain in grains)
        self._grains += len(grains)
        self._send(b"".join(grain.pcm for grain in grains))
        await self._keep_pace()

    def end(self, membership: Membership, end_ms: int) -> None:
        """End a membership at a stream time. What is said before it is still delivered."""
        membership.end_ms = end_ms
        self._settle()

    def forget(self, membership: Membership) -> None:
        """End a membership at once. Nothing more is delivered."""
        if membership in self._memberships:
            self._memberships.remove(membership)
            self._settle()

    def close(self) -> None:
        """End the recogniser."""
        self.alive = False
        self._worker.input.close()

    async def settled(self, membership: Membership) -> None:
        """Return when an ended membership got everything, or the recogniser has ended."""
        await self._wait(lambda: membership not in self._memberships)

    async def settled_until(self, ms: int) -> None:
        """Return when all said before a stream time was delivered, or the recogniser has ended."""
        await self._wait(lambda: self._settled_ms >= ms)

    async def _wait(self, done: Callable[[], bool]) -> None:
        """Wait for a condition. Once no more sound arrives, ask for the unfinished results."""
        while not done() and self.alive:
            grains = self._grains
            try:
                async with asyncio.timeout(_IDLE_S), self._changed:
                    await self._changed.wait()
            except TimeoutError:
                if self._grains == grains:
                    self._flush()

    async def run(self) -> None:
        """Read the recogniser's answers until it ends; never raises."""
        async with self._worker:
            try:
                while line := await self._worker.output.readline():
                    self._answer(json.loads(line))
                    async with self._changed:
                        self._changed.notify_all()
            finally:
                self.alive = False
        async with self._changed:
            self._changed.notify_all()

    def _answer(self, answer: dict[str, Any]) -> None:
        self._read_ms = answer["read_ms"]
        self._settled_ms = answer["settled_ms"]
        if answer["flushed"]:
            self._flushes_answered += 1
        for raw in answer["heard"]:
            heard = Recognition(**raw)
            if heard.kind != "begun":
                self._recent.append(heard)
            for membership in self._memberships:
                membership.take(heard)
        self._settle()

    def _settle(self) -> None:
        """Remove memberships that got everything. Without members the stream ends."""
        self._memberships = [
            membership
            for membership in self._memberships
            if membership.end_ms is None or membership.end_ms > self._settled_ms
        ]
        if not self._memberships:
            self.close()
            return
        if all(membership.end_ms is not None for membership in self._memberships):
            self._flush()

    def _flush(self) -> None:
        """Ask the recogniser for everything still open, unless that was asked already."""
        if self.alive and self._flushes_asked == self._flushes_answered:
            self._send(b"")
            self._flushes_asked += 1

    def _send(self, pcm: bytes) -> None:
        if not self.alive:
            raise WorkerFailed("the recogniser ended")
        self._worker.input.write(struct.pack("!I", len(pcm)) + pcm)

    async def _keep_pace(self) -> None:
        try:
            while self.alive and not self._in_pace():
                await self._worker.patiently(self._read_beyond(self._read_ms))
        except TimeoutError:
            self._worker.kill()
            self.alive = False
            raise WorkerFailed("the recogniser hangs") from None
        if not self._in_pace():
            raise WorkerFailed("the recogniser ended")

    async def _read_beyond(self, ms: int) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._read_ms > ms or not self.alive)

    def _in_pace(self) -> bool:
        return self._grains * GRAIN_MS - self._read_ms <= _AHEAD_MS
