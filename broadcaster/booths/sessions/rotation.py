"""Chooses the time to replace a session, and the place at which the floor is cut."""

import zlib

from broadcaster.booths.floor.buffer import FloorBuffer
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.ports import Clock

LONGEST_SESSION_S = 60 * 60.0
"""Life of a session at OpenAI, which most servers follow."""
ROTATE_AFTER_S = 55 * 60.0
ROTATE_BEFORE_EXPIRY_S = 300.0
SHORTEST_LIFETIME_S = 30.0
"""If a session seems to expire sooner than this, one of the two clocks is wrong."""
STAGGER_S = 120.0
"""The sessions of an event's languages are replaced at different times, this far apart at most."""
CUT_PAUSES_S = ((3.0, 0.35), (12.0, 0.2))
"""Shortest pause in which to cut.

Until (first) seconds of waiting it must last (second) seconds. After the last entry any place will
do, and both sessions hear half a sentence.
"""


def rotate_in_s(
    language: str, expires_at: int | None, clock: Clock, session_s: float = LONGEST_SESSION_S
) -> float:
    """Return how many seconds a session that begins now may work.

    Args:
        language: of the channel; each language has its own place within the stagger.
        expires_at: Unix time in seconds at which the server ends the session, if it says so.
        clock: time.
        session_s: how long the provider lets a session live, if the server does not say when.
    """
    lifetime_s = session_s
    if expires_at is not None:
        lifetime_s = min(session_s, expires_at - clock.now_ms() / 1000)
        if lifetime_s < SHORTEST_LIFETIME_S:
            lifetime_s = min(session_s, ROTATE_AFTER_S)
    margin_s = min(ROTATE_BEFORE_EXPIRY_S, lifetime_s / 4)
    share = zlib.crc32(language.encode()) % 1000 / 1000
    stagger_s = share * min(STAGGER_S, lifetime_s / 10)
    return max(0.0, min(ROTATE_AFTER_S, lifetime_s - margin_s) - stagger_s)


async def place_to_cut(buffer: FloorBuffer, clock: Clock) -> int:
    """Wait until the speaker pauses; return the position at which to cut, between two blocks."""
    started = clock.monotonic()
    while True:
        waited_s = clock.monotonic() - started
        wanted_s = next((pause for until, pause in CUT_PAUSES_S if waited_s < until), 0.0)
        if buffer.paused_for() >= wanted_s * CLOCK_HZ:
            return buffer.end
        await buffer.grown()
