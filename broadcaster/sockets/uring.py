"""Sends to many sockets in one system call: io_uring, through ctypes and numpy.

Requests are in memory shared with the kernel, so a few array assignments fill a batch, and no loop
over sockets runs in Python. Layouts and numbers are the kernel's (io_uring_setup(2),
io_uring_enter(2), include/uapi/linux/io_uring.h).
"""

import ctypes
import errno
import mmap
import os
import sys
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

BATCH = 512
"""Sends in one call: some two milliseconds of the kernel's time."""

ROOM_BYTES = 16 * 1024
"""Room for the bytes of a message; it grows for a longer one."""

_SETUP, _ENTER = 425, 426
_COOP_TASKRUN, _SINGLE_ISSUER, _DEFER_TASKRUN = 1 << 8, 1 << 12, 1 << 13
_SINGLE_MMAP = 1 << 0
_OFF_SQES = 0x1000_0000
_OP_SEND = 26
_GETEVENTS = 1
_DONTWAIT, _NOSIGNAL = 0x40, 0x4000
_MAP_POPULATE = 0x8000
_WORD = 1 << 32

_SQE = np.dtype(
    [
        ("opcode", "u1"), ("flags", "u1"), ("ioprio", "u2"), ("fd", "i4"), ("off", "u8"),
        ("addr", "u8"), ("len", "u4"), ("msg_flags", "u4"), ("user_data", "u8"), ("rest", "u8", 3),
    ]
)  # fmt: skip
_CQE = np.dtype([("user_data", "u8"), ("res", "i4"), ("flags", "u4")])


class _Params(ctypes.Structure):
    _fields_ = (
        ("sq_entries", ctypes.c_uint32),
        ("cq_entries", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("sq_thread_cpu", ctypes.c_uint32),
        ("sq_thread_idle", ctypes.c_uint32),
        ("features", ctypes.c_uint32),
        ("wq_fd", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32 * 3),
        ("sq_off", ctypes.c_uint32 * 10),
        ("cq_off", ctypes.c_uint32 * 10),
    )


_syscall = ctypes.CDLL(None, use_errno=True).syscall
_syscall.restype = ctypes.c_long


class Ring:
    """Sends the same bytes to up to `BATCH` sockets at once; for one thread.

    Requests stay in place, in the order of the sockets, and each carries its index. From one batch
    to the next only descriptors, the length and the bytes change.

    Raises:
        OSError: this kernel, or the container's seccomp profile, has no io_uring for us.
    """

    def __init__(self) -> None:
        parameters = _Params(flags=_COOP_TASKRUN | _SINGLE_ISSUER | _DEFER_TASKRUN)
        self._fd = int(_syscall(_SETUP, BATCH, ctypes.byref(parameters)))
        if self._fd < 0:
            raise _os_error()
        if not parameters.features & _SINGLE_MMAP:
            self.close()
            raise OSError(errno.ENOSYS, "this kernel's io_uring is too old")
        sq, cq = parameters.sq_off, parameters.cq_off
        cq_end = cq[5] + parameters.cq_entries * _CQE.itemsize
        ring = self._map(max(sq[6] + BATCH * 4, cq_end), 0)
        self._words = memoryview(ring).cast("I")
        self._sq_tail, self._cq_head, self._cq_tail = sq[1] // 4, cq[0] // 4, cq[1] // 4
        self._order = self._words[sq[6] // 4 :][:BATCH]
        self._twice = np.tile(np.arange(BATCH, dtype=np.uint32), 2).data
        completions = np.frombuffer(ring, _CQE, parameters.cq_entries, cq[5])
        self._done, self._results = completions["user_data"], completions["res"]
        requests = np.frombuffer(self._map(BATCH * _SQE.itemsize, _OFF_SQES), _SQE)
        requests["opcode"] = _OP_SEND
        requests["msg_flags"] = _DONTWAIT | _NOSIGNAL
        requests["user_data"] = np.arange(BATCH)
        self._sockets, self._sizes = requests["fd"], requests["len"]
        self._addresses = requests["addr"]
        self._make_room(ROOM_BYTES)

    @classmethod
    def open(cls) -> Self | None:
        """A ring, or None where io_uring is not available."""
        try:
            return cls()
        except (OSError, AttributeError):
            return None

    def send(self, sockets: NDArray[np.int32], data: bytes) -> list[tuple[int, int]]:
        """Send without waiting.

        Args:
            sockets: 1 to `BATCH` file descriptors.
            data: the bytes to send to each.

        Returns:
            The sends that were not complete: index in `sockets`, and the number of bytes sent or a
            negative errno.

        Raises:
            OSError: the kernel refused the batch; what it has sent is unknown.
        """
        count, size = len(sockets), len(data)
        if size > len(self._data):
            self._make_room(size)
        self._data[:size] = data
        self._sockets[:count] = sockets
        self._sizes[:count] = size
        words = self._words
        turn = words[self._sq_tail] % BATCH
        self._order[:] = self._twice[BATCH - turn : 2 * BATCH - turn]
        words[self._sq_tail] = (words[self._sq_tail] + count) % _WORD
        if _syscall(_ENTER, self._fd, count, count, _GETEVENTS, None, 0) != count:
            raise _os_error()
        head = words[self._cq_head]
        while (words[self._cq_tail] - head) % _WORD < count:  # a signal came in between
            _syscall(_ENTER, self._fd, 0, count, _GETEVENTS, None, 0)
        left = self._left_over(head % len(self._results), count, size)
        words[self._cq_head] = (head + count) % _WORD
        return left

    def _left_over(self, first: int, count: int, size: int) -> list[tuple[int, int]]:
        """Index and result of the sends whose result is not `size`, from completion `first` on."""
        round_the_end = max(0, first + count - len(self._results))
        results = self._results[first : first + count].tobytes()
        results += self._results[:round_the_end].tobytes()
        if results == size.to_bytes(4, sys.byteorder) * count:  # the usual case: one comparison
            return []
        order = np.arange(first, first + count) % len(self._results)
        order = order[self._results[order] != size]
        return list(zip(self._done[order].tolist(), self._results[order].tolist(), strict=True))

    def close(self) -> None:
        """Close the ring; its memory is freed with the object."""
        os.close(self._fd)

    def _make_room(self, size_bytes: int) -> None:
        room = np.empty(size_bytes, np.uint8)
        self._addresses[:] = room.ctypes.data
        self._data = room.data

    def _map(self, size_bytes: int, offset: int) -> Any:
        access = mmap.PROT_READ | mmap.PROT_WRITE
        flags = mmap.MAP_SHARED | _MAP_POPULATE
        try:
            return mmap.mmap(self._fd, size_bytes, flags, access, offset=offset)
        except OSError:
            self.close()
            raise


def _os_error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
