"""Tokens and identities as the API shows them."""

from typing import Any

from broadcaster.access.actions import MAY
from broadcaster.access.identity import Identity
from broadcaster.access.roles import DESK_ROLES, AccessRole
from broadcaster.access.tokens import Token
from broadcaster.model.event import iso_time

STAGE_LINK = "stage-link"
"""The id by which the speaker's link of an event is in the list of its tokens."""


def token_body(token: Token, now_ms: int, made: int = 0) -> dict[str, Any]:
    """A token, without its secret.

    Args:
        token: as it is stored.
        now_ms: Unix time.
        made: how many valid tokens its holder gave out.
    """
    state = "active"
    if token.is_void(now_ms):
        state = "revoked" if token.revoked_at_ms is not None else "expired"
    return {
        "id": token.id,
        "name": token.name,
        "role": token.role,
        "scopes": [str(scope) for scope in token.scopes],
        "state": state,
        "session": token.session,
        "created_at": iso_time(token.created_at_ms),
        "created_by": token.created_by,
        "expires_at": iso_time(token.expires_at_ms),
        "revoked_at": iso_time(token.revoked_at_ms),
        "used_at": iso_time(token.used_at_ms),
        "made": made,
    }


def stage_link_body(event_id: str) -> dict[str, Any]:
    """The speaker's link of an event, in the form of a token."""
    return {
        "id": STAGE_LINK,
        "name": "",
        "role": AccessRole.STAGE,
        "scopes": [f"event:{event_id}"],
        "state": "active",
        "session": False,
        "created_at": None,
        "created_by": "",
        "expires_at": None,
        "revoked_at": None,
        "used_at": None,
        "made": 0,
    }


def link_of(token: Token, text: str, base: str) -> str | None:
    """The link that opens a page with a token; None for a role without one."""
    events = {scope.id for scope in token.scopes if scope.kind == "event"}
    is_of_one = len(events) == 1 and all(scope.kind == "event" for scope in token.scopes)
    if token.role is AccessRole.REVIEWER and is_of_one:
        return f"{base}/review/{events.pop()}#token={text}"
    if token.role in DESK_ROLES:
        return f"{base}/desk#token={text}"
    if token.role is AccessRole.INTERPRETER:
        scope = token.scopes[0]
        return f"{base}/booth/{scope.id}/{scope.channel}#token={text}"
    if token.role is AccessRole.STAGE:
        return f"{base}/stage/{token.scopes[0].id}#key={text}"
    return None


def identity_body(identity: Identity) -> dict[str, Any]:
    """The sender of a request, and what they may do within their scopes."""
    return {
        "name": identity.name,
        "role": identity.role,
        "scopes": [str(scope) for scope in identity.scopes],
        "token": identity.token_id,
        "may": sorted(action for action, roles in MAY.items() if identity.role in roles),
    }
