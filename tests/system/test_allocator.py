"""Freed memory goes back to the system."""

import ctypes
import platform
from pathlib import Path

import pytest

from broadcaster.system import allocator

GLIBC = platform.libc_ver()[0] == "glibc"


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_freed_memory_between_pieces_in_use_is_given_back() -> None:
    pieces = [bytes(10_000) for _ in range(10_000)]
    kept = pieces[::500]
    del pieces
    before = resident_bytes()
    assert allocator.give_back_freed(kept_bytes=1_000_000) == GLIBC
    if GLIBC:
        assert before - resident_bytes() > 50_000_000
    assert all(len(piece) == 10_000 for piece in kept)


def test_a_little_freed_memory_is_kept() -> None:
    assert not allocator.give_back_freed(kept_bytes=10**12)


def test_another_c_library_has_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    allocator._glibc.cache_clear()
    try:
        assert not allocator.give_back_freed(kept_bytes=0)
    finally:
        allocator._glibc.cache_clear()
