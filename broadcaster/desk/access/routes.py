"""The addresses of tokens: `/api/tokens`, and `/api/events/{event}/tokens`."""

import asyncio
from typing import Any

from aiohttp import web

from broadcaster.access.scope import Scope
from broadcaster.access.tokens import Token
from broadcaster.desk.access.answers import STAGE_LINK, link_of, stage_link_body, token_body
from broadcaster.desk.access.bodies import NewEventToken, NewToken
from broadcaster.desk.access.tokens import Tokens, unknown_token
from broadcaster.desk.answers import NO_STORE, EventAnswers
from broadcaster.desk.bodies import EventChange
from broadcaster.desk.events import Events
from broadcaster.desk.qr import data_url
from broadcaster.errors import UnknownChannel
from broadcaster.model.event import Event
from broadcaster.model.language import FLOOR, describe
from broadcaster.model.ports import Clock
from broadcaster.web.errors import Refused
from broadcaster.web.organizer import Organizer
from broadcaster.web.requests import parse


class TokenRoutes:
    """Handlers of tokens.

    Args:
        tokens: their records.
        events: the event records.
        answers: knows the address of this server.
        organizer: decides who may.
        clock: the time.
    """

    def __init__(
        self,
        tokens: Tokens,
        events: Events,
        answers: EventAnswers,
        organizer: Organizer,
        clock: Clock,
    ) -> None:
        self._tokens = tokens
        self._events = events
        self._answers = answers
        self._organizer = organizer
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.get("/api/tokens", self.list_all),
            web.post("/api/tokens", self.create),
            web.delete("/api/tokens/{token}", self.revoke),
            web.get("/api/events/{event}/tokens", self.list_of_event),
            web.post("/api/events/{event}/tokens", self.create_for_event),
            web.delete("/api/events/{event}/tokens/{token}", self.revoke_of_event),
        ]

    async def list_all(self, request: web.Request) -> web.Response:
        """All tokens."""
        self._organizer.authorize(request)
        return self._listed(self._tokens.list())

    async def list_of_event(self, request: web.Request) -> web.Response:
        """The speaker's link of an event, and the tokens with a scope of it."""
        self._organizer.authorize(request)
        event_id = (await self._events.get(request.match_info["event"])).event.id
        return self._listed(self._tokens.list(event_id), [stage_link_body(event_id)])

    async def create(self, request: web.Request) -> web.Response:
        """Create a token."""
        by = self._organizer.authorize(request)
        body = await parse(request, NewToken)
        token, text = await self._tokens.create(
            body.name,
            body.role,
            tuple(Scope.parse(one) for one in dict.fromkeys(body.scopes)),
            by,
            expires_at_ms=self._expiry(body),
        )
        return self._created(request, token, text)

    async def create_for_event(self, request: web.Request) -> web.Response:
        """Create a token of an event or one of its channels, which ends with its creator's."""
        by = self._organizer.authorize(request)
        event = (await self._events.get(request.match_info["event"])).event
        body = await parse(request, NewEventToken)
        given = [body.channel] if body.channel is not None else body.channels
        chosen = [await _channel_of(event, one) for one in given]
        token, text = await self._tokens.create(
            body.name,
            body.role,
            tuple(Scope("event", event.id, one) for one in dict.fromkeys(chosen or [""])),
            by,
            expires_at_ms=self._tokens.bounded_expiry(self._expiry(body), by),
        )
        return self._created(request, token, text)

    async def revoke(self, request: web.Request) -> web.Response:
        """Void a token, and with `?made=true` those that its holder gave out."""
        by = self._organizer.authorize(request)
        with_made = _wants_made(request)
        token = await self._tokens.revoke(request.match_info["token"], by)
        if with_made:
            await self._tokens.revoke_made(token, by)
        return self._answer(token)

    async def revoke_of_event(self, request: web.Request) -> web.Response:
        """Void a token of an event, or replace its speaker's link by a new one.

        With `?made=true` the tokens of the event that its holder gave out are void too.
        """
        by = self._organizer.authorize(request)
        with_made = _wants_made(request)
        event_id = (await self._events.get(request.match_info["event"])).event.id
        token_id = request.match_info["token"]
        if token_id == STAGE_LINK:
            change = EventChange.model_validate({"new_stage_key": True})
            await self._events.change(event_id, change, actor=by.name)
            return web.json_response(stage_link_body(event_id), headers=NO_STORE)
        found = {token.id: token for token in self._tokens.list(event_id)}.get(token_id)
        if found is None:
            raise unknown_token()
        if not found.is_only_of(event_id):
            raise Refused(
                403,
                "not_allowed",
                "this token is for other events too",
                hint="Ask an admin to revoke it.",
            )
        token = await self._tokens.revoke(token_id, by)
        if with_made:
            await self._tokens.revoke_made(token, by, only_of=event_id)
        return self._answer(token)

    def _expiry(self, body: NewToken | NewEventToken) -> int | None:
        """Unix time at which a new token expires.

        Raises:
            Refused: 422 `bad_request`.
        """
        if body.expires_at is None:
            return None
        expires_at_ms = int(body.expires_at.timestamp() * 1000)
        if expires_at_ms <= self._clock.now_ms():
            raise Refused(
                422,
                "bad_request",
                "expires_at: it has passed",
                hint="Send a later time, or none for a token that does not expire.",
            )
        return expires_at_ms

    def _listed(
        self, tokens: list[Token], first: list[dict[str, Any]] | None = None
    ) -> web.Response:
        now_ms = self._clock.now_ms()
        made = self._tokens.counts_of_made()
        bodies = [token_body(token, now_ms, made[token.subject]) for token in tokens]
        return web.json_response([*(first or []), *bodies], headers=NO_STORE)

    def _answer(self, token: Token) -> web.Response:
        made = len(self._tokens.made_by(token))
        return web.json_response(token_body(token, self._clock.now_ms(), made), headers=NO_STORE)

    def _created(self, request: web.Request, token: Token, text: str) -> web.Response:
        link = link_of(token, text, self._answers.base(request))
        body = token_body(token, self._clock.now_ms()) | {
            "token": text,
            "link": link,
            "qr": data_url(link or text),
        }
        return web.json_response(body, status=201, headers=NO_STORE)


async def _channel_of(event: Event, given: str) -> str:
    """The channel of an event that a text names.

    Raises:
        UnknownLanguage, UnknownChannel: it names none.
    """
    channel = given if given == FLOOR else (await asyncio.to_thread(describe, given)).tag
    if channel not in event.channel_ids():
        raise UnknownChannel(event.channel_ids())
    return channel


def _wants_made(request: web.Request) -> bool:
    """Whether a revocation is also one of what the token's holder gave out.

    Raises:
        Refused: 422 `bad_request`.
    """
    given = request.query.get("made", "false")
    if given not in {"true", "false"}:
        raise Refused(
            422,
            "bad_request",
            "made must be true or false",
            hint="Send made=true to revoke what the token's holder gave out, too.",
        )
    return given == "true"
