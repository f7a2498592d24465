"""The sessions of one WHIP endpoint, and the requests that are the same wherever one publishes."""

import asyncio
import functools
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from broadcaster.errors import UnknownSession
from broadcaster.web.errors import Refused
from broadcaster.web.signaling import (
    FRAGMENT_TYPE,
    SDP_TYPE,
    check_accept,
    check_content_type,
    check_etag,
    created,
    preflight,
    read_text,
)
from broadcaster.webrtc.ingest import IngestEndReason, IngestPeer, IngestSettings
from broadcaster.webrtc.sdp import Offer, parse_fragment, parse_offer

MAX_SESSIONS = 64
"""Publishers connected to one endpoint of a process at a time, over all its events."""


@dataclass(frozen=True, slots=True)
class WhipSession:
    """One publisher's session, from its offer until its peer is closed.

    Attributes:
        place: what is published, as its address has it: `talk`, or `talk/fr`.
        peer: its WebRTC connection.
        offer: what it began with.
        etag: names its ICE session, without quotes.
    """

    place: str
    peer: IngestPeer
    offer: Offer
    etag: str


class WhipSessions:
    """The sessions of one endpoint.

    Args:
        settings: deadlines and ICE servers of their connections.
    """

    def __init__(self, settings: IngestSettings) -> None:
        self._settings = settings
        self._sessions: dict[str, WhipSession] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    async def close(self) -> None:
        """Disconnect all publishers and wait until their resources are released."""
        sessions = list(self._sessions.values())
        await asyncio.gather(*(session.peer.close() for session in sessions))

    async def read_offer(self, request: web.Request) -> Offer:
        """Read the offer of a request to publish.

        Raises:
            Refused: it is not one, with the header that says what would be.
            BroadcasterError: it holds no sound that can be taken.
        """
        check_content_type(request, SDP_TYPE, "Accept-Post")
        check_accept(request)
        return parse_offer(await read_text(request))

    def open(self, place: str, offer: Offer) -> WhipSession:
        """A session for an offer, kept until its peer is closed.

        Raises:
            Refused: 503 `too_many_publishers`.
        """
        if len(self._sessions) >= MAX_SESSIONS:
            raise Refused(
                503,
                "too_many_publishers",
                "this server already has as many publishers as it can take",
                hint="Try again in a minute.",
                headers={"Retry-After": "60"},
            )
        session = WhipSession(place, IngestPeer(self._settings), offer, secrets.token_hex(8))
        key = session.peer.id
        self._sessions[key] = session
        session.peer.on_closed(functools.partial(self._forget, key))
        return session

    def created(self, session: WhipSession, answer: str) -> web.Response:
        """The answer to a publisher that was taken."""
        address = f"/whip/{session.place}/{session.peer.id}"
        return self.with_links(created(answer, address, session.etag), authorized=True)

    def described(
        self, methods: str, accepts: Mapping[str, str], *, authorized: bool
    ) -> web.Response:
        """The answer to OPTIONS, which names the ICE servers."""
        return self.with_links(preflight(methods, accepts), authorized=authorized)

    def with_links(self, response: web.Response, *, authorized: bool) -> web.Response:
        """An answer with the ICE servers; those with a password only for a publisher with a key."""
        for server in self._settings.ice_servers:
            if authorized or not server.credential:
                response.headers.add("Link", server.to_link())
        return response

    async def trickle(self, request: web.Request, place: str) -> web.Response:
        """Take more addresses of a publisher.

        Raises:
            UnknownSession: it has ended, or never was.
        """
        session = self._session(request, place)
        if session is None:
            raise UnknownSession
        check_content_type(request, FRAGMENT_TYPE, "Accept-Patch")
        check_etag(request, session.etag)
        fragment = parse_fragment(await read_text(request))
        fragment.check_no_restart(session.offer)
        await session.peer.add_candidates(fragment)
        return web.Response(status=204)

    async def hang_up(self, request: web.Request, place: str) -> web.Response:
        """End a session, if it has not ended."""
        session = self._session(request, place)
        if session is not None:
            await session.peer.close(IngestEndReason.HUNG_UP)
        return web.Response(status=200)

    def _session(self, request: web.Request, place: str) -> WhipSession | None:
        session = self._sessions.get(request.match_info["session"])
        return session if session is not None and session.place == place else None

    def _forget(self, key: str) -> None:
        del self._sessions[key]
