"""Sessions that receive the same sound share one recogniser.

The sessions of one event, one per language, all receive the floor. Each has a `StreamMember`.
Members whose recent grains of sound are equal share one `RecognisedStream` and so one recogniser. A
member that receives something else gets a stream of its own. All silent grains are equal, so
silence alone neither joins a member to a stream nor parts it from one for good.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import dropwhile

from broadcaster.rehearsal.hearing.recognition import Recognition
from broadcaster.rehearsal.hearing.stream import (
    SILENCE,
    TALK_WORKER,
    Grain,
    Membership,
    RecognisedStream,
    grains_of,
    loaded_worker,
)
from broadcaster.rehearsal.wire.constants import GRAIN_MS
from broadcaster.rehearsal.worker_process import WorkerFailed, WorkerProcess

MAX_STREAMS = 8
_UNDECIDED = 600 // GRAIN_MS
"""Grains that fit no stream before they are taken for new sound. Until then the same sound may
have reached this member a moment before the others."""
_AUDIBLE = 200 // GRAIN_MS
"""Fewest of those grains that must not be silent."""
_FORGOTTEN = 3_000 // GRAIN_MS
"""A short sound with silence up to here was noise, and is forgotten."""
_REMEMBERED = 8_000 // GRAIN_MS
"""Grains a member remembers, to have them recognised again in a stream of its own."""

_log = logging.getLogger(__name__)


class TooManyStreams(Exception):
    """There is more different sound than recognisers."""


class SharedStreams:
    """All streams of the server.

    Args:
        tasks: run the streams.
        worker: the module of the process that recognises a stream, and its arguments.
    """

    def __init__(self, tasks: asyncio.TaskGroup, worker: Sequence[str]) -> None:
        self._tasks, self._worker = tasks, worker
        self._streams: list[RecognisedStream] = []
        self._ready: WorkerProcess | None = None
        self._loading: asyncio.Task[None] | None = None
        self.joining = asyncio.Lock()
        """Held while a member looks for a stream, so that two never open the same one."""

    @classmethod
    @asynccontextmanager
    async def running(cls, worker: Sequence[str] = TALK_WORKER) -> AsyncIterator["SharedStreams"]:
        """Streams live inside this context and end with it."""
        async with asyncio.TaskGroup() as tasks:
            streams = cls(tasks, worker)
            try:
                yield streams
            finally:
                await streams._close()

    async def prepare(self) -> None:
        """Load a recogniser for the next new sound; whenever none is in use, one is loaded again.

        One that cannot be loaded is started when it is needed.
        """
        self._loading = self._tasks.create_task(self._load(), name="rehearsal-load")
        await asyncio.wait([self._loading])

    def alive(self) -> list[RecognisedStream]:
        """The streams that can be joined."""
        self._streams = [stream for stream in self._streams if stream.alive]
        return self._streams

    async def open(self) -> RecognisedStream:
        """A new stream.

        Raises:
            TooManyStreams: all recognisers are busy.
        """
        if len(self.alive()) >= MAX_STREAMS:
            raise TooManyStreams
        if self._loading is not None:
            await asyncio.wait([self._loading])
        ready, self._ready = self._ready, None
        if ready is None:
            stream = await RecognisedStream.open(self._worker)
        else:
            stream = RecognisedStream(ready)
        self._streams.append(stream)
        self._tasks.create_task(self._run(stream), name="rehearsal-stream")
        _log.info("recogniser started, %d in use", len(self._streams))
        return stream

    async def _run(self, stream: RecognisedStream) -> None:
        await stream.run()
        if self._loading is not None and self._loading.done() and not self.alive():
            self._loading = self._tasks.create_task(self._load(), name="rehearsal-load")

    async def _load(self) -> None:
        if self._ready is not None:
            return
        try:
            self._ready = await loaded_worker(self._worker)
        except WorkerFailed as error:
            _log.warning("%s; it is started when it is needed", error)

    async def _close(self) -> None:
        loading, self._loading = self._loading, None
        if loading is not None:
            loading.cancel()
            await asyncio.wait([loading])
        for stream in self.alive():
            stream.close()
        if self._ready is not None:
            await self._ready.close()


class StreamMember:
    """The sound of one session, and the streams it is recognised in.

    Args:
        streams: all streams of the server.
        deliver: takes what was said, with times on this member's own clock.
    """

    def __init__(self, streams: SharedStreams, deliver: Callable[[Recognition], None]) -> None:
        self._streams = streams
        self._deliver = deliver
        self._grains = 0
        self._recent: deque[Grain] = deque(maxlen=_REMEMBERED)
        self._undecided = 0
        self._unrecognised_ms = 0
        self._stream: RecognisedStream | None = None
        self._membership: Membership | None = None
        self._ended: list[tuple[RecognisedStream, Membership]] = []
        self._delivered_ms = -1

    async def hear(self, frame: bytes) -> None:
        """Hear a whole number of grains; waits while the recogniser is behind.

        Raises:
            TooManyStreams: this sound is new and all recognisers are busy.
            WorkerFailed: the recogniser hangs.
        """
        grains = grains_of(frame)
        self._recent.extend(grains)
        self._grains += len(grains)
        if self._stream is not None:
            grains = grains[await self._follow(grains) :]
            if not grains:
                return
            self._leave(self._grains - len(grains))
        await self._find_stream(grains)

    async def finish(self) -> None:
        """Return when everything said so far was delivered."""
        self._leave(self._grains)
        for stream, membership in self._ended:
            await stream.settled(membership)

    async def settled(self, until_ms: int) -> None:
        """Return when everything said before a time of this member's clock was delivered."""
        for stream, membership in self._ended.copy():
            await stream.settled(membership)
        if self._stream is not None and self._membership is not None:
            await self._stream.settled_until(until_ms + self._membership.offset_ms)

    def close(self) -> None:
        """Leave all streams. Nothing is delivered any more."""
        self._leave(self._grains)
        for stream, membership in self._ended:
            stream.forget(membership)

    async def _follow(self, grains: list[Grain]) -> int:
        """Go on with the stream; return how many grains sounded the same."""
        stream, membership = self._stream, self._membership
        assert stream is not None
        assert membership is not None
        at = self._grains - len(grains) + membership.offset_ms // GRAIN_MS
        known = min(len(grains), stream.grains - at)
        matching = stream.matching(at, grains[:known]) if stream.alive else 0
        if matching < known:
            return matching
        try:
            if known < len(grains):
                await stream.extend(grains[known:])
        except WorkerFailed:
            _log.warning("a recogniser failed and is replaced")
            return 0
        return len(grains)

    def _leave(self, grains: int) -> None:
        """Leave the stream after this many grains of this member."""
        if self._stream is None or self._membership is None:
            return
        if self._stream.alive:
            self._unrecognised_ms = grains * GRAIN_MS
            self._stream.end(self._membership, self._unrecognised_ms + self._membership.offset_ms)
            self._ended = [pair for pair in self._ended if pair[0].alive]
            self._ended.append((self._stream, self._membership))
        self._stream = self._membership = None

    async def _find_stream(self, grains: list[Grain]) -> None:
        """Join the stream that sounds like the undecided grains, or open one."""
        if not self._undecided:
            grains = list(dropwhile(lambda grain: grain.token == SILENCE, grains))
        self._undecided += len(grains)
        if self._undecided > _FORGOTTEN:
            self._undecided = 0
        if not self._undecided:
            return
        undecided = list(self._recent)[-self._undecided :]
        async with self._streams.joining:
            for stream in self._streams.alive():
                at = stream.find(undecided)
                if at is not None:
                    start_ms = (self._grains - len(undecided)) * GRAIN_MS
                    await self._join(stream, at, undecided, start_ms)
                    return
            audible = sum(grain.token != SILENCE for grain in undecided)
            if len(undecided) >= _UNDECIDED and audible >= _AUDIBLE:
                stream = await self._streams.open()
                await self._join(stream, 0, list(self._recent), self._unrecognised_ms)

    async def _join(
        self, stream: RecognisedStream, at: int, grains: list[Grain], start_ms: int
    ) -> None:
        """Join a stream from this member's `start_ms` on; `grains` begin at its grain `at`."""
        offset_ms = (at - (self._grains - len(grains))) * GRAIN_MS
        self._membership = Membership(self._take, offset_ms, start_ms + offset_ms)
        self._stream = stream
        self._undecided = 0
        stream.join(self._membership)
        if new := grains[stream.grains - at :]:
            await stream.extend(new)

    def _take(self, heard: Recognition) -> None:
        """Deliver only once what was recognised in two streams."""
        if heard.middle_ms() >= self._delivered_ms:
            if heard.kind != "begun":
                self._delivered_ms = heard.end_ms
            self._deliver(heard)
