"""Reads a recording ahead in a thread of its own, because disks and decoders block."""

import queue
import threading
from collections.abc import Iterator
from typing import Self

_MAX_PIECES = 64
"""Pieces that are read ahead; usually 1 to 2 s."""
_PAUSE_S = 0.25


class ReadAhead:
    """Pieces of sound, read ahead by a thread. `close` ends the thread.

    Args:
        pieces: an iterator that may block.
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._read: queue.Queue[bytes | Exception | None] = queue.Queue(_MAX_PIECES)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="read-ahead", daemon=True)
        self._thread.start()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        """The next piece; empty if it was not read yet. Does not block.

        Raises:
            Exception: what the pieces raised.
        """
        try:
            piece = self._read.get_nowait()
        except queue.Empty:
            return b""
        if isinstance(piece, Exception):
            raise piece
        if piece is None:
            raise StopIteration
        return piece

    def close(self) -> None:
        """Let the thread end; does not wait for it."""
        self._closed.set()

    def _run(self) -> None:
        try:
            for piece in self._pieces:
                if piece and not self._put(piece):
                    return
            self._put(None)
        except Exception as error:  # noqa: BLE001 - the reader of the pieces gets it
            self._put(error)

    def _put(self, piece: bytes | Exception | None) -> bool:
        """Whether the piece was put before the end."""
        while not self._closed.is_set():
            try:
                self._read.put(piece, timeout=_PAUSE_S)
            except queue.Full:
                continue
            return True
        return False
