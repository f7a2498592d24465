"""Parsed captions and files of channels, kept while somebody asks for them.

The parsed captions of a long talk take about ten times the memory of the packed ones that the
channel keeps for its readers. Searches of one reader follow each other within seconds, so this
memory need not last longer.
"""

from dataclasses import dataclass, field

from broadcaster.edge.fanout.caption_hub import CaptionHub
from broadcaster.edge.transcript.past import PastCaptions
from broadcaster.model.ports import Clock

KEPT_S = 60.0
"""A channel that nobody has asked for since then is dropped."""
MOST_CHANNELS = 8
"""Channels of which something is kept; the one that was asked for longest ago is dropped first."""
_CHECK_S = 10.0


@dataclass(frozen=True, slots=True)
class TranscriptFile:
    """A file that was made before.

    Attributes:
        made_of: what it shows; another one is made when this changes.
        body: UTF-8.
    """

    made_of: object
    body: bytes


@dataclass(slots=True)
class ChannelPast:
    """The past of one channel.

    Attributes:
        captions: parsed.
        files: made of them, by their form.
        asked_at: when it was asked for last, on the monotonic clock.
    """

    captions: PastCaptions
    files: dict[str, TranscriptFile] = field(default_factory=dict)
    asked_at: float = 0.0


class KeptPasts:
    """The past of those channels in one process that were asked for lately.

    Args:
        clock: the time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pasts: dict[CaptionHub, ChannelPast] = {}
        """The one that was asked for last is the last one."""

    def __len__(self) -> int:
        return len(self._pasts)

    def past_of(self, hub: CaptionHub, channel: str) -> ChannelPast:
        """The past of a channel, which is empty if nothing is kept; the caller adds to it.

        Args:
            hub: of the channel's captions.
            channel: its id.
        """
        past = self._pasts.pop(hub, None) or ChannelPast(PastCaptions(channel))
        past.asked_at = self._clock.monotonic()
        self._pasts[hub] = past
        if len(self._pasts) > MOST_CHANNELS:
            del self._pasts[next(iter(self._pasts))]
        return past

    async def run(self) -> None:
        """Drop the channels that nobody asks for any more, until cancelled."""
        while True:
            await self._clock.sleep(_CHECK_S)
            self.drop_idle()

    def drop_idle(self) -> None:
        """Drop the channels that nobody has asked for since `KEPT_S`."""
        since = self._clock.monotonic() - KEPT_S
        self._pasts = {hub: past for hub, past in self._pasts.items() if past.asked_at > since}
