"""One sound, recognised once for everybody who hears it."""

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

from broadcaster.rehearsal.hearing.recognition import Heard
from broadcaster.rehearsal.wire.constants import GRAIN_BYTES, GRAIN_MS
from broadcaster.rehearsal.worker_process import Child, WorkerFailed

HISTORY_MS = 10_000
"""So far back a newcomer may begin."""
_AHEAD_MS = 2_000
"""A speaker who is further ahead of the recogniser has to wait."""
_WAIT_S = 15.0
_IDLE_S = 1.0
"""Others who keep a stream open but send nothing for so long hold nobody up."""
_RECENT = 32
_SILENCE_PEAK = 100
_WORKER = "broadcaster.rehearsal.hearing.listen_worker"

Token = bytes
"""What a grain sounds like: its digest, or `SILENCE`. Equal tokens are taken for the same sound."""
SILENCE: Token = b""


@dataclass(frozen=True, slots=True)
class Grain:
    """20 ms of sound."""

    pcm: bytes
    token: Token


def grains_of(frame: bytes) -> list[Grain]:
    """A whole number of grains."""
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
class Claim:
    """A listener's right to what is heard in a part of a stream.

    Attributes:
        deliver: takes what was heard, with times on the listener's own clock.
        offset_ms: stream time minus listener's time.
        start_ms: stream time of the part's begin.
        end_ms: its end; None while it goes on.
    """

    deliver: Callable[[Heard], None]
    offset_ms: int
    start_ms: int
    end_ms: int | None = None

    def take(self, heard: Heard) -> None:
        """Deliver what lies mostly in this part."""
        begun = heard.middle_ms() >= self.start_ms
        if begun and (self.end_ms is None or heard.middle_ms() < self.end_ms):
            self.deliver(heard.moved(-self.offset_ms))


class Stream:
    """Grains on one timeline, the process that recognises them, and who listens.

    Args:
        child: a running listen worker; `run` ends it.
    """

    def __init__(self, child: Child) -> None:
        self._child = child
        self._tokens: deque[Token] = deque(maxlen=HISTORY_MS // GRAIN_MS)
        self._grains = 0
        self._read_ms = 0
        self._settled_ms = 0
        self._flushes_asked = 0
        self._flushes_answered = 0
        self._recent: deque[Heard] = deque(maxlen=_RECENT)
        self._claims: list[Claim] = []
        self._changed = asyncio.Condition()
        self.alive = True

    @classmethod
    async def open(cls) -> "Stream":
        """A stream with a fresh recogniser."""
        return cls(await Child.start_module(_WORKER))

    @property
    def grains(self) -> int:
        """Length of the timeline."""
        return self._grains

    def matching(self, at: int, grains: Sequence[Grain]) -> int:
        """How many of `grains` are on the timeline from `at` on, one after the other."""
        first = at - (self._grains - len(self._tokens))
        if first < 0:
            return 0
        known = islice(self._tokens, first, first + len(grains))
        return sum(
            1
            for _ in takewhile(lambda pair: pair[0] == pair[1].token, zip(known, grains))  # noqa: B905
        )

    def find(self, grains: Sequence[Grain]) -> int | None:
        """The latest place where `grains` fit on the timeline; they may reach beyond its end."""
        for at in range(self._grains - 1, self._grains - len(self._tokens) - 1, -1):
            if self.matching(at, grains[:1]) and self.matching(at, grains) == min(
                len(grains), self._grains - at
            ):
                return at
        return None

    def claim(self, claim: Claim) -> None:
        """Deliver what was and will be heard in the claimed part."""
        self._claims.append(claim)
        for heard in self._recent:
            claim.take(heard)

    async def extend(self, grains: Sequence[Grain]) -> None:
        """Put grains at the end of the timeline; waits while the recogniser is behind.

        Raises:
            WorkerFailed: the recogniser died or hangs.
        """
        self._tokens.extend(grain.token for grain in grains)
        self._grains += len(grains)
        self._send(b"".join(grain.pcm for grain in grains))
        await self._keep_pace()

    def end(self, claim: Claim, end_ms: int) -> None:
        """End a claim at a stream time; what it still owns will be delivered."""
        claim.end_ms = end_ms
        self._settle()

    def forget(self, claim: Claim) -> None:
        """End a claim and deliver nothing more."""
        if claim in self._claims:
            self._claims.remove(claim)
            self._settle()

    def close(self) -> None:
        """End the recogniser."""
        self.alive = False
        self._child.input.close()

    async def settled(self, claim: Claim) -> None:
        """Return when everything an ended claim owns was delivered, or the recogniser is gone."""
        await self._wait(lambda: claim not in self._claims)

    async def settled_until(self, ms: int) -> None:
        """Return when all that was said before a stream time was delivered, or as above."""
        await self._wait(lambda: self._settled_ms >= ms)

    async def _wait(self, done: Callable[[], bool]) -> None:
        """Wait for the recogniser; once no sound comes, for what it makes of what it has."""
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
        async with self._child:
            try:
                while line := await self._child.output.readline():
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
            heard = Heard(**raw)
            if heard.kind != "begun":
                self._recent.append(heard)
            for claim in self._claims:
                claim.take(heard)
        self._settle()

    def _settle(self) -> None:
        """Forget claims that own nothing any more; without claims the stream ends."""
        self._claims = [
            claim
            for claim in self._claims
            if claim.end_ms is None or claim.end_ms > self._settled_ms
        ]
        if not self._claims:
            self.close()
            return
        if all(claim.end_ms is not None for claim in self._claims):
            self._flush()

    def _flush(self) -> None:
        """Ask for everything that is still open, unless that was asked already."""
        if self.alive and self._flushes_asked == self._flushes_answered:
            self._send(b"")
            self._flushes_asked += 1

    def _send(self, pcm: bytes) -> None:
        if not self.alive:
            raise WorkerFailed("the recogniser ended")
        self._child.input.write(struct.pack("!I", len(pcm)) + pcm)

    async def _keep_pace(self) -> None:
        try:
            async with asyncio.timeout(_WAIT_S), self._changed:
                await self._changed.wait_for(lambda: self._in_pace() or not self.alive)
        except TimeoutError:
            self._child.kill()
            self.alive = False
            raise WorkerFailed("the recogniser hangs") from None
        if not self._in_pace():
            raise WorkerFailed("the recogniser ended")

    def _in_pace(self) -> bool:
        return self._grains * GRAIN_MS - self._read_ms <= _AHEAD_MS
