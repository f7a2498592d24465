"""Keeps the last seconds of a speaker's sound, for those who want to know how it arrives."""

import io
import re
import wave

from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES
from broadcaster.model.check.heard import HEARD_S
from broadcaster.model.ports import Bus, Clock

LEAST_PAUSE_S = 0.3
"""An answer is a quarter of a megabyte: an ask that comes sooner after the last one must wait."""
_ASK = re.compile(rb"[0-9a-f]{16}")


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
        del self._pcm[: -HEARD_S * CLOCK_HZ * SAMPLE_BYTES]

    def forget(self) -> None:
        """Another speaker comes, or the last one has left."""
        self._pcm.clear()

    async def answer(self) -> None:
        """Answer asks until cancelled."""
        last = self._clock.monotonic() - LEAST_PAUSE_S
        async with self._bus.subscribe(keys.heard_asks(self._event), depth=4) as asks:
            async for ask in asks:
                now = self._clock.monotonic()
                if not self._pcm or now - last < LEAST_PAUSE_S or not _ASK.fullmatch(ask.payload):
                    continue
                last = now
                self._bus.publish(keys.heard_answer(ask.payload.decode()), self._wav())

    def _wav(self) -> bytes:
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(SAMPLE_BYTES)
            sound.setframerate(CLOCK_HZ)
            sound.writeframes(self._pcm)
        return file.getvalue()
