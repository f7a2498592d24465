"""Decides whether a request may do what it asks for: its token, its role, and whose the event is.

The server's own token, as Bearer or by the desk page's cookie, may do everything. Other tokens are
limited by `access.actions` and by their scope; `web.access.authentication` has prepared their
requests.
"""

import asyncio
from collections.abc import Callable

from aiohttp import web

from broadcaster.access.actions import Action
from broadcaster.access.identity import ADMIN, Identity
from broadcaster.access.registry import TokenRegistry
from broadcaster.access.roles import AccessRole
from broadcaster.access.scope import Ownership
from broadcaster.auth import cookie_value, same
from broadcaster.errors import UnknownEvent
from broadcaster.model.event import Event
from broadcaster.web.access.credentials import (
    COOKIE,
    OWNERSHIP,
    VOID,
    Recognised,
    asked_action,
    shown_tokens,
)
from broadcaster.web.access.origin import refuse_foreign_page
from broadcaster.web.errors import Refused

RECOGNISED = web.RequestKey("recognised", Recognised)
"""The sender of a request that was authorized."""


class Organizer:
    """The organizers of this installation, and the people to whom they gave tokens.

    Args:
        token: the server's own; an empty one belongs to nobody.
        registry: knows all other tokens; None for no others.
        by_proxy: recognises people by the word of a proxy; None for nobody.
    """

    def __init__(
        self,
        token: str,
        registry: TokenRegistry | None = None,
        by_proxy: Callable[[web.Request], Identity | None] | None = None,
    ) -> None:
        self._by_proxy = by_proxy
        self._token = token
        self._registry = registry

    def is_servers_own(self, text: str, by_cookie: bool) -> bool:  # noqa: FBT001 - a pair's parts
        """Whether a text is the server's own token, or the value of its cookie."""
        return self._is_own_cookie(text) if by_cookie else self._is_own(text)

    def cookie(self) -> str:
        """The value of the cookie that signs a browser in as the admin."""
        return cookie_value(self._token)

    def sign_in(self, text: str) -> tuple[Identity, str] | None:
        """The holder of a token, with the value of the cookie for it; None if it is nobody's.

        Raises:
            Refused: 401 `token_revoked` or `token_expired`.
        """
        if self._is_own(text):
            return ADMIN, self.cookie()
        identity = self._holder(text)
        return None if identity is None else (identity, text)

    def identify(self, request: web.Request) -> Identity:
        """The holder of the token that a request shows.

        Raises:
            Refused: 401 `wrong_admin_token`, `token_revoked` or `token_expired`; 403
                `foreign_page`.
        """
        known = request.get(RECOGNISED)
        if known is None:
            known = self._recognise(request)
            if known.by_cookie:
                refuse_foreign_page(request)
            request[RECOGNISED] = known
        return known.identity

    def recognises(self, request: web.Request) -> bool:
        """Whether a request shows a token that sees all events; False if it shows none.

        Raises:
            Refused: see `identify`.
        """
        if "Authorization" not in request.headers and COOKIE not in request.cookies:
            return False
        return self.identify(request).role is AccessRole.ADMIN

    def authorize(self, request: web.Request) -> Identity:
        """Check that a request may do what its route is for, to the event that it names.

        Raises:
            Refused: 401 `wrong_admin_token`, `token_revoked` or `token_expired`; 403 `not_allowed`
                or `foreign_page`.
            UnknownEvent: the event is not within the token's scope, or does not exist.
        """
        identity = self.identify(request)
        if not identity.may(asked_action(request)):
            raise not_allowed(identity)
        if identity.role is not AccessRole.ADMIN and "event" in request.match_info:
            ownership = request.get(OWNERSHIP)
            if ownership is None or not identity.covers(ownership):
                raise UnknownEvent("GET /api/events lists the events that you may see.")
        return identity

    async def until_void(self, request: web.Request) -> Refused:
        """Wait until the token of a request that was authorized is void; returns the answer then.

        The request is not cut off any more: whoever waits has to end it.
        """
        void = request[VOID] = asyncio.Event()
        await void.wait()
        token_id = self.identify(request).token_id
        token = self._registry.get(token_id) if self._registry is not None else None
        return void_token(revoked=token is None or token.revoked_at_ms is not None)

    def name_of(self, request: web.Request) -> str:
        """The name of the one that sent a request, for the event's log.

        Raises:
            Refused: see `identify`.
        """
        return self.identify(request).name

    def may(self, request: web.Request, action: Action) -> bool:
        """Whether the sender of a request that was authorized may take another action, too."""
        return self.identify(request).may(action)

    def sees_all(self, request: web.Request) -> bool:
        """Whether the sender of a request sees all events."""
        return self.identify(request).role is AccessRole.ADMIN

    def may_see(self, request: web.Request, event: Event) -> bool:
        """Whether an event is one of those of the sender now; a token's scope may have shrunk."""
        identity = self.identify(request)
        token = self._registry.get(identity.token_id) if self._registry is not None else None
        now = token.identity() if token is not None else identity
        return now.covers(Ownership.of(event))

    def _recognise(self, request: web.Request) -> Recognised:
        refused = wrong_token()
        for text, by_cookie in shown_tokens(request):
            if self.is_servers_own(text, by_cookie):
                return Recognised(ADMIN, by_cookie)
            try:
                identity = self._holder(text)
            except Refused as void:
                refused = void
                continue
            if identity is not None:
                return Recognised(identity, by_cookie)
        person = self._by_proxy(request) if self._by_proxy is not None else None
        if person is not None:  # the browser shows the proxy's cookie by itself
            return Recognised(person, by_cookie=True)
        raise refused

    def _holder(self, text: str) -> Identity | None:
        """The holder of a token, the server's own apart.

        Raises:
            Refused: 401 `token_revoked` or `token_expired`.
        """
        token = self._registry.find(text) if self._registry is not None else None
        if token is None or self._registry is None:
            return None
        if self._registry.is_void(token):
            raise void_token(revoked=token.revoked_at_ms is not None)
        return token.identity()

    def _is_own(self, text: str) -> bool:
        return bool(self._token) and same(text, self._token)

    def _is_own_cookie(self, value: str) -> bool:
        return bool(self._token) and same(value, self.cookie())


def wrong_token() -> Refused:
    """The answer to a request without a valid token."""
    return Refused(
        401,
        "wrong_admin_token",
        "this needs the organizer's token",
        hint="Open the desk link that the server printed at start, or send the token as Bearer.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def void_token(*, revoked: bool) -> Refused:
    """The answer to a request with a token that was valid once."""
    return Refused(
        401,
        "token_revoked" if revoked else "token_expired",
        "this token was revoked" if revoked else "this token has expired",
        hint="Ask the organizer for a new link.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def not_allowed(identity: Identity) -> Refused:
    """The answer to a request that is beyond a role."""
    return Refused(
        403,
        "not_allowed",
        f"the role “{identity.role}” may not do this",
        hint="Ask an organizer to do it, or for a link that may.",
    )
