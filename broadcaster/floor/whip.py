"""WHIP endpoint: where a speaker's client publishes the floor (RFC 9725)."""

import asyncio
import functools
import secrets
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from broadcaster.access.registry import TokenRegistry
from broadcaster.auth import bearer
from broadcaster.errors import UnknownEvent, UnknownSession
from broadcaster.floor.publisher_keys import PublisherKeys
from broadcaster.floor.stage_key import check_stage_key
from broadcaster.model.event import Event
from broadcaster.web.errors import Refused
from broadcaster.web.signaling import (
    ACCEPTS_FRAGMENTS,
    ACCEPTS_OFFERS,
    FRAGMENT_TYPE,
    SDP_TYPE,
    check_accept,
    check_content_type,
    check_etag,
    created,
    preflight,
    read_text,
    resource_routes,
)
from broadcaster.web.stopping import refuse_while_stopping
from broadcaster.webrtc.ingest import IngestEndReason, IngestPeer, IngestSettings
from broadcaster.webrtc.sdp import Offer, parse_fragment, parse_offer

MAX_SESSIONS = 64
"""Publishers connected to one process at a time, over all its events."""


class EventLookup(Protocol):
    """Finds events by their id."""

    async def __call__(self, event_id: str, /) -> Event | None:
        """The event, or None."""


class FloorAcceptor(Protocol):
    """Decides which publisher has an event's floor, and takes its sound."""

    def refuse_if_taken(self, event: Event) -> None:
        """Check, before negotiating with a publisher, that the floor is free.

        Raises:
            FloorTaken: another publisher's state is `PeerState.LIVE`; one that is silent, cannot be
                decoded or is still connecting gives way.
        """

    async def publish(self, event: Event, peer: IngestPeer, *, takeover: bool) -> None:
        """Make `peer` the event's publisher, and read its `frames()` until they end.

        They end by themselves when the publisher hangs up or vanishes.

        Args:
            event: what is published.
            peer: the publisher, negotiated, `PeerState.CONNECTING`.
            takeover: disconnect a live publisher instead of refusing this one.

        Raises:
            FloorTaken: as above; the peer is closed by the caller.
        """


@dataclass(frozen=True, slots=True)
class WhipSession:
    """One publisher's session, from its offer until its peer is closed.

    Attributes:
        event_id: what is published.
        peer: its WebRTC connection.
        offer: what it began with.
        etag: names its ICE session, without quotes.
    """

    event_id: str
    peer: IngestPeer
    offer: Offer
    etag: str


class WhipEndpoint:
    """The handlers of the WHIP addresses, and the sessions they made.

    Errors leave as exceptions; the application's middleware turns them into JSON.

    Args:
        find_event: looks an event up by its id.
        floor: takes the publishers.
        settings: deadlines and ICE servers of their connections.
        registry: knows the stage tokens; None for no tokens.
        publisher_keys: ends publishers whose key is void; None to end nobody.
    """

    def __init__(
        self,
        find_event: EventLookup,
        floor: FloorAcceptor,
        settings: IngestSettings,
        registry: TokenRegistry | None = None,
        publisher_keys: PublisherKeys | None = None,
    ) -> None:
        self._publisher_keys = publisher_keys
        self._registry = registry
        self._find_event = find_event
        self._floor = floor
        self._settings = settings
        self._sessions: dict[str, WhipSession] = {}

    def routes(self) -> list[web.RouteDef]:
        """The routes of `/whip/{event}` and `/whip/{event}/{session}`."""
        published = {"POST": self._publish, "OPTIONS": self._describe}
        changed = {"PATCH": self._trickle, "DELETE": self._hang_up}
        return [
            *resource_routes("/whip/{event}", published, ACCEPTS_OFFERS),
            *resource_routes("/whip/{event}/{session}", changed, ACCEPTS_FRAGMENTS),
        ]

    @property
    def session_count(self) -> int:
        """Publishers connected now."""
        return len(self._sessions)

    async def close(self) -> None:
        """Disconnect all publishers and wait until their resources are released."""
        sessions = list(self._sessions.values())
        await asyncio.gather(*(session.peer.close() for session in sessions))

    async def _publish(self, request: web.Request) -> web.Response:
        refuse_while_stopping(request)
        event = await self._event(request)
        token = check_stage_key(request, event, self._registry, required=True)
        event.refuse_if_over()
        check_content_type(request, SDP_TYPE, "Accept-Post")
        check_accept(request)
        offer = parse_offer(await read_text(request))
        takeover = request.query.get("takeover") == "1"
        if not takeover:
            self._floor.refuse_if_taken(event)
        session = self._open(event, offer)
        if self._publisher_keys is not None:
            given = bearer(request.headers.get("Authorization", ""))
            self._publisher_keys.watch(session.peer, event, given, token)
        try:
            answer = await session.peer.accept(offer)
            await self._floor.publish(event, session.peer, takeover=takeover)
        except BaseException:
            await session.peer.close()
            raise
        response = created(answer, f"/whip/{event.id}/{session.peer.id}", session.etag)
        self._add_links(response, authorized=True)
        return response

    async def _describe(self, request: web.Request) -> web.Response:
        authorized = False
        if "Authorization" in request.headers:
            event = await self._event(request)
            check_stage_key(request, event, self._registry, required=True)
            authorized = True
        response = preflight("OPTIONS, POST", ACCEPTS_OFFERS)
        self._add_links(response, authorized=authorized)
        return response

    async def _trickle(self, request: web.Request) -> web.Response:
        event = await self._event(request)
        check_stage_key(request, event, self._registry, required=False)
        session = self._session(request)
        if session is None:
            raise UnknownSession
        check_content_type(request, FRAGMENT_TYPE, "Accept-Patch")
        check_etag(request, session.etag)
        fragment = parse_fragment(await read_text(request))
        fragment.check_no_restart(session.offer)
        await session.peer.add_candidates(fragment)
        return web.Response(status=204)

    async def _hang_up(self, request: web.Request) -> web.Response:
        event = await self._event(request)
        check_stage_key(request, event, self._registry, required=False)
        session = self._session(request)
        if session is not None:
            await session.peer.close(IngestEndReason.HUNG_UP)
        return web.Response(status=200)

    async def _event(self, request: web.Request) -> Event:
        event = await self._find_event(request.match_info["event"])
        if event is None:
            raise UnknownEvent(
                "Check the address; the organizer's desk shows the right one.",
                "there is no event at this address",
            )
        return event

    def _session(self, request: web.Request) -> WhipSession | None:
        session = self._sessions.get(request.match_info["session"])
        if session is None or session.event_id != request.match_info["event"]:
            return None
        return session

    def _open(self, event: Event, offer: Offer) -> WhipSession:
        if len(self._sessions) >= MAX_SESSIONS:
            raise Refused(
                503,
                "too_many_publishers",
                "this server already has as many publishers as it can take",
                hint="Try again in a minute.",
                headers={"Retry-After": "60"},
            )
        session = WhipSession(event.id, IngestPeer(self._settings), offer, secrets.token_hex(8))
        key = session.peer.id
        self._sessions[key] = session
        session.peer.on_closed(functools.partial(self._forget, key))
        return session

    def _forget(self, key: str) -> None:
        del self._sessions[key]

    def _add_links(self, response: web.Response, *, authorized: bool) -> None:
        for server in self._settings.ice_servers:
            if authorized or not server.credential:
                response.headers.add("Link", server.to_link())
