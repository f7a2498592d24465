"""What slow listeners of a channel miss; `sockets.fan_out` says how they are treated."""

from broadcaster.system.rate_limited_log import RateLimitedLog

STALLED_S = 10.0
"""A listener that has not caught up for this long after a skip is disconnected."""


class SlowListeners:
    """Counts for one channel, and the log line that all channels of the process share.

    Args:
        log: says now and then how many listeners missed how many frames.

    Attributes:
        skipped_frames: frames not sent because a listener, or this process, was too slow.
        stalled: listeners disconnected because they had stopped reading.
    """

    def __init__(self, log: RateLimitedLog) -> None:
        self._log = log
        self.skipped_frames = 0
        self.stalled = 0

    def count_skip(self, listener: object) -> None:
        """A frame is not written to a listener because it has too much unsent."""
        self.skipped_frames += 1
        self._log.add(listener)

    def count_unsent(self, frames: int) -> None:
        """This process was too slow to send frames; one frame counts once for each listener."""
        self.skipped_frames += frames
