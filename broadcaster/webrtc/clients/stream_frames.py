"""Frames of a stream from the network, which comes in bursts and by another machine's clock."""

import asyncio
from dataclasses import dataclass

from broadcaster.audio.fades import SmoothCuts
from broadcaster.audio.level import Level, LevelMeter
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES
from broadcaster.model.clock import SystemClock
from broadcaster.model.ports import Clock
from broadcaster.webrtc.clients.frames import FRAME_BYTES, FRAME_S, LATE_S

_CHANNELS = 2
_BYTES_PER_S = CLOCK_HZ * SAMPLE_BYTES * _CHANNELS
_FRAME_BYTES = FRAME_BYTES * _CHANNELS
_WINDOW_FRAMES = 250
"""The least that waited in this time, 5 s, is what the stream does not need of the buffer."""
_PULL_PER_S = 0.01
"""Change of the pace for a second too much: it is used up in about two minutes."""
_MOST_PULL = 0.001
"""Clocks of sound cards and encoders differ by less than this."""
_PATIENCE_GROWS = 1.5


@dataclass(frozen=True, slots=True)
class Buffering:
    """How much of a stream waits before it is sent.

    Attributes:
        first_s: sound that must be there before the first frame is taken, also after a gap.
        most_s: sound that is kept at most.
        waits: whether the sender can wait while the buffer is full. Of a stream whose sender
            cannot, the oldest sound is dropped.
    """

    first_s: float
    most_s: float
    waits: bool


LIVE = Buffering(first_s=0.4, most_s=2.0, waits=False)
"""For a sender that sends what is said: SRT, RTMP. FFmpeg packs up to 0.35 s into a piece."""
PULLED = Buffering(first_s=1.0, most_s=10.0, waits=True)
"""For HTTP: servers send some seconds at once and wait while nobody reads."""


class StreamFrames:
    """Frames of s16le stereo 24 kHz by the real clock, which follows the sender's over minutes.

    Gaps are silence. Sound fades at their edges, and where some of it was dropped.

    Args:
        buffering: how much waits.
        clock: time; the real one if it is left out.

    Attributes:
        gaps: how often the stream came too late.
    """

    channels = _CHANNELS

    def __init__(self, buffering: Buffering, clock: Clock | None = None) -> None:
        self.ended = asyncio.Event()
        self.failure: BaseException | None = None
        self.gaps = 0
        self._buffering = buffering
        self._clock = clock or SystemClock()
        self._first_s = buffering.first_s
        self._buffer = bytearray()
        self._fills = True
        self._cuts = SmoothCuts(_CHANNELS)
        self._pace = 1.0
        self._least_bytes: int | None = None
        self._window_frames = 0
        self._next_due_s: float | None = None
        self._meter = LevelMeter(_CHANNELS)
        self._position_frames = 0

    @property
    def position_s(self) -> float:
        """Seconds of sound taken."""
        return self._position_frames * FRAME_S

    @property
    def unconfirmed(self) -> bool:
        """Never: nothing is kept to be sent again."""
        return False

    @property
    def wants_sound(self) -> bool:
        """Whether more of the stream should be read now."""
        most_bytes = self._buffering.most_s * _BYTES_PER_S
        return not self._buffering.waits or len(self._buffer) < most_bytes

    @property
    def runs_low(self) -> bool:
        """Whether the stream should be opened again, if it has ended."""
        return not self._buffering.waits or len(self._buffer) < self._first_s * _BYTES_PER_S

    def level(self) -> Level:
        """How loud the frames were since the last call."""
        return self._meter.take()

    def confirm(self, age_s: float) -> None:
        """Nothing is kept: what was said while nobody heard it is over."""

    def fail(self, error: BaseException) -> None:
        """End: nobody reads the stream any more."""
        self.failure = error
        self.ended.set()

    def connected(self) -> None:
        """Begin with what is said now; a sender that waits has waited."""
        self._next_due_s = None
        if not self._buffering.waits:
            self._keep(self._first_s)

    def forget(self) -> None:
        """The stream is opened again: what is left of the last opening is old, if it was live."""
        if not self._buffering.waits:
            self._keep(0)
            self._fills = True

    def add_pcm(self, pcm: bytes) -> None:
        """Take the next piece of the stream."""
        self._buffer += pcm
        is_full = len(self._buffer) > self._buffering.most_s * _BYTES_PER_S
        if is_full and not self._buffering.waits:
            self._keep(self._first_s)

    async def next_frame(self) -> bytes:
        """The next frame, once it is due; silence while the stream gives none."""
        now_s = self._clock.monotonic()
        if self._next_due_s is None or now_s > self._next_due_s + LATE_S:
            self._next_due_s = now_s
        await self._clock.sleep(self._next_due_s - now_s)
        self._follow_sender()
        self._next_due_s += FRAME_S * self._pace
        frame = self._cuts.push(self._take())
        self._meter.add(frame)
        self._position_frames += 1
        return frame

    def _take(self) -> bytes:
        if self._fills and len(self._buffer) >= self._first_s * _BYTES_PER_S:
            self._fills = False
            self._cuts.cut()
            if not self._buffering.waits:
                self._keep(self._first_s)
        elif not self._fills and len(self._buffer) < _FRAME_BYTES:
            self.gaps += 1
            self._fills = True
            self._cuts.cut()
            if not self._buffering.waits:
                longest_s = self._buffering.most_s / 2
                self._first_s = min(self._first_s * _PATIENCE_GROWS, longest_s)
        if self._fills:
            return bytes(_FRAME_BYTES)
        frame = bytes(self._buffer[:_FRAME_BYTES])
        del self._buffer[:_FRAME_BYTES]
        return frame

    def _keep(self, seconds: float) -> None:
        """Drop all but the newest sound."""
        kept_bytes = round(seconds * CLOCK_HZ) * SAMPLE_BYTES * _CHANNELS
        if len(self._buffer) > kept_bytes:
            del self._buffer[: len(self._buffer) - kept_bytes]
            self._cuts.cut()

    def _follow_sender(self) -> None:
        """Be a little faster or slower than the clock, so that about as much waits as is needed."""
        if self._fills:
            self._pace, self._least_bytes, self._window_frames = 1.0, None, 0
            return
        waiting = len(self._buffer)
        least = self._least_bytes
        self._least_bytes = waiting if least is None else min(least, waiting)
        self._window_frames += 1
        if self._window_frames < _WINDOW_FRAMES:
            return
        too_much_s = self._least_bytes / _BYTES_PER_S - self._first_s / 2
        fastest = 0.0 if self._buffering.waits else _MOST_PULL
        self._pace = 1 - min(max(too_much_s * _PULL_PER_S, -_MOST_PULL), fastest)
        self._least_bytes, self._window_frames = None, 0
