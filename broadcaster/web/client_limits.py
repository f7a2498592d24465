"""Limits what one client address may take from the others: places, joins, questions, wrong keys.

A hall is behind one address, so the limits are generous. An address over one of them is answered
429 with Retry-After. Each process counts by itself.

A key is compared before its limit is looked at. So the right key opens from every address at any
time, however many wrong ones came from there: nobody can lock an organizer or a speaker out. The
limit is against the load and the noise of guessing. What makes guessing hopeless is the length of
the keys, 144 random bits.

A passcode is short. So one is not compared at all while its address is over the limit for its
event. That limit is higher, because a hall has many thumbs.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from broadcaster.model.ports import Clock
from broadcaster.sockets.places import Place, Places
from broadcaster.web.address_counts import AddressCounts
from broadcaster.web.clients import Client, client_of
from broadcaster.web.errors import REFUSED, Refused

log = logging.getLogger("broadcaster.web.limits")

JOIN_WINDOW_S = 10.0
"""The window in which joins and questions are counted; a hall may join in its first second."""
POLLS_OF_SEARCH = 100
"""A search is as much work as this many polls."""
KEY_WINDOW_S = 60.0
PLACE_WINDOW_S = 60.0
"""How often it is logged that an address has no places left."""
PLACE_WAIT_S = 30
"""Seconds that a client without a place is asked to wait."""
PASSCODE_NEEDED = "passcode_needed"
"""Error id of a 401 that is no wrong key: the guesses of passcodes are counted by themselves."""
_NO_LIMIT = 1_000_000_000


@dataclass(frozen=True, slots=True)
class AddressLimits:
    """The limits of one address in one process.

    Attributes:
        connections: open connections. Also questions of polling readers in a second: each asks
            about once a second.
        webrtc_sessions: WebRTC listeners.
        joins: listeners and readers that begin within `JOIN_WINDOW_S`.
        wrong_keys: keys that do not fit within `KEY_WINDOW_S`.
        wrong_passcodes: passcodes of one event that do not fit within `KEY_WINDOW_S`. Also short
            codes that lead to no event, counted apart.
    """

    connections: int = _NO_LIMIT
    webrtc_sessions: int = _NO_LIMIT
    joins: int = _NO_LIMIT
    wrong_keys: int = _NO_LIMIT
    wrong_passcodes: int = _NO_LIMIT


class ClientLimits:
    """Counts what clients do, and refuses what is too much for one address.

    Args:
        limits: see `AddressLimits`.
        clock: the time.
    """

    def __init__(self, limits: AddressLimits, clock: Clock) -> None:
        self._joins = AddressCounts(limits.joins, JOIN_WINDOW_S, clock)
        polls = int(limits.connections * JOIN_WINDOW_S)
        self._polls = AddressCounts(polls, JOIN_WINDOW_S, clock)
        self._wrong_keys = AddressCounts(limits.wrong_keys, KEY_WINDOW_S, clock)
        self._searches = AddressCounts(max(1, polls // POLLS_OF_SEARCH), JOIN_WINDOW_S, clock)
        self._wrong_passcodes = AddressCounts(limits.wrong_passcodes, KEY_WINDOW_S, clock)
        self._wrong_codes = AddressCounts(limits.wrong_passcodes, KEY_WINDOW_S, clock)
        self.connections = Places(limits.connections, _log_full("connections", clock))
        """Open connections."""
        self._webrtc = Places(limits.webrtc_sessions, _log_full("WebRTC sessions", clock))

    def count_join(self, client: Client) -> None:
        """A listener or reader begins.

        Raises:
            Refused: 429 `too_many_joins`.
        """
        _count(
            self._joins,
            client,
            "joins too often",
            "too_many_joins",
            "too many listeners of your network address are joining at this moment",
        )

    def count_poll(self, client: Client) -> None:
        """A reader asks for captions.

        Raises:
            Refused: 429 `too_many_questions`.
        """
        _count(
            self._polls,
            client,
            "asks for captions too often",
            "too_many_questions",
            "your network address asks for captions too often",
        )

    def take_connection(self, client: Client) -> Place:
        """A place for a connection that came through a proxy, and was not counted when it came.

        Raises:
            Refused: 429 `too_many_connections`.
        """
        return _taken(self.connections, client, "connections")

    def take_session(self, client: Client) -> Place:
        """A place for a WebRTC listener.

        Raises:
            Refused: 429 `too_many_sessions`.
        """
        return _taken(self._webrtc, client, "sessions")

    def count_wrong_key(self, client: Client) -> Refused | None:
        """A key was wrong; returns the answer instead of 401 when that happens too often."""
        return _counted(
            self._wrong_keys,
            client,
            "sends wrong keys",
            "too_many_wrong_keys",
            "too many wrong keys came from your network address; a right one opens all the same",
        )

    def count_search(self, client: Client) -> None:
        """A reader searches what was said.

        Raises:
            Refused: 429 `too_many_questions`.
        """
        _count(
            self._searches,
            client,
            "searches too often",
            "too_many_questions",
            "your network address searches too often",
        )

    def count_wrong_code(self, client: Client) -> None:
        """A short code led to no event."""
        self._wrong_codes.count(client.network)

    def refuse_code(self, client: Client) -> None:
        """Check that a client may try a short code.

        Raises:
            Refused: 429 `too_many_wrong_codes`.
        """
        wait_s = self._wrong_codes.wait_s(client.network)
        if wait_s is not None:
            raise _refused(
                "too_many_wrong_codes",
                "too many wrong codes came from your network address",
                wait_s,
            )

    def count_wrong_passcode(self, client: Client, event_id: str) -> None:
        """A passcode was wrong."""
        self._wrong_passcodes.count(f"{client.network} {event_id}")
        wait_s = self._wrong_passcodes.wait_s(f"{client.network} {event_id}")
        if wait_s is not None:
            log.warning("%s sends wrong passcodes and is refused for %d s", client.network, wait_s)

    def refuse_guess(self, client: Client, event_id: str) -> None:
        """Check that a client may try a passcode of an event.

        Raises:
            Refused: 429 `too_many_wrong_passcodes`.
        """
        wait_s = self._wrong_passcodes.wait_s(f"{client.network} {event_id}")
        if wait_s is not None:
            raise _refused(
                "too_many_wrong_passcodes",
                "too many wrong passcodes came from your network address",
                wait_s,
            )


CLIENT_LIMITS = web.AppKey("client_limits", ClientLimits)


def limits_of(request: web.Request) -> ClientLimits:
    """The limits of the process that answers a request."""
    return request.app[CLIENT_LIMITS]


@web.middleware
async def limit_wrong_keys(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 429 instead of 401 to an address that has sent too many wrong keys."""
    try:
        answer = await handler(request)
    except Refused as refused:
        wrong = refused.status == HTTPStatus.UNAUTHORIZED and refused.error != PASSCODE_NEEDED
        if wrong and _has_key(request):
            limited = limits_of(request).count_wrong_key(client_of(request))
            if limited is not None:
                for name, value in refused.headers.items():  # such as CORS
                    limited.headers.setdefault(name, value)
                raise limited from refused
        raise
    if answer.status == HTTPStatus.UNAUTHORIZED and _has_key(request):  # a page for people
        limited = limits_of(request).count_wrong_key(client_of(request))
        if limited is not None:
            request.app[REFUSED][limited.error] += 1
            answer.set_status(limited.status)
            answer.headers.update(limited.headers)
    return answer


def _has_key(request: web.Request) -> bool:
    """Whether a request shows a key; a page that is not signed in shows none."""
    named = "Authorization" in request.headers or "Cookie" in request.headers
    return named or "token" in request.query


def _taken(places: Places, client: Client, what: str) -> Place:
    place = places.take(client.network)
    if place is None:
        raise _refused(
            f"too_many_{what}",
            f"too many {what} come from your network address",
            PLACE_WAIT_S,
        )
    return place


def _refused(error: str, message: str, wait_s: int) -> Refused:
    return Refused(
        429,
        error,
        message,
        hint=f"Try again in {wait_s} s, or from another network.",
        headers={"Retry-After": str(wait_s)},
    )


def _counted(
    counts: AddressCounts, client: Client, what: str, error: str, message: str
) -> Refused | None:
    """Count something that a client did; returns the refusal if that is too much."""
    excess = counts.count(client.network)
    if excess is None:
        return None
    if excess.first:
        log.warning("%s %s and is refused for %d s", client.network, what, excess.wait_s)
    return _refused(error, message, excess.wait_s)


def _count(counts: AddressCounts, client: Client, what: str, error: str, message: str) -> None:
    """Count something that a client did.

    Raises:
        Refused: 429, that is too much.
    """
    refusal = _counted(counts, client, what, error, message)
    if refusal is not None:
        raise refusal


def _log_full(what: str, clock: Clock) -> Callable[[str], None]:
    seen = AddressCounts(0, PLACE_WINDOW_S, clock)

    def on_full(network: str) -> None:
        excess = seen.count(network)
        if excess is not None and excess.first:
            log.warning("%s has as many %s as one address may; more are refused", network, what)

    return on_full
