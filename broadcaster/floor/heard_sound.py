"""Keeps the last seconds of a speaker's sound, for those who want to know how it arrives."""

import re

from broadcaster.audio.pcm import wav_file
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES
from broadcaster.model.check import check_keys
from broadcaster.model.check.heard import HEARD_S, LONGEST_HEARD_S
from broadcaster.model.ports import Bus, Clock

LEAST_PAUSE_S = 0.3
"""An answer is up to 0.7 MB: an ask that comes sooner after the last one must wait."""
_ASK = re.compile(rb"([0-9a-f]{16})(?: ([1-9][0-9]?))?")
"""An ask's id, and the seconds if they are not the usual ones."""
_BYTES_PER_S = CLOCK_HZ * SAMPLE_BYTES


class HeardSound:
    """One floor's last sound, in memory only.

    Args:
        bus: brings the asks.
        clock: time.
        event: id of the event.
    """

    def __init__(self, bus: Bus, clock: Clock, event: str) -> None:
        self._bus = bus
        self._clock = clock
        self._event = event
        self._pcm = bytearray()

    def add(self, pcm: bytes) -> None:
        """Take the next piece, s16le mono 24 kHz."""
        self._pcm += pcm
        del self._pcm[: -LONGEST_HEARD_S * _BYTES_PER_S]

    def forget(self) -> None:
        """Another speaker comes, or the last one has left."""
        self._pcm.clear()

    async def answer(self) -> None:
        """Answer asks until cancelled."""
        last = self._clock.monotonic() - LEAST_PAUSE_S
        async with self._bus.subscribe(check_keys.heard_asks(self._event), depth=4) as asks:
            async for message in asks:
                now = self._clock.monotonic()
                ask = _ASK.fullmatch(message.payload)
                if not self._pcm or now - last < LEAST_PAUSE_S or ask is None:
                    continue
                last = now
                newest = bytes(self._pcm[-int(ask[2] or HEARD_S) * _BYTES_PER_S :])
                self._bus.publish(check_keys.heard_answer(ask[1].decode()), wav_file(newest))
