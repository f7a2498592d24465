"""The WebRTC sessions of one edge process: what each listener hears, and how clients change it."""

import functools
import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from broadcaster.edge.fanout.outlet import OutletTools
from broadcaster.edge.rooms.channel_change import ChannelChange
from broadcaster.edge.rooms.event_room import EventRoom
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.edge.whep.loss_protection import LossMonitor, can_be_protected
from broadcaster.edge.whep.outlet import PendingSwitch, WhepOutlet
from broadcaster.errors import DomainError, UnknownSession
from broadcaster.model.ports import Clock
from broadcaster.webrtc.egress.peer import EgressEndReason, EgressPeer
from broadcaster.webrtc.egress.port import EgressPort
from broadcaster.webrtc.sdp import Offer, parse_fragment

LOSS_CHECK_S = 2.0
"""Interval at which the listeners' reported loss is read."""
_ID = re.compile(r"([0-9a-f]{8})\.[\w-]{24}")


@dataclass(frozen=True, slots=True)
class SessionCall:
    """A request to the address of a session; its headers were checked.

    Attributes:
        method: `PATCH`, `POST` or `DELETE`.
        event: the event in the address.
        session: the session in the address.
        body: the text.
    """

    method: str
    event: str
    session: str
    body: str


@dataclass(slots=True)
class _WhepSession:
    """One listener.

    Attributes:
        room: of its event.
        channel: the one it chose; it may hear the protected variant instead.
        peer: its connection.
        on_closed: called when it has ended.
        loss: whether it needs that variant.
        pending: its switch to another variant, until that one flows.
    """

    room: EventRoom
    channel: str
    peer: EgressPeer
    on_closed: Callable[[], None]
    loss: LossMonitor = field(default_factory=LossMonitor)
    pending: PendingSwitch | None = None

    def cancel_switch(self) -> None:
        if self.pending is not None:
            self.pending.cancel()
            self.pending = None


class WhepSessions:
    """The sessions of one process.

    Args:
        rooms: where events and their channels are.
        egress: serves the players.
        clock: the time.
    """

    def __init__(self, rooms: Rooms, egress: EgressPort, clock: Clock) -> None:
        self._rooms = rooms
        self._egress = egress
        self._clock = clock
        self._sessions: dict[str, _WhepSession] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    async def run(self) -> None:
        """Protect listeners that lose packets, until cancelled."""
        while True:
            await self._clock.sleep(LOSS_CHECK_S)
            for session in list(self._sessions.values()):
                self._protect(session)

    def open(
        self, room: EventRoom, channel: str, offer: Offer, on_closed: Callable[[], None]
    ) -> tuple[str, str]:
        """Accept a player's offer.

        Args:
            room: of the event.
            channel: what to hear.
            offer: of the player.
            on_closed: called when the session has ended.

        Returns:
            The session's id, unguessable, and the SDP answer.

        Raises:
            TooManyPeers: the process has no room for another listener.
            DtlsClientNeeded: the offer cannot be served.
        """
        key = f"{self._rooms.edge}.{secrets.token_urlsafe(18)}"
        fanout = self._outlet(room, channel).fanout
        peer = self._egress.accept(offer, fanout, functools.partial(self._forget, key))
        self._sessions[key] = _WhepSession(room, channel, peer, on_closed)
        try:
            return key, self._egress.answer(peer)
        except DomainError:
            self._egress.close(peer)
            raise

    async def take(self, call: SessionCall) -> None:
        """Carry out a request to a session of this process.

        Raises:
            UnknownSession: this process has none of this id.
            DomainError: why it cannot be done; or `Refused`.
        """
        session = self._sessions.get(call.session)
        if session is None or session.room.event.id != call.event:
            raise UnknownSession
        match call.method:
            case "PATCH":  # candidates are ignored: an ICE-lite server waits to be found
                parse_fragment(call.body).check_no_restart(session.peer.offer)
            case "POST":
                await self._switch(session, ChannelChange.parse(call.body).channel)
            case "DELETE":
                self._egress.close(session.peer, EgressEndReason.HUNG_UP)

    def cut_off(self, key: str) -> None:
        """End a session of this process, if it has not ended."""
        session = self._sessions.get(key)
        if session is not None:
            self._egress.close(session.peer)

    async def _switch(self, session: _WhepSession, channel: str) -> None:
        """Play another channel of the event; this needs no negotiation."""
        room = await self._rooms.open_sound(session.room.event.id, channel)
        if session.peer.end_reason is not None:
            raise UnknownSession
        session.cancel_switch()
        session.room, session.channel, session.loss = room, channel, LossMonitor()
        session.peer.play(self._outlet(room, channel).fanout)

    def _protect(self, session: _WhepSession) -> None:
        """Move a listener to the protected variant or back when its loss has changed.

        It goes on hearing the present variant until the other one flows.
        """
        if not (session.peer.connected and can_be_protected(session.channel)):
            return
        if session.loss.update(session.peer.lost, self._clock):
            session.cancel_switch()
            outlet = self._outlet(session.room, session.loss.variant_of(session.channel))
            session.pending = outlet.switch_with_next_frame(session.peer)

    def _outlet(self, room: EventRoom, channel: str) -> WhepOutlet:
        def make(tools: OutletTools) -> WhepOutlet:
            return WhepOutlet(self._egress.fanout(tools.slow.count_unsent))

        return room.audio(channel).outlet(WhepOutlet, make)

    def _forget(self, key: str) -> None:
        session = self._sessions.pop(key)
        session.cancel_switch()
        session.on_closed()


def owner_of(session: str) -> str | None:
    """The id of the edge process that made a session; None when the text is not a session's id."""
    match = _ID.fullmatch(session)
    return match[1] if match else None


def etag_of(session: str) -> str:
    """The entity tag of the ICE session, made from the id, so that any process can check it."""
    return hashlib.sha256(session.encode()).hexdigest()[:16]
