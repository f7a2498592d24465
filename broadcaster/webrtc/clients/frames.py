"""The frames a publisher sends: 20 ms of s16le 24 kHz, mono or stereo, each when it is due.

A source of frames outlives the connections that take from it, so a file goes on where it was when
the floor was lost.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from typing import Protocol

from broadcaster.audio.level import Level, LevelMeter
from broadcaster.model.audio import CLOCK_HZ, PCM_FRAME_SAMPLES, SAMPLE_BYTES
from broadcaster.model.clock import SystemClock
from broadcaster.model.ports import Clock

FRAME_S = PCM_FRAME_SAMPLES / CLOCK_HZ
FRAME_BYTES = PCM_FRAME_SAMPLES * SAMPLE_BYTES
"""Bytes of a frame of one channel."""
MAX_REPLAY_FRAMES = 500
"""Frames that are kept until the server is known to have them: 10 s."""
LATE_S = 2.0
"""A clock that is this late starts again, as after a machine slept. A burst makes up for a shorter
delay; the server buffers it."""
MAX_LIVE_FRAMES = 10
"""Frames of a device that wait to be sent; beyond it the oldest are dropped."""
DEVICE_GAP_S = 0.1
"""A device that gives nothing for this long is heard as silence."""


class FrameSource(Protocol):
    """Frames for one connection after the other.

    Attributes:
        channels: 1, or 2 that are interleaved.
        ended: set while there is nothing more to take.
        failure: why it ended early, if it did.
    """

    channels: int
    ended: asyncio.Event
    failure: BaseException | None

    async def next_frame(self) -> bytes:
        """The next frame, once it is due; silence if the source has nothing. Raises nothing."""

    def connected(self) -> None:
        """A new connection takes the frames from now on."""

    def confirm(self, age_s: float) -> None:
        """The server had received, `age_s` ago, all that was taken by then."""

    def level(self) -> Level:
        """How loud the frames were since the last call."""

    @property
    def position_s(self) -> float:
        """Seconds of sound taken."""

    @property
    def unconfirmed(self) -> bool:
        """Whether frames were taken that the server may not have."""


class PacedFrames:
    """Frames of a recording, by the real clock.

    Args:
        pieces: s16le 24 kHz of any length; an empty one means that the next is not ready.
            An error of it ends the frames and becomes their `failure`.
        clock: time; the real one if it is left out.
        channels: of the pieces.
    """

    def __init__(
        self, pieces: Iterator[bytes], clock: Clock | None = None, *, channels: int = 1
    ) -> None:
        self.channels = channels
        self.ended = asyncio.Event()
        self.failure: BaseException | None = None
        self._pieces = pieces
        self._all_read = False
        self._clock = clock or SystemClock()
        self._buffer = bytearray()
        self._next_due_s: float | None = None
        self._silence = bytes(FRAME_BYTES * channels)
        self._meter = LevelMeter(channels)
        self._taken: deque[tuple[float, bytes]] = deque(maxlen=MAX_REPLAY_FRAMES)
        self._again: deque[bytes] = deque()
        self._position_frames = 0

    @property
    def position_s(self) -> float:
        """Seconds of the recording that were taken, and not taken back."""
        return self._position_frames * FRAME_S

    @property
    def unconfirmed(self) -> bool:
        """Whether frames were taken that the server may not have."""
        return bool(self._taken)

    def level(self) -> Level:
        """How loud the frames were since the last call."""
        return self._meter.take()

    def connected(self) -> None:
        """Repeat what the last connection may have lost; the clock starts again."""
        if self._taken:
            self.ended.clear()
        self._position_frames -= len(self._taken)
        self._again.extendleft(frame for _, frame in reversed(self._taken))
        self._taken.clear()
        self._next_due_s = None

    def confirm(self, age_s: float) -> None:
        """Forget the frames that were taken by then: they are not repeated."""
        arrived_s = self._clock.monotonic() - age_s
        while self._taken and self._taken[0][0] <= arrived_s:
            self._taken.popleft()

    async def next_frame(self) -> bytes:
        """The next frame, once it is due; silence while none is ready and after the end."""
        now_s = self._clock.monotonic()
        if self._next_due_s is None or now_s > self._next_due_s + LATE_S:
            self._next_due_s = now_s
        await self._clock.sleep(self._next_due_s - now_s)
        self._next_due_s += FRAME_S
        frame = self._again.popleft() if self._again else self._read()
        if frame:
            self._taken.append((self._clock.monotonic(), frame))
            self._position_frames += 1
        if self._all_read and not self._again and not self._buffer:
            self.ended.set()
        self._meter.add(frame or self._silence)
        return frame or self._silence

    def _read(self) -> bytes:
        """The next frame of the pieces, the last one filled up; empty if nothing is left."""
        size = len(self._silence)
        while len(self._buffer) < size and not self._all_read:
            try:
                piece = next(self._pieces)
            except StopIteration:
                self._all_read = True
            except Exception as error:  # noqa: BLE001 - it belongs to the owner of the pieces
                self.failure = error
                self._all_read = True
            else:
                if not piece:
                    return b""
                self._buffer += piece
        frame = bytes(self._buffer[:size])
        del self._buffer[:size]
        return frame and frame.ljust(size, b"\0")


class LiveFrames:
    """Frames of a device, by the device's clock; what is not taken in time is dropped.

    Args:
        channels: of the device's sound.
    """

    def __init__(self, channels: int = 1) -> None:
        self.channels = channels
        self.ended = asyncio.Event()
        self.failure: BaseException | None = None
        self.dropped_frames = 0
        self._buffer = bytearray()
        self._waiting: deque[bytes] = deque()
        self._arrived = asyncio.Event()
        self._silence = bytes(FRAME_BYTES * channels)
        self._meter = LevelMeter(channels)
        self._patience_s = DEVICE_GAP_S
        self._position_frames = 0

    @property
    def position_s(self) -> float:
        """Seconds of sound taken."""
        return self._position_frames * FRAME_S

    def level(self) -> Level:
        """How loud the frames were since the last call."""
        return self._meter.take()

    @property
    def unconfirmed(self) -> bool:
        """Never: nothing is kept to be sent again."""
        return False

    def connected(self) -> None:
        """Begin with what the device gives now."""
        self._waiting.clear()

    def confirm(self, age_s: float) -> None:
        """Nothing is kept: what was said while nobody heard it is over."""

    def fail(self, error: BaseException) -> None:
        """End: nobody follows the device any more."""
        self.failure = error
        self.ended.set()

    def add_pcm(self, pcm: bytes) -> None:
        """Take s16le 24 kHz of the device."""
        self._buffer += pcm
        size = len(self._silence)
        while len(self._buffer) >= size:
            if len(self._waiting) == MAX_LIVE_FRAMES:
                self._waiting.popleft()
                self.dropped_frames += 1
            self._waiting.append(bytes(self._buffer[:size]))
            del self._buffer[:size]
            self._arrived.set()

    async def next_frame(self) -> bytes:
        """The next frame, once the device has given it; silence while it gives none."""
        if not self._waiting:
            self._arrived.clear()
            try:
                async with asyncio.timeout(self._patience_s):
                    await self._arrived.wait()
            except TimeoutError:
                self._patience_s = FRAME_S
        if self._waiting:
            self._patience_s = DEVICE_GAP_S
        frame = self._waiting.popleft() if self._waiting else self._silence
        self._meter.add(frame)
        self._position_frames += 1
        return frame
