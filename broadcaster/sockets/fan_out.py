"""The same bytes to many connections, at next to the kernel's own cost.

Connections that are clear are written to directly: plain ones in batches through a `Ring`, the
others one after the other. A connection with unsent bytes leaves that path until it has sent them;
its member decides meanwhile what becomes of each message.
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

_NOBODY = -1
_FIRST_SEATS = 64


class Member(Protocol):
    """One receiver."""

    @property
    def transport(self) -> SocketTransport:
        """Its connection, on which nothing else of any size is written meanwhile."""

    def late(self, data: bytes) -> None:
        """A message comes while the connection has unsent bytes: queue it, drop it, or hang up."""

    def caught_up(self) -> None:
        """Everything was sent; messages are written directly again after this."""


AnyMember = TypeVar("AnyMember", bound=Member)


class FanOut(Generic[AnyMember]):
    """Writes messages to its members, in the order in which they joined.

    That order never changes, so everybody's messages arrive at an even pace. A batch of `BATCH`
    members is written at a time; between batches the event loop serves others.

    Args:
        ring: sends batches; None writes one by one.
    """

    def __init__(self, ring: Ring | None = None) -> None:
        self._ring = ring
        self._seats: list[_Seat[AnyMember] | None] = []
        self._of: dict[AnyMember, _Seat[AnyMember]] = {}
        self._sockets = np.full(_FIRST_SEATS, _NOBODY, np.int32)
        self._writes: list[Callable[[bytes], int | None]] = []
        self._left = 0
        self._batched = 0

    def __len__(self) -> int:
        return len(self._of)

    def add(self, member: AnyMember) -> None:
        """Write to a member from the next message on."""
        if len(self._seats) == len(self._sockets):
            grown = np.full(2 * len(self._sockets), _NOBODY, np.int32)
            grown[: len(self._sockets)] = self._sockets
            self._sockets = grown
        seat = _Seat(self, member, len(self._seats))
        self._seats.append(seat)
        self._writes.append(member.late)
        self._of[member] = seat
        member.transport.follower = seat
        if not (member.transport.get_write_buffer_size() or member.transport.is_closing()):
            self.write_directly(seat)

    def remove(self, member: AnyMember) -> None:
        """Write to a member no more."""
        seat = self._of.pop(member, None)
        if seat is not None:
            member.transport.follower = None
            self._seats[seat.index] = None
            self._assign(seat.index, _NOBODY)
            self._writes[seat.index] = _write_nothing
            self._left += 1

    def members(self) -> list[AnyMember]:
        """All who are members now."""
        return list(self._of)

    async def send(self, data: bytes) -> None:
        """Write a message to all who are members now; one message at a time."""
        self._close_ranks()
        count = len(self._seats)
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
        if self._batched < len(self._seats):
            self._write_each(first + np.flatnonzero(sockets == _NOBODY), data)
            places = np.flatnonzero(sockets != _NOBODY)
            sockets = sockets[places]
        for place, result in self._ring.send(sockets, data) if len(sockets) else ():
            seat = self._seats[first + places[place]]
            if seat is not None:
                seat.member.transport.sent(data, result)

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
                seat = self._seats[index]
                if seat is not None:
                    seat.member.transport.sent(data, result)

    def write_directly(self, seat: "_Seat[AnyMember]") -> None:
        """A member's connection is clear."""
        transport = seat.member.transport
        self._writes[seat.index] = transport.direct
        if self._ring is not None and not isinstance(transport, TlsTransport):
            self._assign(seat.index, transport.fileno())

    def write_late(self, seat: "_Seat[AnyMember]") -> None:
        """A member's connection has unsent bytes, or is closing."""
        self._writes[seat.index] = seat.member.late
        self._assign(seat.index, _NOBODY)

    def _assign(self, index: int, number: int) -> None:
        """The descriptor that the ring writes to for a seat, or `_NOBODY`."""
        before = int(self._sockets[index])
        self._batched += (number != _NOBODY) - (before != _NOBODY)
        self._sockets[index] = number

    def _close_ranks(self) -> None:
        if not self._left:
            return
        self._left = 0
        kept = [seat for seat in self._seats if seat is not None]
        places = [seat.index for seat in kept]
        self._sockets[: len(kept)] = self._sockets[places]
        self._sockets[len(kept) :] = _NOBODY
        self._writes = [self._writes[place] for place in places]
        for index, seat in enumerate(kept):
            seat.index = index
        self._seats = list(kept)


class _Seat(Generic[AnyMember]):
    """A member's place; follows its connection."""

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
    """Where a member was that has left since."""
