"""What is measured: when each listener joined and heard, and how far apart the crowd heard."""

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
class Sighting:
    """One frame on its way to the crowd; times in seconds."""

    sequence: int
    first_s: float
    last_s: float


class FrameLog:
    """The newest frames of one channel, by their bytes: equal for all its listeners."""

    def __init__(self) -> None:
        self.recent: dict[bytes, Sighting] = {}
        self.spreads_ms = array("d")
        """First to last listener of every frame that is no longer recent."""
        self._newest = 0

    def see(self, data: bytes, frame: AudioFrame, now_s: float) -> Sighting:
        """The sighting of a frame, remembered from its first listener on.

        Args:
            data: what comes off the socket, the same for every listener.
            frame: what that is.
            now_s: time of arrival.
        """
        known = self.recent.get(data)
        if known is not None:
            return known
        new = Sighting(frame.sequence, now_s, now_s)
        if frame.position > self._newest - KEPT_FRAMES * opus_samples(frame.payload):
            self._newest = max(self._newest, frame.position)
            self.recent[data] = new
            if len(self.recent) > KEPT_FRAMES:
                self._retire(self.recent.pop(next(iter(self.recent))))
        return new

    def finish(self, now_s: float) -> None:
        """Count what is still recent, except what may still be under way."""
        for sighting in self.recent.values():
            if sighting.first_s < now_s - UNFINISHED_S:
                self._retire(sighting)
        self.recent = {}

    def _retire(self, sighting: Sighting) -> None:
        self.spreads_ms.append((sighting.last_s - sighting.first_s) * 1000)


@dataclass(slots=True)
class Ear:
    """What one listener has heard; times in seconds, None for not yet; see `Report`."""

    asked_s: float
    gap_s: float = GAP_S
    joined_s: float | None = None
    first_sound_s: float | None = None
    heard_s: float | None = None
    expected: int | None = None
    gaps: int = 0
    longest_gap_s: float = 0.0
    missing: int = 0
    messages: int = 0
    bytes: int = 0

    def hear(self, sighting: Sighting, now_s: float) -> None:
        """Note one frame."""
        assert self.joined_s is not None
        self.messages += 1
        self.count(sighting.sequence, _SEQUENCES)
        self.sound(now_s)
        if self.joined_s < sighting.first_s:  # not from the backlog of a late joiner
            sighting.last_s = now_s

    def count(self, sequence: int, wrap: int) -> None:
        """Find out what is missing before this sequence number, which starts anew at `wrap`."""
        if sequence != self.expected and self.expected is not None:
            ahead = (sequence - self.expected) % wrap
            if ahead < wrap // 2:  # otherwise it came late, or the channel counts anew
                self.missing += ahead
        self.expected = (sequence + 1) % wrap

    def sound(self, now_s: float) -> None:
        """Note that some sound came."""
        if self.heard_s is None:
            self.first_sound_s = now_s
        else:
            self._pause(now_s - self.heard_s)
        self.heard_s = now_s

    def end(self, now_s: float) -> None:
        """The test is over: silence until now is a pause too."""
        if self.heard_s is not None:
            self._pause(now_s - self.heard_s)

    def _pause(self, pause_s: float) -> None:
        self.longest_gap_s = max(self.longest_gap_s, pause_s)
        if pause_s > self.gap_s:
            self.gaps += 1


@dataclass(slots=True)
class Tally:
    """All of a crowd."""

    gap_s: float = GAP_S
    numbered: bool = True
    """Whether the transport tells which frames are missing."""
    ears: list[Ear] = field(default_factory=list)
    frames: dict[str, FrameLog] = field(default_factory=dict)
    """By channel; empty where the transport does not tell which frame is which."""
    failed: Counter[str] = field(default_factory=Counter)
    """Listeners that did not get in, by reason."""
    lost: Counter[str] = field(default_factory=Counter)
    """Listeners that were in and were dropped, by reason."""
