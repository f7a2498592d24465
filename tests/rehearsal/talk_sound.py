"""Pieces of the prepared talk's sound."""

from broadcaster.rehearsal.wire.constants import BYTES_PER_MS


def excerpt(pcm: bytes, start_ms: int, end_ms: int) -> bytes:
    """The sound between two times, s16le mono 24 kHz."""
    return pcm[start_ms * BYTES_PER_MS : end_ms * BYTES_PER_MS]
