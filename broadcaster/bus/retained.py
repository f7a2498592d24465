"""The newest messages of each topic, kept for those that come later or missed them."""

import errno
import fcntl
import hashlib
import logging
import mmap
import os
import stat
import struct
import time
import zlib
from collections import deque
from contextlib import suppress
from pathlib import Path

from broadcaster.model.ports import Clock, Retained

log = logging.getLogger("broadcaster.bus")

MAX_RETAINED = 300
"""Messages kept of a topic: a minute of floor in blocks of 200 ms."""
FORGOTTEN_AFTER_S = 120.0
"""A topic to which nothing was added for this long is forgotten."""
_PREFIX = f"broadcaster-{os.geteuid()}-"
"""Of the names of files that servers of this user keep."""


class RetainedMessages:
    """The newest `MAX_RETAINED` messages of each topic, in the memory of this process.

    Args:
        clock: time; tells which topics are still in use.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, deque[Retained]] = {}
        self._added_at: dict[str, float] = {}

    @property
    def topics(self) -> list[str]:
        """Topics with messages."""
        return list(self._kept)

    def add(self, topic: str, message: Retained) -> Retained | None:
        """Keep a message, unless one of its position or a later one is kept.

        Returns:
            The message that made room for it.
        """
        now = self._clock.monotonic()
        if topic not in self._kept:
            self._forget_unused(now)
        kept = self._kept.setdefault(topic, deque(maxlen=MAX_RETAINED))
        self._added_at[topic] = now
        if kept and message.position <= kept[-1].position:
            return None
        oldest = kept[0] if len(kept) == MAX_RETAINED else None
        kept.append(message)
        return oldest

    def read(self, topic: str, position: int, limit: int) -> list[Retained]:
        """Up to `limit` messages at `position` or later, oldest first."""
        found = [one for one in self._kept.get(topic, ()) if one.position >= position]
        return found[:limit]

    def _forget_unused(self, now: float) -> None:
        for topic, added_at in list(self._added_at.items()):
            if now - added_at > FORGOTTEN_AFTER_S:
                del self._kept[topic], self._added_at[topic]


class RetainedFile:
    """The newest messages of all topics in a file that is memory, for the next process.

    They outlive a process that is killed, and not the machine. Writing to the file waits for no
    disk. At an orderly end it is removed; what killed servers left is removed by the next one that
    starts on the machine.

    It is a ring of slots. A slot that was not written to its end has a wrong checksum.

    Args:
        path: in a file system that is memory.
        clock: time; older messages than `FORGOTTEN_AFTER_S` are not read.
    """

    SLOTS = 3 * MAX_RETAINED
    """A minute of three floors; of more floors less is kept."""
    _HEAD = struct.Struct("<IHHQQ")
    _LONGEST_TOPIC = 104
    _LONGEST_PAYLOAD = 9_600
    _SLOT_BYTES = _HEAD.size + _LONGEST_TOPIC + _LONGEST_PAYLOAD

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._file = -1
        self._memory: mmap.mmap | None = None
        self._next_slot = 0

    def open(self) -> list[tuple[str, Retained]]:
        """Make the file or take it over; without a file system for it nothing is kept.

        Returns:
            The messages that another process left, with their topics, by position.
        """
        try:
            self._memory = self._map()
        except OSError as error:
            log.info("the floor does not outlive this process: %s", error.strerror or error)
            return []
        for other in self._path.parent.glob(f"{_PREFIX}*"):
            if other != self._path:
                _remove_left(other)
        read = [self._read(self._memory, slot) for slot in range(self.SLOTS)]
        found = [one for one in read if one is not None]
        if found:
            newest = max(found, key=lambda one: (one[0], one[2].position))
            self._next_slot = (read.index(newest) + 1) % self.SLOTS
        oldest_ms = self._clock.now_ms() - FORGOTTEN_AFTER_S * 1_000
        left = [(topic, message) for at_ms, topic, message in found if at_ms >= oldest_ms]
        return sorted(left, key=lambda one: one[1].position)

    def add(self, topic: str, message: Retained) -> None:
        """Write a message over the oldest one; one that is too long for a slot is left out."""
        name = topic.encode()
        fits = len(name) <= self._LONGEST_TOPIC and len(message.payload) <= self._LONGEST_PAYLOAD
        if self._memory is None or not fits:
            return
        lengths = len(name), len(message.payload)
        head = self._HEAD.pack(0, *lengths, message.position, self._clock.now_ms())
        slot = head[4:] + name + message.payload
        start = self._next_slot * self._SLOT_BYTES
        self._next_slot = (self._next_slot + 1) % self.SLOTS
        self._memory[start : start + 4 + len(slot)] = struct.pack("<I", zlib.crc32(slot)) + slot

    def remove(self) -> None:
        """Close and remove the file."""
        if self._memory is not None:
            self._path.unlink(missing_ok=True)
            self._memory.close()
            self._memory = None
            os.close(self._file)

    def _map(self) -> mmap.mmap:
        """The file in memory, all of it reserved: a full file system could end the process later.

        Raises:
            OSError: it cannot be made, or belongs to another user or to a server that runs.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.open(self._path, flags, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            size = self.SLOTS * self._SLOT_BYTES
            if _own(file).st_size != size:
                os.ftruncate(file, 0)
            os.posix_fallocate(file, 0, size)
            memory = mmap.mmap(file, size)
        except BaseException:
            os.close(file)
            raise
        self._file = file
        return memory

    def _read(self, memory: mmap.mmap, slot: int) -> tuple[int, str, Retained] | None:
        """When it was written, its topic, and the message; None for a slot that is not whole."""
        start = slot * self._SLOT_BYTES
        checksum, of_topic, of_payload, position, at_ms = self._HEAD.unpack_from(memory, start)
        body = start + self._HEAD.size
        end = body + of_topic + of_payload
        if end > start + self._SLOT_BYTES or zlib.crc32(memory[start + 4 : end]) != checksum:
            return None
        topic = memory[body : body + of_topic].decode()
        return at_ms, topic, Retained(position, memory[body + of_topic : end])


def _own(file: int) -> os.stat_result:
    """The status of an open file of this user.

    Raises:
        PermissionError: it is another user's, or no file.
    """
    status = os.fstat(file)
    if status.st_uid != os.geteuid() or not stat.S_ISREG(status.st_mode):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
    return status


def _remove_left(path: Path) -> None:
    """Remove the file of a server that does not run, unless it may be started again just now."""
    with suppress(OSError):
        file = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if time.time() - _own(file).st_mtime > FORGOTTEN_AFTER_S:
                path.unlink()
        finally:
            os.close(file)


def retained_file(data_dir: Path, clock: Clock) -> RetainedFile:
    """The file of the server of a data folder, which only one server uses at a time."""
    name = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:16]
    return RetainedFile(Path("/dev/shm") / f"{_PREFIX}{name}", clock)  # noqa: S108
