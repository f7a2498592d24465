"""Keeps what this process retains in files, so that a killed server loses none of it.

Without a broker the next server on the data folder reads them, and its booths go on as after a
takeover. A server that ends in order leaves only the topics that it was told to `leave`. Files are
removed too when their topic is forgotten, and when nothing was written to them for
`FORGOTTEN_AFTER_S`; at the start those that are older are removed.
"""

import asyncio
import hashlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from broadcaster.bus.retained.messages import FORGOTTEN_AFTER_S, MAX_RETAINED
from broadcaster.bus.retained.ring_file import (
    LONGEST_PAYLOAD_BYTES,
    LONGEST_TOPIC_BYTES,
    LeftMessages,
    RingFile,
    read_left,
)
from broadcaster.model.ports import Clock, Retained

_log = logging.getLogger(__name__)

SUFFIX = ".ring"
LOOK_EVERY_S = 10.0
"""Interval at which files without new messages are looked for."""
CLOSE_S = 3.0
"""A disk that takes longer for the last work has failed; its files are removed at the next start.
"""


@dataclass(frozen=True, slots=True)
class _Now:
    """The time for a thread, which has no clock."""

    monotonic_s: float
    unix_ms: int


@dataclass(slots=True)
class _OpenFile:
    path: Path
    ring: RingFile
    written_at_s: float


class RetainedFiles:
    """One file for each topic, in a folder of their own.

    A thread writes them. A disk that hangs holds nobody up: `MAX_RETAINED` messages wait for it,
    and the oldest are dropped.

    Args:
        folder: made when there is something to keep.
        clock: time.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._files: dict[str, _OpenFile] = {}
        self._waiting: deque[tuple[str, Retained]] = deque(maxlen=MAX_RETAINED)
        self._forgotten: set[str] = set()
        self._left: set[str] = set()
        self._changed = asyncio.Event()
        self._working: asyncio.Task[None] | None = None
        self._failing = False

    @asynccontextmanager
    async def keeping(self) -> AsyncIterator[list[tuple[str, Retained]]]:
        """Write inside the context. At its end the files stay that are left to the next server.

        An error leaves all of them. A cancellation is an order to stop, and no error.

        Yields:
            What the last server left: messages with their topics, those of each topic by position.
        """
        left = await asyncio.to_thread(self._load, self._now())
        task = asyncio.create_task(self._run(), name="bus: retained files")
        orderly = False
        try:
            yield left
            orderly = True
        except asyncio.CancelledError:
            orderly = True
            raise
        finally:
            task.cancel()
            (ended,) = await asyncio.gather(task, return_exceptions=True)
            if not isinstance(ended, asyncio.CancelledError):
                _log.error("retained files were not written any more", exc_info=ended)
            if self._working is not None:
                await asyncio.wait({self._working}, timeout=CLOSE_S)
            if self._working is None or self._working.done():
                kept = self._left if orderly else None
                waiting, forgotten = self._take_work()
                await asyncio.to_thread(self._end, waiting, forgotten, self._now(), kept)

    def add(self, topic: str, message: Retained) -> None:
        """Write a message soon. Never waits, never raises."""
        fits = len(message.payload) <= LONGEST_PAYLOAD_BYTES
        if fits and len(topic.encode()) <= LONGEST_TOPIC_BYTES:
            self._waiting.append((topic, message))
            self._changed.set()

    @property
    def works(self) -> bool:
        """Whether the next server will find what was added: the disk keeps up."""
        return not self._failing and len(self._waiting) < MAX_RETAINED

    def leave(self, topic: str) -> None:
        """Keep the file of a topic for the next server when this one ends."""
        self._left.add(topic)

    def forget(self, topic: str) -> None:
        """Remove the file of a topic soon."""
        kept = [one for one in self._waiting if one[0] != topic]
        self._waiting = deque(kept, maxlen=MAX_RETAINED)
        self._forgotten.add(topic)
        self._changed.set()

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._changed.wait()
            self._changed.clear()
            waiting, forgotten = self._take_work()
            # When this task is cancelled its thread works on: `keeping` waits for it.
            work = asyncio.to_thread(self._work, waiting, forgotten, self._now())
            self._working = asyncio.create_task(work, name="bus: retained files, a batch")
            await asyncio.shield(self._working)

    def _take_work(self) -> tuple[list[tuple[str, Retained]], set[str]]:
        """The messages to write and the topics to forget since the last time."""
        waiting, forgotten = list(self._waiting), self._forgotten
        self._waiting.clear()
        self._forgotten = set()
        return waiting, forgotten

    def _now(self) -> _Now:
        return _Now(self._clock.monotonic(), self._clock.now_ms())

    def _load(self, now: _Now) -> list[tuple[str, Retained]]:
        """Take over what the last server left; remove files that are too old or unusable."""
        loaded: list[tuple[str, Retained]] = []
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            try:
                left = read_left(path)
                if left is None or not _is_fresh(left, now):
                    path.unlink()
                    continue
                ring = RingFile.reopen(path, left)
            except OSError as error:
                _log.warning("cannot use or remove %s: %s", path, error.strerror)
                continue
            self._files[left.topic] = _OpenFile(path, ring, now.monotonic_s)
            loaded += [(left.topic, message) for message in left.messages]
        return loaded

    def _end(
        self,
        waiting: list[tuple[str, Retained]],
        forgotten: set[str],
        now: _Now,
        kept: Collection[str] | None,
    ) -> None:
        """Do the last work, close the files of the topics in `kept` (None: of all), remove others.

        A message that came a moment ago is written only if its file stays.
        """
        stays = [one for one in waiting if kept is None or one[0] in kept]
        self._work(stays, forgotten, now)
        for topic, file in list(self._files.items()):
            if kept is None or topic in kept:
                file.ring.close()
            else:
                self._remove(topic)
        with suppress(OSError):  # it is not empty, or not there
            self._folder.rmdir()

    def _work(self, waiting: list[tuple[str, Retained]], forgotten: set[str], now: _Now) -> None:
        oldest_s = now.monotonic_s - FORGOTTEN_AFTER_S
        unused = {topic for topic, file in self._files.items() if file.written_at_s < oldest_s}
        for topic in forgotten | unused:
            self._remove(topic)
        for topic, message in waiting:
            try:
                self._write(topic, message, now)
            except OSError as error:
                self._fails(error)
            else:
                self._failing = False

    def _write(self, topic: str, message: Retained, now: _Now) -> None:
        file = self._files.get(topic)
        if file is None:
            self._folder.mkdir(0o700, exist_ok=True)
            path = self._folder / f"{hashlib.sha256(topic.encode()).hexdigest()[:16]}{SUFFIX}"
            file = _OpenFile(path, RingFile.create(path, topic), 0.0)
            self._files[topic] = file
        file.written_at_s = now.monotonic_s
        file.ring.write(message, now.unix_ms)

    def _remove(self, topic: str) -> None:
        file = self._files.pop(topic, None)
        if file is None:
            return
        file.ring.close()
        try:
            file.path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("cannot remove %s: %s", file.path, error.strerror)

    def _fails(self, error: OSError) -> None:
        if not self._failing:
            _log.warning(
                "cannot keep the last minute of a floor in %s: %s. A server that is killed now "
                "loses what is not captions yet.",
                self._folder,
                error.strerror or error,
            )
        self._failing = True


def _is_fresh(left: LeftMessages, now: _Now) -> bool:
    """Whether it was written lately, by a clock that was not far from ours."""
    return abs(now.unix_ms - left.written_ms) <= FORGOTTEN_AFTER_S * 1_000
