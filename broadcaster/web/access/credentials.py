"""The tokens that a request shows, the cookie that keeps one, and the sender that was found."""

import asyncio
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from aiohttp import web

from broadcaster.access.actions import Action
from broadcaster.access.identity import Identity
from broadcaster.access.registry import CutOff, TokenRegistry
from broadcaster.access.routes import action_of
from broadcaster.access.scope import Ownership
from broadcaster.auth import bearer
from broadcaster.web.clients import client_of

COOKIE = "broadcaster_desk"
_COOKIE_AGE_S = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Recognised:
    """A sender that was recognised.

    Attributes:
        identity: of the sender.
        by_cookie: whether its browser added the proof by itself.
    """

    identity: Identity
    by_cookie: bool


@dataclass(frozen=True, slots=True)
class DeskAdmission:
    """Lets somebody of the desk hear and read an event without its passcode.

    Attributes:
        registry: has the token that was shown; None for the server's own, which is never revoked.
        token_id: of that token.
    """

    registry: TokenRegistry | None = None
    token_id: str = ""

    def opened(self, cut_off: CutOff) -> AbstractContextManager[None]:
        """Cut off what was opened when the token is revoked or expires in the context."""
        if self.registry is None:
            return nullcontext()
        return self.registry.opened(self.token_id, cut_off)


DESK_ADMISSION = web.RequestKey("desk_admission", DeskAdmission)
"""Of a request to an address of the audience that shows a token of the desk for the event."""
VOID = web.RequestKey("void", asyncio.Event)
"""Set when the token of a request becomes void, if its handler says goodbye itself. Without it the
request is cut off."""
OWNERSHIP = web.RequestKey("ownership", Ownership)
"""Of the event that a request's address names; missing if there is no such event, or if nobody
asked."""


def asked_action(request: web.Request) -> Action | None:
    """The action of the route that a request was for; None if it has no row, or for no route."""
    resource = request.match_info.route.resource
    return action_of(request.method, resource.canonical if resource else "")


def shown_tokens(request: web.Request) -> list[tuple[str, bool]]:
    """The tokens that a request shows, the explicit one first, each with whether it is a cookie."""
    header = bearer(request.headers.get("Authorization", ""))
    cookie = request.cookies.get(COOKIE, "")
    return [*([(header, False)] if header else []), *([(cookie, True)] if cookie else [])]


def set_cookie(
    answer: web.StreamResponse,
    value: str,
    request: web.Request,
    max_age_s: int = _COOKIE_AGE_S,
) -> None:
    """Have the browser keep the proof of a sign-in, out of reach of scripts and of other sites."""
    answer.set_cookie(
        COOKIE,
        value,
        max_age=max_age_s,
        httponly=True,
        samesite="Strict",
        secure=client_of(request).secure,
    )


def remove_cookie(answer: web.StreamResponse, request: web.Request) -> None:
    """Have the browser forget it."""
    answer.del_cookie(COOKIE, httponly=True, samesite="Strict", secure=client_of(request).secure)
