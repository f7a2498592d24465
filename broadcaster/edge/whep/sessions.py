"""The WebRTC listeners of one edge process: what each hears, and what is asked of it."""

import functools
import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from broadcaster.edge.fanout.audio_hub import AudioHub
from broadcaster.edge.rooms.event_room import EventRoom
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.edge.whep.loss_protection import Doorway, Shield, protected
from broadcaster.errors import DomainError, Refused
from broadcaster.model.ports import Clock
from broadcaster.web.signaling import unknown_session
from broadcaster.webrtc.egress.fanout import RtpFanout
from broadcaster.webrtc.egress.peer import EgressEndReason, EgressPeer
from broadcaster.webrtc.egress.port import EgressPort
from broadcaster.webrtc.sdp import Offer, parse_fragment

LOOK_S = 2.0
"""How often listeners' reports of loss are looked at."""
_ID = re.compile(r"([0-9a-f]{8})\.[\w-]{24}")


@dataclass(frozen=True, slots=True)
class SessionCall:
    """A request at a session's address whose headers were checked.

    Attributes:
        method: `PATCH`, `POST` or `DELETE`.
        event: the event in the address.
        session: the session in the address.
        body: as text.
    """

    method: str
    event: str
    session: str
    body: str


@dataclass(slots=True)
class _Session:
    room: EventRoom
    channel: str
    peer: EgressPeer
    shield: Shield = field(default_factory=Shield)
    doorway: Doorway | None = None

    def wait_no_more(self) -> None:
        if self.doorway is not None:
            self.doorway.leave(self.peer)
            self.doorway = None


class WhepSessions:
    """The sessions of one process, and the outlets they hear.

    Args:
        rooms: where events and their channels are.
        egress: serves the players.
        clock: time.
    """

    def __init__(self, rooms: Rooms, egress: EgressPort, clock: Clock) -> None:
        self._rooms = rooms
        self._egress = egress
        self._clock = clock
        self._sessions: dict[str, _Session] = {}
        self._fanouts: WeakKeyDictionary[AudioHub, RtpFanout] = WeakKeyDictionary()
        self._doorways: WeakKeyDictionary[AudioHub, Doorway] = WeakKeyDictionary()

    def __len__(self) -> int:
        return len(self._sessions)

    async def run(self) -> None:
        """Protect listeners who lose packets, until cancelled."""
        while True:
            await self._clock.sleep(LOOK_S)
            for session in list(self._sessions.values()):
                self._protect(session)

    def open(self, room: EventRoom, channel: str, offer: Offer) -> tuple[str, str]:
        """Expect a player.

        Returns:
            The session's id, unguessable, and the SDP answer.

        Raises:
            TooManyPeers: the process has no room for another listener.
            DtlsClientNeeded: the offer cannot be served.
        """
        key = f"{self._rooms.edge}.{secrets.token_urlsafe(18)}"
        peer = self._egress.accept(
            offer, self._fanout(room, channel), functools.partial(self._forget, key)
        )
        self._sessions[key] = _Session(room, channel, peer)
        try:
            return key, self._egress.answer(peer)
        except DomainError:
            self._egress.close(peer)
            raise

    async def take(self, call: SessionCall) -> None:
        """Do what is asked of a session of this process.

        Raises:
            Refused: 404 `unknown_session`, or why it cannot be done.
        """
        session = self._sessions.get(call.session)
        if session is None or session.room.event.id != call.event:
            raise unknown_session()
        match call.method:
            case "PATCH":  # a player's candidates are of no use to us, it finds us
                parse_fragment(call.body).check_no_restart(session.peer.offer)
            case "POST":
                await self._switch(session, _wanted_channel(call.body))
            case "DELETE":
                self._egress.close(session.peer, EgressEndReason.HUNG_UP)

    async def _switch(self, session: _Session, channel: str) -> None:
        """Play another channel of the event; nothing is negotiated."""
        room = await self._rooms.open_sound(session.room.event.id, channel)
        if session.peer.end_reason is not None:
            raise unknown_session()
        session.wait_no_more()
        session.room, session.channel, session.shield = room, channel, Shield()
        session.peer.play(self._fanout(room, channel))

    def _fanout(self, room: EventRoom, channel: str) -> RtpFanout:
        hub = room.audio(channel)
        fanout = self._fanouts.get(hub)
        if fanout is None or fanout.ended:
            fanout = self._fanouts[hub] = self._egress.fanout()
            hub.outlets.append(fanout)
        return fanout

    def _protect(self, session: _Session) -> None:
        """Move a listener to the protected variant, or back, as its loss says."""
        if not session.peer.connected:
            return
        if not session.shield.look(session.peer.lost, self._clock):
            return
        needed = session.shield.needed
        channel = protected(session.channel) if needed else session.channel
        session.wait_no_more()
        session.doorway = self._doorway(session.room.audio(channel))
        session.doorway.wait(session.peer, self._fanout(session.room, channel))

    def _doorway(self, hub: AudioHub) -> Doorway:
        doorway = self._doorways.get(hub)
        if doorway is None:
            doorway = self._doorways[hub] = Doorway()
            hub.outlets.insert(0, doorway)
        return doorway

    def _forget(self, key: str) -> None:
        self._sessions.pop(key).wait_no_more()


def owner_of(session: str) -> str | None:
    """The edge process that made a session, None when the text is no session's id."""
    match = _ID.fullmatch(session)
    return match[1] if match else None


def etag_of(session: str) -> str:
    """Names the ICE session; it lasts as long as the session, so that any process can check it."""
    return hashlib.sha256(session.encode()).hexdigest()[:16]


def _wanted_channel(text: str) -> str:
    try:
        channel = json.loads(text)["channel"]
    except (ValueError, TypeError, KeyError, RecursionError):
        channel = None
    if not isinstance(channel, str):
        raise Refused(
            400,
            "malformed_body",
            "the body does not name a channel",
            hint='Send {"channel": "es"}.',
        )
    return channel
