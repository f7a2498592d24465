"""Sound that waits, because listeners are to hear a channel later than it is published."""

import asyncio
from collections import deque
from collections.abc import Callable

from broadcaster.model.audio import AudioFrame, ms_to_samples
from broadcaster.model.ports import Clock

MOST_HELD = 2_048
"""Frames that wait; beyond it the oldest are dropped. It is 10 s of frames of 5 ms."""
_LOOK_EVERY_S = 0.25
"""A shorter delay is noticed this soon."""
_DUE_S = 0.0005
"""A frame is sent up to this much early: a clock may round."""


class HeldSound:
    """The frames of one channel that wait, in their order.

    A frame that has waited is moved by as much on the event's clock, to the time at which it is
    sent. A longer delay is a gap for listeners. A shorter one leaves out what lies between, and
    players see neither a jump nor a loss.

    Args:
        clock: time.
        send: takes the frames when their time has come, each in its envelope.
    """

    def __init__(self, clock: Clock, send: Callable[[bytes], None]) -> None:
        self._clock = clock
        self._send = send
        self._delay_ms = 0
        self._left_out = 0
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._came = asyncio.Event()

    def delay(self, ms: int) -> None:
        """Let frames wait for this long from now on, those too that wait already."""
        shorter = ms < self._delay_ms
        self._delay_ms = ms
        while shorter and self._waiting and self._due_in_s() <= _DUE_S:
            self._leave_out()

    def push(self, envelope: bytes) -> None:
        """Take the next frame; without a delay it is sent at once."""
        if not self._delay_ms:
            self._send(self._moved(envelope))
            return
        if len(self._waiting) >= MOST_HELD:
            self._leave_out()
        self._waiting.append((self._clock.monotonic(), envelope))
        self._came.set()

    async def run(self) -> None:
        """Send frames when their time has come, until cancelled."""
        while True:
            while self._waiting and self._due_in_s() <= _DUE_S:
                self._send(self._moved(self._waiting.popleft()[1]))
            if not self._waiting:
                self._came.clear()
                await self._came.wait()
            else:
                await self._clock.sleep(min(self._due_in_s(), _LOOK_EVERY_S))

    def _due_in_s(self) -> float:
        """Seconds until the first frame that waits is due."""
        return self._waiting[0][0] + self._delay_ms / 1000 - self._clock.monotonic()

    def _leave_out(self) -> None:
        self._waiting.popleft()
        self._left_out += 1

    def _moved(self, envelope: bytes) -> bytes:
        """The frame as listeners get it: later, and counted without those that were left out."""
        if not (self._delay_ms or self._left_out):
            return envelope
        frame = AudioFrame.from_bytes(envelope)
        position = frame.position + ms_to_samples(self._delay_ms)
        sequence = frame.sequence - self._left_out
        return AudioFrame(frame.kind, sequence, position, frame.payload).to_bytes()
