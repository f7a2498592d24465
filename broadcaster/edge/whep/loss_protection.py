"""Decides which WebRTC listeners lose packets and need the protected variant of their channel."""

from dataclasses import dataclass, replace

from broadcaster.model.ports import Clock
from broadcaster.model.variant import ChannelVariant, Coding

LOSSY = 0.02
"""A listener that reports this share of its packets as lost is protected."""
CALM_S = 30.0
"""A listener without such a report for this long gets the plain variant again."""


@dataclass(slots=True)
class LossMonitor:
    """Watches the reports of one listener.

    Attributes:
        protected: whether it hears, or waits for, the protected variant.
        lossy_at: when it last lost packets, on the monotonic clock.
    """

    protected: bool = False
    lossy_at: float = 0.0

    def update(self, lost: float, clock: Clock) -> bool:
        """Take the share of packets lost by the last report; returns whether `protected` changed.

        Args:
            lost: 0 to 1.
            clock: the time.
        """
        now = clock.monotonic()
        if lost >= LOSSY:
            self.lossy_at = now
        protected = lost >= LOSSY or (self.protected and now - self.lossy_at < CALM_S)
        changed, self.protected = protected != self.protected, protected
        return changed

    def variant_of(self, channel: str) -> str:
        """The id of the variant that the listener of a channel, or variant, should hear."""
        asked = ChannelVariant.parse(channel)
        return str(replace(asked, coding=Coding.PROTECTED) if self.protected else asked)


def can_be_protected(channel: str) -> bool:
    """Whether a listener of a channel or variant may get the protected one when it loses packets.

    Not that of a low-rate variant: it would then get twice the data that it asked for.
    """
    return ChannelVariant.parse(channel).coding is not Coding.LOW_RATE
