"""One system call for the sends of many sockets: io_uring, by ctypes and numpy.

Requests lie in memory shared with the kernel, so a batch is filled by a few array assignments and
no loop over sockets runs in Python. Layouts and numbers are the kernel's (io_uring_setup(2),
io_uring_enter(2), include/uapi/linux/io_uring.h).
"""

import ctypes
import errno
import mmap
import os
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

BATCH = 512
"""Sends in one call: some two milliseconds of the kernel's time."""

_SETUP, _ENTER = 425, 426
_COOP_TASKRUN, _SINGLE_ISSUER, _DEFER_TASKRUN = 1 << 8, 1 << 12, 1 << 13
_SINGLE_MMAP = 1 << 0
_OFF_SQES = 0x1000_0000
_OP_SEND = 26
_GETEVENTS = 1
_DONTWAIT, _NOSIGNAL = 0x40, 0x4000
_MAP_POPULATE = 0x8000

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
        cq_tail_end = cq[5] + parameters.cq_entries * _CQE.itemsize
        ring = self._map(max(sq[6] + parameters.sq_entries * 4, cq_tail_end), 0)
        words = np.frombuffer(ring, np.uint32, len(ring) // 4)
        self._sq_tail = words[sq[1] // 4 :][:1]
        self._cq_head = words[cq[0] // 4 :][:1]
        self._cq_tail = words[cq[1] // 4 :][:1]
        words[sq[6] // 4 :][: parameters.sq_entries] = np.arange(parameters.sq_entries)
        self._completions = np.frombuffer(ring, _CQE, parameters.cq_entries, cq[5])
        requests = self._map(parameters.sq_entries * _SQE.itemsize, _OFF_SQES)
        self._requests = np.frombuffer(requests, _SQE)
        self._requests["opcode"] = _OP_SEND
        self._requests["msg_flags"] = _DONTWAIT | _NOSIGNAL
        self._numbers = np.arange(BATCH, dtype=np.uint64)

    @classmethod
    def open(cls) -> Self | None:
        """A ring, or None where there is none to be had."""
        try:
            return cls()
        except (OSError, AttributeError):
            return None

    def send(self, sockets: NDArray[np.int32], data: bytes) -> NDArray[np.int32]:
        """Send without waiting.

        Args:
            sockets: 1 to `BATCH` file descriptors.
            data: what each gets.

        Returns:
            Per socket the bytes it took, or a negative errno.

        Raises:
            OSError: the kernel refused the batch; nothing is known of it.
        """
        count = len(sockets)
        slots = (int(self._sq_tail[0]) + np.arange(count)) % len(self._requests)
        self._requests["fd"][slots] = sockets
        self._requests["addr"][slots] = np.frombuffer(data, np.uint8).ctypes.data
        self._requests["len"][slots] = len(data)
        self._requests["user_data"][slots] = self._numbers[:count]
        self._sq_tail += np.uint32(count)
        if _syscall(_ENTER, self._fd, count, count, _GETEVENTS, None, 0) != count:
            raise _os_error()
        head = int(self._cq_head[0])
        while (int(self._cq_tail[0]) - head) % 2**32 < count:  # a signal came in between
            _syscall(_ENTER, self._fd, 0, count, _GETEVENTS, None, 0)
        places = (head + np.arange(count)) % len(self._completions)
        completions = self._completions[places]
        results = np.empty(count, np.int32)
        results[completions["user_data"].astype(np.intp)] = completions["res"]
        self._cq_head += np.uint32(count)
        return results

    def close(self) -> None:
        """Give it back to the kernel; its memory goes with the object."""
        os.close(self._fd)

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
