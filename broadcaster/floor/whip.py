"""WHIP endpoint: where a speaker's client publishes the floor (RFC 9725)."""

from typing import Protocol

from aiohttp import web

from broadcaster.access.registry import TokenRegistry
from broadcaster.auth import bearer
from broadcaster.errors import UnknownEvent
from broadcaster.floor.publisher_keys import PublisherKeys
from broadcaster.floor.stage_key import check_stage_key, microphone_of
from broadcaster.model.event import Event
from broadcaster.model.inputs.microphones import Microphone
from broadcaster.model.inputs.rules import InputRole
from broadcaster.web.signaling import ACCEPTS_FRAGMENTS, ACCEPTS_OFFERS, resource_routes
from broadcaster.web.stopping import refuse_while_stopping
from broadcaster.webrtc.ingest import IngestPeer, IngestSettings
from broadcaster.webrtc.whip.sessions import WhipSessions


class EventLookup(Protocol):
    """Finds events by their id."""

    async def __call__(self, event_id: str, /) -> Event | None:
        """The event, or None."""


class FloorAcceptor(Protocol):
    """Decides which publisher has an event's floor, and takes its sound."""

    def refuse_if_taken(
        self,
        event: Event,
        role: InputRole = InputRole.MAIN,
        microphone: Microphone | None = None,
    ) -> None:
        """Check, before negotiating with a publisher, that the floor's input is free.

        Raises:
            FloorTaken: another publisher's state is `PeerState.LIVE`; one that is silent, cannot be
                decoded or is still connecting gives way.
        """

    async def publish(
        self,
        event: Event,
        peer: IngestPeer,
        *,
        takeover: bool,
        role: InputRole = InputRole.MAIN,
        microphone: Microphone | None = None,
    ) -> None:
        """Make `peer` the event's publisher, and read its `frames()` until they end.

        They end by themselves when the publisher hangs up or vanishes.

        Args:
            event: what is published.
            peer: the publisher, negotiated, `PeerState.CONNECTING`.
            takeover: disconnect a live publisher instead of refusing this one.
            role: the input that it is.
            microphone: which of the microphones that are mixed; None for a publisher by itself.

        Raises:
            FloorTaken: as above; the peer is closed by the caller.
        """


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
        self._sessions = WhipSessions(settings)

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
        await self._sessions.close()

    async def _publish(self, request: web.Request) -> web.Response:
        refuse_while_stopping(request)
        event = await self._event(request)
        token = check_stage_key(request, event, self._registry, required=True)
        event.refuse_if_over()
        offer = await self._sessions.read_offer(request)
        takeover = request.query.get("takeover") == "1"
        role = InputRole.BACKUP if request.query.get("backup") == "1" else InputRole.MAIN
        microphone = microphone_of(token, event)
        if not takeover:
            self._floor.refuse_if_taken(event, role, microphone)
        session = self._sessions.open(event.id, offer)
        if self._publisher_keys is not None:
            given = bearer(request.headers.get("Authorization", ""))
            self._publisher_keys.watch(session.peer, event, given, token)
        try:
            answer = await session.peer.accept(offer)
            await self._floor.publish(
                event, session.peer, takeover=takeover, role=role, microphone=microphone
            )
        except BaseException:
            await session.peer.close()
            raise
        return self._sessions.created(session, answer)

    async def _describe(self, request: web.Request) -> web.Response:
        authorized = False
        if "Authorization" in request.headers:
            event = await self._event(request)
            check_stage_key(request, event, self._registry, required=True)
            authorized = True
        return self._sessions.described("OPTIONS, POST", ACCEPTS_OFFERS, authorized=authorized)

    async def _trickle(self, request: web.Request) -> web.Response:
        event = await self._event(request)
        check_stage_key(request, event, self._registry, required=False)
        return await self._sessions.trickle(request, event.id)

    async def _hang_up(self, request: web.Request) -> web.Response:
        event = await self._event(request)
        check_stage_key(request, event, self._registry, required=False)
        return await self._sessions.hang_up(request, event.id)

    async def _event(self, request: web.Request) -> Event:
        event = await self._find_event(request.match_info["event"])
        if event is None:
            raise UnknownEvent(
                "Check the address; the organizer's desk shows the right one.",
                "there is no event at this address",
            )
        return event
