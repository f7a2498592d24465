"""Keeps a source on the floor: connects again whenever the connection is lost."""

import asyncio
import math
import os
import time
from collections.abc import Callable
from enum import StrEnum
from http import HTTPStatus

import aiohttp
from yarl import URL

from broadcaster.errors import ServerRefused, ServerUnreachable
from broadcaster.system.backoff import Backoff
from broadcaster.webrtc.clients.frames import FrameSource
from broadcaster.webrtc.clients.http_session import UNEXPLAINED, UNUSABLE
from broadcaster.webrtc.clients.publisher import Publication, publishing

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0
RESTART_S = 15.0
"""A server that is started again is back by then: until then the pauses are short."""
RESTART_PAUSE_S = 0.5
LAST_FRAMES_S = 3.0
"""How long the end of a recording may take to be confirmed."""
LONGEST_ASKED_S = 60.0
"""Longest pause that a server may ask for."""
GHOST_S = 20.0
"""After an outage the floor may still be held by our own lost session for this long."""
_HEALING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, 429})
_FROM_A_PROXY = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED})
"""Statuses that a proxy may answer while the server behind it starts again."""


class PublisherState(StrEnum):
    """Whether the source is heard."""

    CONNECTING = "connecting"
    ON_FLOOR = "on_floor"
    RECONNECTING = "reconnecting"
    ENDED = "ended"


class SteadyPublisher:
    """One source on its way to one event; `run` it once.

    Args:
        http: HTTP client.
        url: WHIP endpoint. `takeover` in its query counts for the first connection only, so that
            two publishers do not take the floor from each other for ever.
        key: its Bearer token.
        source: what to send.
        changed: told each new state with a sentence for people.
        patient: wait for a server that cannot be reached at the start, too.

    Attributes:
        state: whether the source is heard.
        reconnects: how often the floor was lost and taken again.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        url: URL,
        key: str,
        source: FrameSource,
        changed: Callable[[PublisherState, str], None],
        *,
        patient: bool,
    ) -> None:
        self._http = http
        self._url = url
        self._key = key
        self._source = source
        self._changed = changed
        self._patient = patient
        self._backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        self._publication: Publication | None = None
        self._was_on_floor = False
        self._outage_at: float | None = None
        self._lost_at = -math.inf
        self.state = PublisherState.CONNECTING
        self.reconnects = 0

    @property
    def round_trip_ms(self) -> float | None:
        """To the server and back, while on the floor."""
        return self._publication.round_trip_ms if self._publication is not None else None

    async def run(self) -> None:
        """Publish until the source has ended and the server has all of it.

        Raises:
            ServerRefused: in a way that waiting does not heal.
            ServerUnreachable: it could not be reached at the start, or cannot be trusted.
            Exception: the source's own failure.
        """
        while not await self._publish_once():
            await self._pause()
        if self._source.failure is not None:
            raise self._source.failure
        self.state = PublisherState.ENDED

    async def _pause(self) -> None:
        """Wait before the next attempt."""
        pause_s = self._backoff.next_s()
        restarts = time.monotonic() - self._lost_at < RESTART_S
        await asyncio.sleep(min(pause_s, RESTART_PAUSE_S) if restarts else pause_s)

    async def _publish_once(self) -> bool:
        """Whether everything was published."""
        try:
            async with publishing(
                self._http, str(self._url), self._key, self._source
            ) as self._publication:
                self._enter_floor()
                if await self._until_ended_or_lost(self._publication):
                    return True
                self._leave_floor(self._publication)
        except ServerRefused as refused:
            await self._heal(refused)
        except (aiohttp.ClientError, OSError) as error:
            self._await_server(error)
        finally:
            self._publication = None
        return False

    def _enter_floor(self) -> None:
        if self._was_on_floor:
            self.reconnects += 1
        self._was_on_floor = True
        self._outage_at = None
        self._backoff.reset()
        self._url = self._url.without_query_params("takeover")
        self._say(PublisherState.ON_FLOOR, "on the floor")

    def _leave_floor(self, publication: Publication) -> None:
        self._lost_at = time.monotonic()
        if not publication.lost_orderly:
            self._outage_at = time.monotonic()
        text = f"the floor was lost: {publication.reason}; connecting again"
        self._say(PublisherState.RECONNECTING, text)

    async def _until_ended_or_lost(self, publication: Publication) -> bool:
        """Whether the source ended first, and the server has its last frames."""
        lost = asyncio.create_task(publication.lost.wait(), name="publisher: lost")
        ended = asyncio.create_task(publication.ended.wait(), name="publisher: ended")
        try:
            await asyncio.wait({lost, ended}, return_when=asyncio.FIRST_COMPLETED)
            give_up_at = time.monotonic() + LAST_FRAMES_S
            while self._source.unconfirmed and time.monotonic() < give_up_at and not lost.done():
                await asyncio.wait({lost}, timeout=0.1)
            return not lost.done()
        finally:
            lost.cancel()
            ended.cancel()

    async def _heal(self, refused: ServerRefused) -> None:
        """Return when trying again may help.

        Raises:
            ServerRefused: it does not.
        """
        if not self._can_heal(refused):
            raise refused
        if refused.status != HTTPStatus.CONFLICT:
            self._outage_at = time.monotonic()
        self._say(self._waiting_state(), f"the server refused for now: {refused.advice()}")
        if refused.retry_after_s:
            await asyncio.sleep(min(refused.retry_after_s, LONGEST_ASKED_S))

    def _can_heal(self, refused: ServerRefused) -> bool:
        if refused.error == UNUSABLE:
            return False
        if refused.status >= HTTPStatus.INTERNAL_SERVER_ERROR or refused.status in _HEALING:
            return True
        if not self._was_on_floor:
            return False
        if refused.error == "floor_taken":
            outage_at = self._outage_at
            return outage_at is not None and time.monotonic() - outage_at < GHOST_S
        return refused.error == UNEXPLAINED and refused.status in _FROM_A_PROXY

    def _await_server(self, error: Exception) -> None:
        """Return when the server may still come.

        Raises:
            ServerUnreachable: it will not.
        """
        text, hint = _explain(error, self._url)
        untrusted = isinstance(error, aiohttp.ClientConnectorCertificateError)
        if untrusted or not (self._was_on_floor or self._patient):
            raise ServerUnreachable(text, hint=hint)
        self._outage_at = time.monotonic()
        self._say(self._waiting_state(), f"{text}; trying again")

    def _waiting_state(self) -> PublisherState:
        return PublisherState.RECONNECTING if self._was_on_floor else PublisherState.CONNECTING

    def _say(self, state: PublisherState, text: str) -> None:
        self.state = state
        self._changed(state, text)


def _explain(error: Exception, url: URL) -> tuple[str, str]:
    """The reason why the server cannot be reached, and what to do."""
    where = f"{url.host}:{url.port}"
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return (
                f"the certificate of {where} is not trusted",
                "Name it with --ca, or serve one that a known authority has signed.",
            )
        case aiohttp.ClientConnectorDNSError():
            return f"there is no server named {url.host}", "Check the address and the network."
        case aiohttp.ClientSSLError():
            return f"{where} does not speak https", "Check the address: is it http://?"
        case TimeoutError():
            return (
                f"no connection to {where} came about in time",
                "Check that its TCP port and its UDP ports can be reached from here.",
            )
        case aiohttp.ClientConnectorError():
            number = error.os_error.errno
            reason = os.strerror(number) if number else str(error.os_error)
            return f"{where} cannot be reached: {reason}", "Check that the server runs."
        case _:
            return f"{where} gave no answer", "Check that a broadcaster serves this address."
