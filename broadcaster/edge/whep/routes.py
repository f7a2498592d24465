"""The WHEP endpoint: a WebRTC player asks for a channel (draft-ietf-wish-whep)."""

from contextlib import ExitStack
from functools import partial

from aiohttp import web

from broadcaster.edge.rooms.ai_words import AI_DISCLOSURE, MADE_BY_AI
from broadcaster.edge.rooms.requests import room_of
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.edge.whep.forwarding import RequestForwarder
from broadcaster.edge.whep.join_rate import JoinRate
from broadcaster.edge.whep.sessions import SessionCall, WhepSessions, etag_of, owner_of
from broadcaster.errors import UnknownSession
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.variant import ChannelVariant
from broadcaster.system.tasks import first_of
from broadcaster.web.access.credentials import DESK_ADMISSION
from broadcaster.web.client_limits import limits_of
from broadcaster.web.clients import client_of
from broadcaster.web.errors import REFUSALS
from broadcaster.web.signaling import (
    ACCEPTS_FRAGMENTS,
    ACCEPTS_OFFERS,
    FRAGMENT_TYPE,
    SDP_TYPE,
    check_accept,
    check_content_type,
    check_etag,
    created,
    read_text,
    resource_routes,
)
from broadcaster.web.stopping import refuse_while_stopping
from broadcaster.webrtc.egress.port import EgressPort
from broadcaster.webrtc.sdp import parse_offer

_JSON_TYPE = "application/json"


class WhepEndpoint:
    """The handlers of one process; listening needs nothing but the passcode, if there is one.

    A session lives in the process that made it, and its address names that process. A process that
    gets a request for a session of another one forwards it.

    Errors leave as exceptions; the application's middleware turns them into JSON.

    Args:
        rooms: where events and their channels are.
        egress: serves the players.
        bus: leads to the other edge processes.
        clock: the time.
    """

    def __init__(self, rooms: Rooms, egress: EgressPort, bus: Bus, clock: Clock) -> None:
        self._rooms = rooms
        self._sessions = WhepSessions(rooms, egress, clock)
        self._forwarder = RequestForwarder(bus, rooms.edge, self._sessions.take)
        self._join_rate = JoinRate(clock)

    def routes(self) -> list[web.RouteDef]:
        """The routes of `/whep/{event}/{channel}` and of a session's own address."""
        changed = {"PATCH": self._trickle, "POST": self._switch, "DELETE": self._hang_up}
        return [
            *resource_routes("/whep/{event}/{channel}", {"POST": self._subscribe}, ACCEPTS_OFFERS),
            *resource_routes("/whep/{event}/session/{session}", changed, ACCEPTS_FRAGMENTS),
        ]

    @property
    def session_count(self) -> int:
        """Players connected or connecting now."""
        return len(self._sessions)

    async def run(self) -> None:
        """Protect sessions from loss and answer other edge processes, until cancelled."""
        await first_of(self._sessions.run(), self._forwarder.run(), name="whep")

    async def _subscribe(self, request: web.Request) -> web.Response:
        event_id, channel = request.match_info["event"], request.match_info["channel"]
        refuse_while_stopping(request)
        await room_of(self._rooms, request)
        await self._rooms.open_sound(event_id, channel)
        check_content_type(request, SDP_TYPE, "Accept-Post")
        check_accept(request)
        offer = parse_offer(await read_text(request), listens=True)
        limits, client = limits_of(request), client_of(request)
        limits.count_join(client)
        await self._join_rate.wait_to_join()
        room = await self._rooms.open_sound(event_id, channel)
        ended = ExitStack()
        ended.callback(limits.take_session(client).release)
        try:
            session, answer = self._sessions.open(room, channel, offer, ended.close)
        except BaseException:
            ended.close()
            raise
        admission = request.get(DESK_ADMISSION)
        if admission is not None:
            cut_off = partial(self._sessions.cut_off, session)
            ended.enter_context(admission.opened(cut_off))
        location = f"/whep/{event_id}/session/{session}"
        response = created(answer, location, etag_of(session))
        if ChannelVariant.parse(channel).channel != FLOOR:
            response.headers[AI_DISCLOSURE] = MADE_BY_AI[AI_DISCLOSURE]
        return response

    async def _trickle(self, request: web.Request) -> web.Response:
        check_content_type(request, FRAGMENT_TYPE, "Accept-Patch")
        check_etag(request, etag_of(request.match_info["session"]))
        await self._call(request, await read_text(request))
        return web.Response(status=204)

    async def _switch(self, request: web.Request) -> web.Response:
        check_content_type(request, _JSON_TYPE, "Accept-Post")
        await self._call(request, await read_text(request))
        return web.Response(status=204)

    async def _hang_up(self, request: web.Request) -> web.Response:
        try:
            await self._call(request)
        except REFUSALS as error:
            if error.error != UnknownSession().error:
                raise
        return web.Response(status=200)

    async def _call(self, request: web.Request, body: str = "") -> None:
        """Have the process that owns the session carry out a request.

        Raises:
            UnknownSession: no session has this id, or its process does not answer.
            Refused: by that process.
        """
        where = request.match_info
        call = SessionCall(request.method, where["event"], where["session"], body)
        owner = owner_of(call.session)
        if owner is None:
            raise UnknownSession
        if owner == self._rooms.edge:
            await self._sessions.take(call)
            return
        try:
            await self._forwarder.forward(owner, call)
        except TimeoutError:
            raise UnknownSession from None
