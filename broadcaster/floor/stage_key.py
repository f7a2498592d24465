"""Checks the key of a speaker's client: the stage key of the event, or a stage token for it."""

from aiohttp import web

from broadcaster.access.registry import TokenRegistry
from broadcaster.access.roles import AccessRole
from broadcaster.access.scope import Ownership, Scope
from broadcaster.access.tokens import Token
from broadcaster.auth import bearer
from broadcaster.model.event import Event
from broadcaster.model.inputs.microphones import Microphone
from broadcaster.model.language import FLOOR
from broadcaster.stage_keys import is_stage_key
from broadcaster.web.errors import Refused


def check_stage_key(
    request: web.Request, event: Event, registry: TokenRegistry | None, *, required: bool
) -> Token | None:
    """Check the stage key of a request.

    Args:
        request: has it as its Bearer token.
        event: the event it must belong to.
        registry: knows the stage tokens; None for no tokens.
        required: False for a session, whose address is a secret itself.

    Returns:
        The token that was shown in place of the event's own key.

    Raises:
        Refused: 401 `wrong_stage_key`.
    """
    header = request.headers.get("Authorization")
    if header is None and not required:
        return None
    given = bearer(header or "")
    if is_stage_key(given, event.stage_key):
        return None
    token = registry.find(given) if registry is not None else None
    if token is not None and registry is not None and _opens(token, event, registry):
        registry.note_use(token)
        return token
    raise Refused(
        401,
        "wrong_stage_key",
        "the stage key is missing or wrong",
        hint="Copy the speaker's link, or the key in it, from the organizer's desk.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def microphone_of(token: Token | None, event: Event) -> Microphone | None:
    """The microphone that a stage token is for; None for the speaker's link, and tokens like it."""
    floor = Scope("event", event.id, FLOOR)
    if token is None or floor not in token.scopes:
        return None
    return Microphone(token.id, token.name)


def _opens(token: Token, event: Event, registry: TokenRegistry) -> bool:
    of_event = any(scope.covers(Ownership.of(event)) for scope in token.scopes)
    return token.role is AccessRole.STAGE and of_event and not registry.is_void(token)
