"""Who hears the same sound.

The sessions of one event, one per language, all receive the floor. Each brings an `Ear`. Ears
whose recent grains of sound are equal share one `Stream` and so one recogniser; an ear that hears
something else gets its own. Silent grains are all alike: they neither join ears nor part them for
good.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import dropwhile

from broadcaster.rehearsal.hearing.recognition import Heard
from broadcaster.rehearsal.hearing.stream import SILENCE, Claim, Grain, Stream, grains_of
from broadcaster.rehearsal.wire.constants import GRAIN_MS
from broadcaster.rehearsal.worker_process import WorkerFailed

MAX_STREAMS = 8
_UNDECIDED = 600 // GRAIN_MS
"""Sound that fits no stream for so long is new: the same sound may reach others a moment sooner."""
_AUDIBLE = 200 // GRAIN_MS
"""At least so much of it must not be silence."""
_FORGOTTEN = 3_000 // GRAIN_MS
"""A short sound, followed by silence up to here, was nothing."""
_REMEMBERED = 8_000 // GRAIN_MS
"""What an ear heard before it parted from its stream is recognised again on its own."""

_log = logging.getLogger(__name__)


class TooManyStreams(Exception):
    """More different sounds than recognisers."""


class Listening:
    """All streams of the server."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        self._streams: list[Stream] = []
        self.joining = asyncio.Lock()
        """Held while an ear looks for a stream, so that two never open the same one."""

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncIterator["Listening"]:
        """Streams live inside this context and end with it."""
        async with asyncio.TaskGroup() as tasks:
            listening = cls(tasks)
            yield listening
            for stream in listening.streams():
                stream.close()

    def streams(self) -> list[Stream]:
        """The streams that can be joined."""
        self._streams = [stream for stream in self._streams if stream.alive]
        return self._streams

    async def new_stream(self) -> Stream:
        """A stream of its own.

        Raises:
            TooManyStreams: all recognisers are busy.
        """
        if len(self.streams()) >= MAX_STREAMS:
            raise TooManyStreams
        stream = await Stream.open()
        self._streams.append(stream)
        self._tasks.create_task(stream.run(), name="rehearsal-stream")
        _log.info("recogniser started, %d in use", len(self._streams))
        return stream


class Ear:
    """What one session hears.

    Args:
        listening: where others listen.
        deliver: takes what was said, with times on this ear's own clock.
    """

    def __init__(self, listening: Listening, deliver: Callable[[Heard], None]) -> None:
        self._listening = listening
        self._deliver = deliver
        self._grains = 0
        self._recent: deque[Grain] = deque(maxlen=_REMEMBERED)
        self._undecided = 0
        self._unclaimed_ms = 0
        self._stream: Stream | None = None
        self._claim: Claim | None = None
        self._ended: list[tuple[Stream, Claim]] = []
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
        await self._look_around(grains)

    async def finish(self) -> None:
        """Return when everything said so far was delivered."""
        self._leave(self._grains)
        for stream, claim in self._ended:
            await stream.settled(claim)

    async def settled(self, until_ms: int) -> None:
        """Return when everything said before a time of this ear's clock was delivered."""
        for stream, claim in self._ended.copy():
            await stream.settled(claim)
        if self._stream is not None and self._claim is not None:
            await self._stream.settled_until(until_ms + self._claim.offset_ms)

    def close(self) -> None:
        """Stop listening; nothing is delivered any more."""
        self._leave(self._grains)
        for stream, claim in self._ended:
            stream.forget(claim)

    async def _follow(self, grains: list[Grain]) -> int:
        """Go on with the stream; return how many grains sounded the same."""
        stream, claim = self._stream, self._claim
        assert stream is not None
        assert claim is not None
        at = self._grains - len(grains) + claim.offset_ms // GRAIN_MS
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
        """Let go of the stream after so many grains of this ear."""
        if self._stream is None or self._claim is None:
            return
        if self._stream.alive:
            self._unclaimed_ms = grains * GRAIN_MS
            self._stream.end(self._claim, self._unclaimed_ms + self._claim.offset_ms)
            self._ended = [pair for pair in self._ended if pair[0].alive]
            self._ended.append((self._stream, self._claim))
        self._stream = self._claim = None

    async def _look_around(self, grains: list[Grain]) -> None:
        """Join a stream that sounds like what no stream was found for, or open one."""
        if not self._undecided:
            grains = list(dropwhile(lambda grain: grain.token == SILENCE, grains))
        self._undecided += len(grains)
        if self._undecided > _FORGOTTEN:
            self._undecided = 0
        if not self._undecided:
            return
        undecided = list(self._recent)[-self._undecided :]
        async with self._listening.joining:
            for stream in self._listening.streams():
                at = stream.find(undecided)
                if at is not None:
                    start_ms = (self._grains - len(undecided)) * GRAIN_MS
                    await self._join(stream, at, undecided, start_ms)
                    return
            audible = sum(grain.token != SILENCE for grain in undecided)
            if len(undecided) >= _UNDECIDED and audible >= _AUDIBLE:
                stream = await self._listening.new_stream()
                await self._join(stream, 0, list(self._recent), self._unclaimed_ms)

    async def _join(self, stream: Stream, at: int, grains: list[Grain], start_ms: int) -> None:
        """Claim the stream from this ear's `start_ms` on; `grains` begin at its grain `at`."""
        offset_ms = (at - (self._grains - len(grains))) * GRAIN_MS
        self._claim = Claim(self._take, offset_ms, start_ms + offset_ms)
        self._stream = stream
        self._undecided = 0
        stream.claim(self._claim)
        if new := grains[stream.grains - at :]:
            await stream.extend(new)

    def _take(self, heard: Heard) -> None:
        """Deliver once what was heard in two streams."""
        if heard.middle_ms() >= self._delivered_ms:
            if heard.kind != "begun":
                self._delivered_ms = heard.end_ms
            self._deliver(heard)
