"""The rules for slow listeners, and the counters of what they miss.

1. The kernel's send buffer, 16 KiB for each listener (`rooms.requests`), holds what a listener has
   not read yet. Nothing here notices such a listener.
2. When it is full, the listener's transport keeps the rest, and `sockets.fan_out` asks the listener
   what to do with each further message. Sound is queued up to a budget of 8 KiB by WebSocket, about
   two seconds, and 64 KiB by HTTP.
3. Over the budget every frame is skipped and counted until all queued bytes are sent. Then the
   listener skips to live, and is told over WebSocket how many frames it missed.
4. A listener that skips for `STALLED_S` without catching up is disconnected.

Captions are never skipped. A reader with more than 256 KiB unsent is disconnected and resumes at
the last caption it has (`caption_hub`). WebRTC has no connection to fall behind: the network drops
packets, and `whep.loss_protection` reacts to that.
"""

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
