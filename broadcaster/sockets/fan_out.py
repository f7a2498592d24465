"""Writes the same bytes to many connections, at little more than the kernel's own cost.

A connection without unsent bytes is written to directly: plain ones in batches through a `Ring`,
TLS ones one after the other. This is the hot path, and no code of a member runs on it.

When a connection cannot take all of a message, its transport keeps the rest and tells its
`WriteObserver`, here the member's slot, which takes the member off the direct path. From then on
`Member.late` decides what becomes of each message, until the transport has sent everything; then
`Member.caught_up` is called, and the direct path is used again.
"""

import asyncio
import errno
import ssl
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from broadcaster.sockets.tls_transport import TlsTransport
from broadcaster.sockets.transport import SocketTransport
from broadcaster.sockets.uring import BATCH, Ring

_NO_SOCKET = -1
_FIRST_SLOTS = 64


class Member(Protocol):
    """One connection in a `FanOut`, and what to do when it is slow."""

    @property
    def transport(self) -> SocketTransport:
        """The connection. Apart from the `FanOut` only short messages may be written to it."""

    def late(self, data: bytes) -> None:
        """Queue or drop a message, or disconnect: the connection has unsent bytes or is closing."""

    def caught_up(self) -> None:
        """Everything was sent; after this, messages are written directly again."""


AnyMember = TypeVar("AnyMember", bound=Member)


class FanOut(Generic[AnyMember]):
    """Writes messages to its members, in the order in which they joined.

    The order never changes, so that messages reach each member at an even pace. `BATCH` members are
    written to at a time; between batches the event loop serves other tasks.

    Args:
        ring: writes to many sockets at once; None writes to one after the other.
    """

    def __init__(self, ring: Ring | None = None) -> None:
        self._ring = ring
        self._slots: list[_Slot[AnyMember] | None] = []
        self._of: dict[AnyMember, _Slot[AnyMember]] = {}
        self._sockets = np.full(_FIRST_SLOTS, _NO_SOCKET, np.int32)
        self._writes: list[Callable[[bytes], int | None]] = []
        self._left = 0
        self._batched = 0

    def __len__(self) -> int:
        return len(self._of)

    def __contains__(self, member: AnyMember) -> bool:
        return member in self._of

    def add(self, member: AnyMember) -> None:
        """Write to a member, beginning with the next message."""
        if len(self._slots) == len(self._sockets):
            grown = np.full(2 * len(self._sockets), _NO_SOCKET, np.int32)
            grown[: len(self._sockets)] = self._sockets
            self._sockets = grown
        slot = _Slot(self, member, len(self._slots))
        self._slots.append(slot)
        self._writes.append(member.late)
        self._of[member] = slot
        member.transport.observer = slot
        if not (member.transport.get_write_buffer_size() or member.transport.is_closing()):
            self.write_directly(slot)

    def remove(self, member: AnyMember) -> None:
        """Stop writing to a member."""
        slot = self._of.pop(member, None)
        if slot is not None:
            member.transport.observer = None
            self._slots[slot.index] = None
            self._assign(slot.index, _NO_SOCKET)
            self._writes[slot.index] = _write_nothing
            self._left += 1

    def members(self) -> list[AnyMember]:
        """All members."""
        return list(self._of)

    def present(self) -> int:
        """How many places are taken now, so that `send_to_all` leaves out later members."""
        self._remove_gaps()
        return len(self._slots)

    async def send_to_all(self, data: bytes, present: int | None = None) -> None:
        """Write a message to all present members. The caller sends one message at a time.

        Args:
            data: the message.
            present: what `present` said since the last message; None asks now.
        """
        count = self.present() if present is None else present
        for first in range(0, count, BATCH):
            if first:
                await asyncio.sleep(0)
            self._send_batch(first, min(first + BATCH, count), data)

    def _send_batch(self, first: int, last: int, data: bytes) -> None:
        if self._ring is None or not self._batched:
            self._write_each(range(first, last), data)
            return
        sockets = self._sockets[first:last]
        places: Sequence[int] | NDArray[np.intp] = range(last - first)
        if self._batched < len(self._slots):
            self._write_each(first + np.flatnonzero(sockets == _NO_SOCKET), data)
            places = np.flatnonzero(sockets != _NO_SOCKET)
            sockets = sockets[places]
        for place, result in self._ring.send(sockets, data) if len(sockets) else ():
            slot = self._slots[first + places[place]]
            if slot is not None:
                slot.member.transport.sent(data, result)

    def _write_each(self, indexes: Iterable[int], data: bytes) -> None:
        writes = self._writes
        for index in indexes:
            try:
                result = writes[index](data)
            except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                result = -errno.EAGAIN
            except OSError as error:
                result = -(error.errno or errno.EIO)
            if result is not None and result != len(data):
                slot = self._slots[index]
                if slot is not None:
                    slot.member.transport.sent(data, result)

    def write_directly(self, slot: "_Slot[AnyMember]") -> None:
        """A member's connection has sent everything."""
        transport = slot.member.transport
        self._writes[slot.index] = transport.direct
        if self._ring is not None and not isinstance(transport, TlsTransport):
            self._assign(slot.index, transport.fileno())

    def write_late(self, slot: "_Slot[AnyMember]") -> None:
        """A member's connection has unsent bytes, or is closing."""
        self._writes[slot.index] = slot.member.late
        self._assign(slot.index, _NO_SOCKET)

    def _assign(self, index: int, number: int) -> None:
        """Set the descriptor that the ring writes to for a slot, or `_NO_SOCKET`."""
        before = int(self._sockets[index])
        self._batched += (number != _NO_SOCKET) - (before != _NO_SOCKET)
        self._sockets[index] = number

    def _remove_gaps(self) -> None:
        if not self._left:
            return
        self._left = 0
        kept = [slot for slot in self._slots if slot is not None]
        places = [slot.index for slot in kept]
        self._sockets[: len(kept)] = self._sockets[places]
        self._sockets[len(kept) :] = _NO_SOCKET
        self._writes = [self._writes[place] for place in places]
        for index, slot in enumerate(kept):
            slot.index = index
        self._slots = list(kept)


class _Slot(Generic[AnyMember]):
    """A member's place in a `FanOut`, and the `WriteObserver` of its connection."""

    __slots__ = ("_fan_out", "index", "member")

    def __init__(self, fan_out: FanOut[AnyMember], member: AnyMember, index: int) -> None:
        self._fan_out = fan_out
        self.member = member
        self.index = index

    def blocked(self) -> None:
        self._fan_out.write_late(self)

    def clear(self) -> None:
        self.member.caught_up()
        if not self.member.transport.get_write_buffer_size():
            self._fan_out.write_directly(self)


def _write_nothing(_data: bytes) -> None:
    """Takes the place of a member that has left."""
