"""Prepares requests that show a token other than the server's own.

It looks up whose the event is, and cuts the request off when the token is revoked or expires.
"""

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from broadcaster.access.actions import Action
from broadcaster.access.registry import TokenRegistry
from broadcaster.access.scope import Ownership
from broadcaster.access.tokens import parts_of
from broadcaster.model import keys
from broadcaster.model.event import SLUG, Event, EventState
from broadcaster.model.ports import Bus
from broadcaster.web.access.credentials import OWNERSHIP, asked_action, shown_tokens
from broadcaster.web.errors import Refused

LOAD_TIMEOUT_S = 5.0
_OF_AUDIENCE = frozenset({Action.OPEN_PAGE, Action.LISTEN, Action.USE_LISTENER_SESSION})


def authenticating(registry: TokenRegistry, bus: Bus) -> Middleware:
    """A middleware before handlers that ask `Organizer`.

    Args:
        registry: knows the tokens.
        bus: has the events.
    """

    @web.middleware
    async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
        action = asked_action(request)
        texts = [text for text, _ in shown_tokens(request) if parts_of(text)]
        if action in _OF_AUDIENCE or not texts:
            return await handler(request)
        await _until_loaded(registry)
        found = [token for token in map(registry.find, texts) if token is not None]
        token = next((one for one in found if not registry.is_void(one)), None)
        if token is None:
            return await handler(request)
        if "event" in request.match_info:
            ownership = await find_ownership(bus, request.match_info["event"])
            if ownership is not None:
                request[OWNERSHIP] = ownership
        registry.note_use(token)
        if request.method == "DELETE":  # it is short, and a token may revoke itself
            return await handler(request)
        task = asyncio.current_task()
        assert task is not None
        with registry.opened(token.id, task.cancel):  # aiohttp closes the connection then
            return await handler(request)

    return authenticate


async def find_ownership(bus: Bus, event_id: str) -> Ownership | None:
    """Look up whose an event is; None if there is no such event.

    Raises:
        BusUnavailable: the record cannot be read.
    """
    record = await bus.get(keys.event_record(event_id)) if SLUG.fullmatch(event_id) else None
    event = Event.from_json(record.value) if record is not None else None
    return None if event is None or event.state is EventState.DELETED else Ownership.of(event)


async def _until_loaded(registry: TokenRegistry) -> None:
    """Wait until the tokens are known.

    Raises:
        Refused: 503 `bus_unavailable`.
    """
    try:
        async with asyncio.timeout(LOAD_TIMEOUT_S):
            await registry.loaded.wait()
    except TimeoutError:
        raise Refused(
            503,
            "bus_unavailable",
            "the server cannot read the tokens right now",
            hint="Try again in a few seconds.",
            headers={"Retry-After": "3"},
        ) from None
