"""Moves WebRTC listeners who lose packets to the protected variant of their channel, and back.

A variant is encoded only while somebody listens to it, so a listener goes on hearing the one it has
until the other flows.
"""

from dataclasses import dataclass, replace

from broadcaster.model.ports import Clock
from broadcaster.model.variant import ChannelVariant
from broadcaster.webrtc.egress.fanout import RtpFanout
from broadcaster.webrtc.egress.peer import EgressPeer

LOSSY = 0.02
"""Share of packets lost, by a listener's own report, from which on it is protected."""
CALM_S = 30.0
"""A listener whose reports are good for so long is served plainly again."""


class Doorway:
    """An outlet of a variant's hub: wants it, and lets in who waits with its first frame."""

    def __init__(self) -> None:
        self._waiting: dict[EgressPeer, RtpFanout] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def send(self, envelope: bytes) -> None:  # noqa: ARG002 - that there is one is enough
        """See `audio_hub.Outlet`."""
        waiting, self._waiting = self._waiting, {}
        for peer, fanout in waiting.items():  # playing may end a peer, which leaves by itself
            if peer.end_reason is None:
                peer.play(fanout)

    def end(self) -> None:
        """See `audio_hub.Outlet`."""
        self._waiting.clear()

    def cut(self) -> None:
        """See `audio_hub.Outlet`."""
        self._waiting.clear()

    def wait(self, peer: EgressPeer, fanout: RtpFanout) -> None:
        """Let a listener hear the variant when it flows."""
        self._waiting[peer] = fanout

    def leave(self, peer: EgressPeer) -> None:
        """A listener waits no more."""
        self._waiting.pop(peer, None)


@dataclass(slots=True)
class Shield:
    """One listener's need for protection.

    Attributes:
        needed: whether it is protected, or waits for it.
        lossy_at: when it last lost packets, on the monotonic clock.
    """

    needed: bool = False
    lossy_at: float = 0.0

    def look(self, lost: float, clock: Clock) -> bool:
        """Whether the need has changed, by the listener's last report of its loss."""
        now = clock.monotonic()
        if lost >= LOSSY:
            self.lossy_at = now
        needed = lost >= LOSSY or (self.needed and now - self.lossy_at < CALM_S)
        changed, self.needed = needed != self.needed, needed
        return changed


def protected(channel: str) -> str:
    """The id of the protected variant."""
    return str(replace(ChannelVariant.parse(channel), with_fec=True))
