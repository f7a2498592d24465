"""A file with the newest messages of one topic, which outlives a process that is killed.

A write is in the system's memory when it returns, and no disk is waited for. So the messages are
there after `kill -9`; they need not be there after the machine has lost power.

The file begins with a header, then come slots of one length. Each holds a message with its
checksum, and the next message replaces the oldest. A slot that was not written to its end does not
count.
"""

import os
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from broadcaster.bus.retained.messages import MAX_RETAINED
from broadcaster.model.ports import Retained

LONGEST_PAYLOAD_BYTES = 9_600
"""A retained message of a floor: 200 ms of s16le at 24 kHz. A longer one is not kept."""
LONGEST_TOPIC_BYTES = 500

_MAGIC = b"retain01"
_HEADER = struct.Struct("!8sH")
_HEADER_BYTES = 512
_SLOT = struct.Struct("!IIQQ")
"""Checksum of the rest, length of the payload, position, Unix time in ms when it was written."""
_SLOT_BYTES = _SLOT.size + LONGEST_PAYLOAD_BYTES
FILE_BYTES = _HEADER_BYTES + MAX_RETAINED * _SLOT_BYTES
"""The longest that a file becomes: 2.9 MB."""


@dataclass(frozen=True, slots=True)
class LeftMessages:
    """The content of a file.

    Attributes:
        topic: of all its messages.
        messages: by position.
        written_ms: Unix time when the newest was written.
        next_slot: the slot of the message that follows.
    """

    topic: str
    messages: Sequence[Retained]
    written_ms: int
    next_slot: int


class RingFile:
    """One file that is open for writing.

    Args:
        descriptor: of the file.
        next_slot: where the next message goes.
    """

    def __init__(self, descriptor: int, next_slot: int) -> None:
        self._descriptor = descriptor
        self._next_slot = next_slot

    @classmethod
    def create(cls, path: Path, topic: str) -> Self:
        """Make an empty file.

        Raises:
            OSError: it cannot be made.
        """
        name = topic.encode()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        try:
            os.pwrite(descriptor, _HEADER.pack(_MAGIC, len(name)) + name, 0)
        except OSError:
            os.close(descriptor)
            path.unlink(missing_ok=True)
            raise
        return cls(descriptor, 0)

    @classmethod
    def reopen(cls, path: Path, left: LeftMessages) -> Self:
        """Go on with a file after the messages that are in it.

        Raises:
            OSError: it cannot be opened.
        """
        return cls(os.open(path, os.O_RDWR | os.O_NOFOLLOW), left.next_slot)

    def write(self, message: Retained, now_ms: int) -> None:
        """Write a message over the oldest one.

        Args:
            message: its payload has at most `LONGEST_PAYLOAD_BYTES`.
            now_ms: Unix time.

        Raises:
            OSError: it is not written, or not to its end; the slot is used again.
        """
        slot = _SLOT.pack(0, len(message.payload), message.position, now_ms)[4:] + message.payload
        written = struct.pack("!I", zlib.crc32(slot)) + slot
        offset = _HEADER_BYTES + self._next_slot * _SLOT_BYTES
        if os.pwrite(self._descriptor, written, offset) < len(written):
            raise OSError("it was not written to its end")
        self._next_slot = (self._next_slot + 1) % MAX_RETAINED

    def close(self) -> None:
        """Close the file; what was written stays in it."""
        os.close(self._descriptor)


def read_left(path: Path) -> LeftMessages | None:
    """Read a file that another process has written; None if it holds nothing that can be used.

    Raises:
        OSError: it cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(FILE_BYTES)
    if len(data) < _HEADER_BYTES:
        return None
    magic, length = _HEADER.unpack_from(data)
    name = data[_HEADER.size : _HEADER.size + length]
    if magic != _MAGIC or length > LONGEST_TOPIC_BYTES:
        return None
    found = [one for slot in range(MAX_RETAINED) if (one := _message(data, slot)) is not None]
    if not found:
        return None
    written_ms = max(at_ms for at_ms, _, _ in found)
    _, newest_slot, _ = max(found, key=lambda one: one[2].position)
    messages = sorted((message for _, _, message in found), key=lambda one: one.position)
    next_slot = (newest_slot + 1) % MAX_RETAINED
    return LeftMessages(name.decode(errors="replace"), messages, written_ms, next_slot)


def _message(data: bytes, slot: int) -> tuple[int, int, Retained] | None:
    """When a message was written, its slot, and itself; None if the slot holds none."""
    start = _HEADER_BYTES + slot * _SLOT_BYTES
    if start + _SLOT.size > len(data):
        return None
    checksum, length, position, at_ms = _SLOT.unpack_from(data, start)
    payload = data[start + _SLOT.size : start + _SLOT.size + length]
    if len(payload) != length or length > LONGEST_PAYLOAD_BYTES:
        return None
    if zlib.crc32(data[start + 4 : start + _SLOT.size + length]) != checksum:
        return None
    return at_ms, slot, Retained(position, payload)
