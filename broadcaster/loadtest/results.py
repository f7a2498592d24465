"""The measurements: the time to join, the time to the first sound, the spread among listeners."""

from array import array
from collections import Counter
from dataclasses import dataclass, field

from broadcaster.model.audio import AudioFrame, opus_samples

GAP_S = 0.1
"""A longer pause between two frames is counted as a gap."""
KEPT_FRAMES = 256
"""Frames of a channel that are remembered, 15 s of 60 ms: one that comes later is a gap."""
UNFINISHED_S = 1.0
"""Frames this young at the end may still be on their way to some listeners."""
_SEQUENCES = 1 << 32


@dataclass(slots=True)
class FrameArrivals:
    """The times at which the first and the last listener got one frame, in seconds."""

    sequence: int
    first_s: float
    last_s: float


class FrameLog:
    """The newest frames of one channel, by their bytes, which are equal for all its listeners."""

    def __init__(self) -> None:
        self.recent: dict[bytes, FrameArrivals] = {}
        self.spreads_ms = array("d")
        """First to last listener of every frame that is no longer recent."""
        self._newest = 0

    def arrivals(self, data: bytes, frame: AudioFrame, now_s: float) -> FrameArrivals:
        """The arrivals of a frame, remembered from its first listener on.

        Args:
            data: the bytes from the socket, the same for every listener.
            frame: the frame in them.
            now_s: time of arrival.
        """
        known = self.recent.get(data)
        if known is not None:
            return known
        new = FrameArrivals(frame.sequence, now_s, now_s)
        if frame.position > self._newest - KEPT_FRAMES * opus_samples(frame.payload):
            self._newest = max(self._newest, frame.position)
            self.recent[data] = new
            if len(self.recent) > KEPT_FRAMES:
                self._retire(self.recent.pop(next(iter(self.recent))))
        return new

    def finish(self, now_s: float) -> None:
        """Count the recent frames, except those that may still be on their way."""
        for arrivals in self.recent.values():
            if arrivals.first_s < now_s - UNFINISHED_S:
                self._retire(arrivals)
        self.recent = {}

    def _retire(self, arrivals: FrameArrivals) -> None:
        self.spreads_ms.append((arrivals.last_s - arrivals.first_s) * 1000)


@dataclass(slots=True)
class ListenerStats:
    """The measurements of one listener, see `LoadReport`. Times are in seconds; None: not yet."""

    asked_s: float
    gap_s: float = GAP_S
    joined_s: float | None = None
    first_sound_s: float | None = None
    last_sound_s: float | None = None
    expected_sequence: int | None = None
    gaps: int = 0
    longest_gap_s: float = 0.0
    missing: int = 0
    messages: int = 0
    bytes: int = 0

    def frame_arrived(self, arrivals: FrameArrivals, now_s: float) -> None:
        """Count one numbered frame."""
        assert self.joined_s is not None
        self.messages += 1
        self.count_missing(arrivals.sequence, _SEQUENCES)
        self.sound_arrived(now_s)
        if self.joined_s < arrivals.first_s:  # not from the backlog of a late joiner
            arrivals.last_s = now_s

    def count_missing(self, sequence: int, wrap: int) -> None:
        """Count the frames missing before this sequence number. Numbers restart at `wrap`."""
        if sequence != self.expected_sequence and self.expected_sequence is not None:
            ahead = (sequence - self.expected_sequence) % wrap
            if ahead < wrap // 2:  # otherwise it came late, or the channel restarted its count
                self.missing += ahead
        self.expected_sequence = (sequence + 1) % wrap

    def sound_arrived(self, now_s: float) -> None:
        """Note when sound came, and the pause before it."""
        if self.last_sound_s is None:
            self.first_sound_s = now_s
        else:
            self._pause(now_s - self.last_sound_s)
        self.last_sound_s = now_s

    def end(self, now_s: float) -> None:
        """End the test: silence until now counts as a pause too."""
        if self.last_sound_s is not None:
            self._pause(now_s - self.last_sound_s)

    def _pause(self, pause_s: float) -> None:
        self.longest_gap_s = max(self.longest_gap_s, pause_s)
        if pause_s > self.gap_s:
            self.gaps += 1


@dataclass(slots=True)
class LoadResults:
    """The results of a whole crowd, written while it listens."""

    gap_s: float = GAP_S
    numbered: bool = True
    """Whether the transport numbers frames, so that missing ones are noticed."""
    listeners: list[ListenerStats] = field(default_factory=list)
    frames: dict[str, FrameLog] = field(default_factory=dict)
    """By channel. Empty where the transport does not tell one frame from another."""
    failed: Counter[str] = field(default_factory=Counter)
    """Listeners that did not join, by reason."""
    lost: Counter[str] = field(default_factory=Counter)
    """Listeners that joined and were dropped later, by reason."""
