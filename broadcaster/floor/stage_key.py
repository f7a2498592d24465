"""Checks the key of a speaker's client."""

from aiohttp import web

from broadcaster.auth import bearer
from broadcaster.model.event import Event
from broadcaster.stage_keys import is_stage_key
from broadcaster.web.errors import Refused


def check_stage_key(request: web.Request, event: Event, *, required: bool) -> None:
    """Check the stage key of a request.

    Args:
        request: has it as its Bearer token.
        event: the event it must belong to.
        required: False for a session, whose address is a secret itself.

    Raises:
        Refused: 401 `wrong_stage_key`.
    """
    header = request.headers.get("Authorization")
    if header is None and not required:
        return
    if not is_stage_key(bearer(header or ""), event.stage_key):
        raise Refused(
            401,
            "wrong_stage_key",
            "the stage key is missing or wrong",
            hint="Copy the speaker's link, or the key in it, from the organizer's desk.",
            headers={"WWW-Authenticate": "Bearer"},
        )
