"""The WebRTC listeners of one channel, and those that will switch to it with its next frame."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from broadcaster.edge.fanout.outlet import Goodbye
from broadcaster.errors import BadEnvelope
from broadcaster.webrtc.egress.fanout import RtpFanout
from broadcaster.webrtc.egress.peer import EgressPeer


@dataclass(frozen=True, eq=False, slots=True)
class PendingSwitch:
    """A listener that hears another variant until this outlet's next frame arrives.

    Attributes:
        peer: the listener.
        outlet: what it will hear.
    """

    peer: EgressPeer
    outlet: "WhepOutlet"

    def cancel(self) -> None:
        """Do not switch, if that has not happened yet."""
        self.outlet.forget(self)


class WhepOutlet:
    """An `Outlet` whose frames the egress port sends.

    Args:
        fanout: the channel at the egress port.
    """

    def __init__(self, fanout: RtpFanout) -> None:
        self.fanout = fanout
        self._pending: set[PendingSwitch] = set()
        self._was_cut = asyncio.Event()

    def __len__(self) -> int:
        return len(self.fanout) + len(self._pending)

    def switch_with_next_frame(self, peer: EgressPeer) -> PendingSwitch:
        """Switch a listener to this channel as soon as its next frame arrives.

        A variant is encoded only while somebody listens to it; the listener counts from now on.
        """
        switch = PendingSwitch(peer, self)
        self._pending.add(switch)
        return switch

    def forget(self, switch: PendingSwitch) -> None:
        """Take back a switch; `PendingSwitch.cancel` calls this."""
        self._pending.discard(switch)

    def send_envelope(self, envelope: bytes) -> None:
        """Switch the listeners that wait for a frame, then queue it at the egress port.

        What is not an envelope is left out.
        """
        due, self._pending = self._pending, set()
        for switch in due:
            if switch.peer.end_reason is None:
                switch.peer.play(self.fanout)
        with suppress(BadEnvelope):
            self.fanout.send_envelope(envelope)

    async def run(self) -> None:
        """Last until `cut`; this outlet has no work of its own."""
        await self._was_cut.wait()

    def end(self) -> None:
        """Disconnect every listener: WebRTC has no message for the end of an event."""
        self.cut()

    def goodbyes(self) -> list[Goodbye]:
        """A goodbye for each listener: its connection is closed, in order."""
        return [_hanging_up(hang_up) for hang_up in self.fanout.hang_ups()]

    def cut(self) -> None:
        """Disconnect every listener, also those that are still connecting."""
        self._pending.clear()
        self.fanout.cut()
        self._was_cut.set()


def _hanging_up(hang_up: Callable[[], None]) -> Goodbye:
    """A goodbye that closes a connection."""

    async def say_goodbye() -> None:
        hang_up()

    return say_goodbye
