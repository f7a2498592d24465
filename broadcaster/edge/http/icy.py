"""ICY metadata: the caption line inside a stream of MP3, as internet radio does it.

The client asks with `Icy-MetaData: 1`, the answer says `icy-metaint: N`, and after every N bytes
of sound follows one byte, the length of the metadata in units of 16 bytes, and the metadata. There
is no standard; Icecast and its players define it.
"""

from collections import deque

LONGEST_TITLE_BYTES = 240
_UNIT_BYTES = 16
NOTHING_NEW = b"\0"


def metadata(title: str) -> bytes:
    """A metadata block with its length byte; the title is cut to `LONGEST_TITLE_BYTES` of UTF-8."""
    line = " ".join(title.split()).replace("'", "’")  # a quote would end the title
    cut = line.encode()[:LONGEST_TITLE_BYTES].decode(errors="ignore")
    text = f"StreamTitle='{cut}';".encode()
    units = -(-len(text) // _UNIT_BYTES)
    return bytes((units,)) + text.ljust(units * _UNIT_BYTES, b"\0")


class IcyBlocks:
    """Cuts a stream into blocks of `metaint` bytes, each with its metadata: the same for everybody.

    Args:
        metaint: bytes of sound in a block.
        backlog_blocks: newest blocks kept for who joins.
    """

    def __init__(self, metaint: int, backlog_blocks: int) -> None:
        self._metaint = metaint
        self._buffer = bytearray()
        self._recent: deque[bytes] = deque(maxlen=backlog_blocks)
        self._title = ""

    def push(self, data: bytes, title: str) -> list[bytes]:
        """Add sound; returns the complete blocks, with the title where it is a new one."""
        self._buffer += data
        done = []
        while len(self._buffer) >= self._metaint:
            sound = bytes(self._buffer[: self._metaint])
            del self._buffer[: self._metaint]
            self._recent.append(sound)
            done.append(sound + (NOTHING_NEW if title == self._title else metadata(title)))
            self._title = title
        return done

    def backlog(self) -> bytes:
        """What somebody who joins gets first: the newest blocks, with the title as it is now."""
        first, *rest = self._recent or [b""]
        if not first:
            return b""
        return first + metadata(self._title) + b"".join(sound + NOTHING_NEW for sound in rest)
