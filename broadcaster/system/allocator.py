"""Gives freed memory back to the system, where the C library is glibc; nothing elsewhere.

Its allocator keeps what lies between pieces in use, even if that is most of the process.
"""

import ctypes
from functools import cache

KEPT_BYTES = 64 * 1024 * 1024
"""Freed memory up to this size stays with the process, which will need it again."""


class _MallInfo(ctypes.Structure):
    """`struct mallinfo2`, see mallinfo(3)."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks"),
            *("uordblks", "fordblks", "keepcost"),
        )
    )


def give_back_freed(kept_bytes: int = KEPT_BYTES) -> bool:
    """Give the system all freed memory if it is more than `kept_bytes`.

    Returns:
        Whether it was.
    """
    library = _glibc()
    if library is None or library.mallinfo2().fordblks <= kept_bytes:
        return False
    return bool(library.malloc_trim(0))


@cache
def _glibc() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL(None)
        library.mallinfo2.restype = _MallInfo
        library.malloc_trim.argtypes = [ctypes.c_size_t]
    except (AttributeError, OSError, TypeError):  # another C library, or another system
        return None
    return library
