"""A publisher of a floor, as its input sees it: one connection, or a mix of several."""

from collections.abc import AsyncGenerator
from typing import Protocol

from broadcaster.audio.stereo.downmix import StereoDownmix
from broadcaster.webrtc.incoming_sound import PcmChunk
from broadcaster.webrtc.ingest import IngestEndReason, PeerState


class FloorPublisher(Protocol):
    """Gives its sound as mono; see `IngestPeer` and `MicrophoneMix`."""

    @property
    def state(self) -> PeerState:
        """The state now."""
        ...

    @property
    def end_reason(self) -> IngestEndReason | None:
        """Why it ended; None while it is open."""
        ...

    @property
    def pauses(self) -> bool:
        """Whether nothing is lost if nothing comes now."""
        ...

    @property
    def frames_lost(self) -> int:
        """20 ms frames that did not come."""
        ...

    @property
    def downmix(self) -> StereoDownmix:
        """Makes one channel of two."""
        ...

    def frames(self) -> AsyncGenerator[PcmChunk, None]:
        """The sound until it ends, for one reader."""
        ...

    async def close(self) -> None:
        """End it."""
