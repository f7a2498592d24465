"""The counters of one process for `GET /metrics`."""

from dataclasses import dataclass, field

ChannelId = tuple[str, str]
"""An event's id and one of its channels."""


@dataclass(frozen=True, slots=True)
class EdgeCounts:
    """The counts of one edge process: connected now, or events since it started.

    Attributes:
        listeners: connected audio listeners.
        readers: connected caption readers.
        skipped_frames: frames not written because a listener, or this process, was too slow.
        stalled_listeners: listeners disconnected because they had stopped reading.
        cut_readers: caption readers disconnected because they could not follow.
    """

    listeners: dict[ChannelId, int] = field(default_factory=dict)
    readers: dict[ChannelId, int] = field(default_factory=dict)
    skipped_frames: int = 0
    stalled_listeners: int = 0
    cut_readers: int = 0

    def plus(self, other: "EdgeCounts") -> "EdgeCounts":
        """The sum of both."""
        return EdgeCounts(
            _sum(self.listeners, other.listeners),
            _sum(self.readers, other.readers),
            self.skipped_frames + other.skipped_frames,
            self.stalled_listeners + other.stalled_listeners,
            self.cut_readers + other.cut_readers,
        )


def _sum(one: dict[ChannelId, int], other: dict[ChannelId, int]) -> dict[ChannelId, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in one | other}
