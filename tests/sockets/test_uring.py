"""Batches of sends through the kernel's ring."""

import errno
import socket

import numpy as np

from broadcaster.sockets.uring import BATCH, Ring


def test_incomplete_sends_are_reported_by_index() -> None:
    ring = Ring()
    pairs = [socket.socketpair() for _ in range(100)]
    try:
        for ours, _ in pairs:
            ours.settimeout(0)
        full = pairs[40][0]
        while True:
            try:
                full.send(bytes(65_536))
            except BlockingIOError:
                break
        pairs[70][1].close()
        sockets = np.array([ours.fileno() for ours, _ in pairs], np.int32)
        sockets[10] = -1
        for number in range(3 * BATCH // len(pairs) + 20):  # round the ring several times
            data = f"message {number}".encode()
            wrong = dict(ring.send(sockets, data))
            assert wrong == {10: -errno.EBADF, 40: -errno.EAGAIN, 70: -errno.EPIPE}
            assert pairs[0][1].recv(100) == data
            assert pairs[99][1].recv(100) == data
    finally:
        ring.close()
        for pair in pairs:
            for end in pair:
                end.close()


def test_a_full_batch() -> None:
    ring = Ring()
    pairs = [socket.socketpair() for _ in range(BATCH)]
    try:
        assert not ring.send(np.array([ours.fileno() for ours, _ in pairs], np.int32), b"x")
        assert all(theirs.recv(2) == b"x" for _, theirs in pairs)
    finally:
        ring.close()
        for pair in pairs:
            for end in pair:
                end.close()
