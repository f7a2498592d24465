"""Prepares requests that show a token.

It looks up whose the event is, and cuts the request off when the token is revoked or expires. A
token of the desk or of an interpreter opens the audience's addresses of its events, too: no
passcode is asked for.
"""

import asyncio
from collections.abc import Callable, Iterable

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from broadcaster.access.actions import Action
from broadcaster.access.identity import Identity
from broadcaster.access.registry import TokenRegistry
from broadcaster.access.scope import Ownership
from broadcaster.access.tokens import Token, parts_of
from broadcaster.model import keys
from broadcaster.model.event import SLUG, Event, EventState
from broadcaster.model.ports import Bus
from broadcaster.web.access.change_limit import ChangeLimit
from broadcaster.web.access.credentials import (
    DESK_ADMISSION,
    OWNERSHIP,
    VOID,
    DeskAdmission,
    asked_action,
    shown_tokens,
)
from broadcaster.web.access.origin import SAFE_METHODS
from broadcaster.web.errors import Refused

LOAD_TIMEOUT_S = 5.0
_LIMITED = ("/api/", "/booth/")
"""Addresses at which one holder may make a limited number of changes."""
_WITHOUT_TOKEN = frozenset({Action.OPEN_PAGE, Action.USE_LISTENER_SESSION})

IsServersOwn = Callable[[str, bool], bool]
"""Whether a text is the server's own token, or by True its cookie."""
ByProxy = Callable[[web.Request], Identity | None]


def authenticating(
    registry: TokenRegistry,
    bus: Bus,
    is_servers_own: IsServersOwn,
    changes: ChangeLimit,
    by_proxy: ByProxy,
) -> Middleware:
    """A middleware before handlers that ask `Organizer`, and before those of the audience.

    Args:
        registry: knows the tokens.
        bus: has the events.
        is_servers_own: recognises the server's own token.
        changes: limits what one holder may change.
        by_proxy: recognises people by the word of a proxy.
    """

    @web.middleware
    async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
        action = asked_action(request)
        if action in _WITHOUT_TOKEN:
            return await handler(request)
        shown = shown_tokens(request)
        if action is Action.LISTEN and any(is_servers_own(*one) for one in shown):
            request[DESK_ADMISSION] = DeskAdmission()
            return await handler(request)
        token = await _valid_token(registry, shown)
        identity = token.identity() if token is not None else _signed_in(by_proxy, request)
        if identity is None:
            return await handler(request)
        await _look_up_ownership(bus, request)
        if action is Action.LISTEN and not _reads_event(identity, request):
            return await handler(request)
        if request.method not in SAFE_METHODS and request.path.startswith(_LIMITED):
            changes.count(identity)
        if token is None:
            request[DESK_ADMISSION] = DeskAdmission()
            return await handler(request)
        request[DESK_ADMISSION] = DeskAdmission(registry, token.id)
        return await _until_void(request, handler, registry, token)

    return authenticate


def _signed_in(by_proxy: ByProxy, request: web.Request) -> Identity | None:
    """Somebody whom a proxy signed in, if they may enter: `Organizer` tells them why not.

    The audience's addresses and the stage are open to them all the same.
    """
    try:
        return by_proxy(request)
    except Refused:
        return None


async def _until_void(
    request: web.Request, handler: Handler, registry: TokenRegistry, token: Token
) -> web.StreamResponse:
    """Answer a request; it is cut off when its token is revoked or expires."""
    registry.note_use(token)
    if request.method == "DELETE":  # it is short, and a token may revoke itself
        return await handler(request)
    task = asyncio.current_task()
    assert task is not None

    def cut_off() -> None:
        if VOID in request:
            request[VOID].set()
        else:
            task.cancel()  # aiohttp closes the connection then

    with registry.opened(token.id, cut_off):
        return await handler(request)


async def _look_up_ownership(bus: Bus, request: web.Request) -> None:
    """Note whose the event is that a request names, if there is one."""
    if "event" in request.match_info:
        ownership = await find_ownership(bus, request.match_info["event"])
        if ownership is not None:
            request[OWNERSHIP] = ownership


async def _valid_token(registry: TokenRegistry, shown: Iterable[tuple[str, bool]]) -> Token | None:
    """The first valid token, the server's own apart, of those that a request shows.

    Raises:
        Refused: 503 `bus_unavailable`.
    """
    texts = [text for text, _ in shown if parts_of(text)]
    if not texts:
        return None
    await _until_loaded(registry)
    found = [token for token in map(registry.find, texts) if token is not None]
    return next((one for one in found if not registry.is_void(one)), None)


def _reads_event(identity: Identity, request: web.Request) -> bool:
    """Whether somebody may read the event that a request names, or interprets it."""
    ownership = request.get(OWNERSHIP)
    may = identity.may(Action.READ_EVENT) or identity.may(Action.INTERPRET)
    return ownership is not None and may and identity.covers(ownership)


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
