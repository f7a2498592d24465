"""WHEP endpoint: where a WebRTC player asks for a channel (draft-ietf-wish-whep)."""

import functools
import json
import secrets
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from aiohttp import web

from broadcaster.edge.admission import Admission
from broadcaster.edge.audio_hub import AudioHub
from broadcaster.edge.event_room import EventRoom
from broadcaster.edge.rooms import Rooms
from broadcaster.edge.shield import Doorway, Shield, protected
from broadcaster.errors import Refused
from broadcaster.model.event import EventState
from broadcaster.model.ports import Clock
from broadcaster.webrtc.egress import Egress
from broadcaster.webrtc.egress_peer import EgressPeer, EndReason
from broadcaster.webrtc.fanout import RtpFanout
from broadcaster.webrtc.sdp import parse_fragment, parse_offer
from broadcaster.webrtc.signaling import (
    FRAGMENT_TYPE,
    SDP_TYPE,
    Handler,
    check_accept,
    check_content_type,
    check_etag,
    cross_origin,
    preflight_headers,
    read_text,
    refuse_method,
)

_JSON_TYPE = "application/json"
_ENDPOINT_METHODS = "OPTIONS, POST"
_SESSION_METHODS = "OPTIONS, PATCH, POST, DELETE"


LOOK_S = 2.0
"""How often listeners' reports of loss are looked at."""


@dataclass(slots=True)
class _Session:
    room: EventRoom
    channel: str
    peer: EgressPeer
    etag: str
    shield: Shield = field(default_factory=Shield)
    doorway: Doorway | None = None

    def wait_no_more(self) -> None:
        if self.doorway is not None:
            self.doorway.leave(self.peer)
            self.doorway = None


class WhepEndpoint:
    """The handlers, and the sessions they made; no token is needed to listen.

    Errors leave as `Refused`; the application's middleware turns them into JSON.

    Args:
        rooms: where events and their channels are.
        egress: serves the players.
        clock: time.
    """

    def __init__(self, rooms: Rooms, egress: Egress, clock: Clock) -> None:
        self._rooms = rooms
        self._egress = egress
        self._clock = clock
        self._admission = Admission(clock)
        self._sessions: dict[str, _Session] = {}
        self._fanouts: WeakKeyDictionary[AudioHub, RtpFanout] = WeakKeyDictionary()
        self._doorways: WeakKeyDictionary[AudioHub, Doorway] = WeakKeyDictionary()

    def routes(self) -> list[web.RouteDef]:
        """The routes of `/whep/{event}/{channel}` and of a session's own address."""
        endpoint, session = "/whep/{event}/{channel}", "/whep/{event}/session/{session}"
        table: list[tuple[str, str, Handler]] = [
            ("POST", endpoint, self._subscribe),
            ("OPTIONS", endpoint, self._describe),
            ("*", endpoint, refuse_method(_ENDPOINT_METHODS)),
            ("PATCH", session, self._trickle),
            ("POST", session, self._switch),
            ("DELETE", session, self._hang_up),
            ("OPTIONS", session, self._preflight_session),
            ("*", session, refuse_method(_SESSION_METHODS)),
        ]
        return [web.route(method, path, cross_origin(handler)) for method, path, handler in table]

    @property
    def session_count(self) -> int:
        """Players connected or connecting now."""
        return len(self._sessions)

    async def run(self) -> None:
        """Protect listeners who lose packets, until cancelled."""
        while True:
            await self._clock.sleep(LOOK_S)
            for session in list(self._sessions.values()):
                self._protect(session)

    async def _subscribe(self, request: web.Request) -> web.Response:
        room = await self._room(request)
        channel = request.match_info["channel"]
        room.check_channel(channel, variants=True)
        check_content_type(request, SDP_TYPE, "Accept-Post")
        check_accept(request)
        offer = parse_offer(await read_text(request), listens=True)
        await self._admission.turn()
        key = secrets.token_urlsafe(18)
        peer = self._egress.accept(
            offer, self._fanout(room, channel), functools.partial(self._forget, key)
        )
        session = _Session(room, channel, peer, secrets.token_hex(8))
        self._sessions[key] = session
        try:
            answer = self._egress.answer(peer)
        except Refused:
            self._egress.close(peer)
            raise
        return web.Response(
            status=201,
            body=answer.encode(),
            content_type=SDP_TYPE,
            headers={
                "Location": f"/whep/{room.event.id}/session/{key}",
                "ETag": f'"{session.etag}"',
                "Accept-Patch": FRAGMENT_TYPE,
            },
        )

    async def _describe(self, _: web.Request) -> web.Response:
        return web.Response(
            status=204, headers={**preflight_headers(_ENDPOINT_METHODS), "Accept-Post": SDP_TYPE}
        )

    async def _preflight_session(self, _: web.Request) -> web.Response:
        return web.Response(
            status=204,
            headers={**preflight_headers(_SESSION_METHODS), "Accept-Patch": FRAGMENT_TYPE},
        )

    async def _trickle(self, request: web.Request) -> web.Response:
        """Players' candidates are of no use to us, they find us; but players want to send them."""
        session = self._session(request)
        check_content_type(request, FRAGMENT_TYPE, "Accept-Patch")
        check_etag(request, session.etag)
        if parse_fragment(await read_text(request)).restarts(session.peer.offer):
            raise Refused(
                422,
                "ice_restart_unsupported",
                "this server cannot restart ICE in a session",
                hint="Close the session and connect again.",
            )
        return web.Response(status=204)

    async def _switch(self, request: web.Request) -> web.Response:
        """Play another channel of the event; nothing is negotiated."""
        session = self._session(request)
        check_content_type(request, _JSON_TYPE, "Accept-Post")
        channel = _wanted_channel(await read_text(request))
        room = await self._room(request)
        room.check_channel(channel, variants=True)
        session.wait_no_more()
        session.room, session.channel, session.shield = room, channel, Shield()
        session.peer.play(self._fanout(room, channel))
        return web.Response(status=204)

    async def _hang_up(self, request: web.Request) -> web.Response:
        session = self._find(request)
        if session is not None:
            self._egress.close(session.peer, EndReason.HUNG_UP)
        return web.Response(status=200)

    async def _room(self, request: web.Request) -> EventRoom:
        room = await self._rooms.open(request.match_info["event"])
        if room.event.state is EventState.CLOSED:
            raise Refused(
                409,
                "event_closed",
                "this event is over",
                hint="Ask the organizer for the link of the current event.",
            )
        return room

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

    def _find(self, request: web.Request) -> _Session | None:
        session = self._sessions.get(request.match_info["session"])
        if session is None or session.room.event.id != request.match_info["event"]:
            return None
        return session

    def _session(self, request: web.Request) -> _Session:
        session = self._find(request)
        if session is None:
            raise Refused(
                404, "unknown_session", "this session is over", hint="Connect again to go on."
            )
        return session

    def _forget(self, key: str) -> None:
        self._sessions.pop(key).wait_no_more()


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
