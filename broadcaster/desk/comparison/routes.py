"""`/api/events/{event}/comparison`: two services interpret the same talk, for the desk alone."""

import asyncio
import json
from contextlib import suppress
from typing import Any, NoReturn

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from broadcaster.desk.answers import NO_STORE, EventAnswers
from broadcaster.desk.board import Board
from broadcaster.desk.bodies import ProviderId
from broadcaster.desk.check.trials import claimed
from broadcaster.desk.comparison.comparison import COMPARISON_TIMEOUT_S, Comparison
from broadcaster.desk.comparison.side import Side
from broadcaster.desk.comparison.talk_part import talk_part
from broadcaster.desk.events import Events
from broadcaster.desk.journal.entries import Values
from broadcaster.desk.journal.journal import Journal
from broadcaster.desk.rehearsal.alive import kept_alive
from broadcaster.desk.warnings import InterpreterFacts
from broadcaster.errors import UnknownChannel
from broadcaster.model.event import Channel, Event
from broadcaster.model.language import base_language
from broadcaster.model.ports import Bus, Clock
from broadcaster.web.errors import Refused
from broadcaster.web.organizer import Organizer
from broadcaster.web.requests import parse

_LINES = {"Content-Type": "application/x-ndjson", "X-Accel-Buffering": "no", **NO_STORE}


class ComparisonWish(BaseModel):
    """Body of `POST /api/events/{event}/comparison`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    channel: str = Field(max_length=35)
    services: tuple[ProviderId, ProviderId]


class ComparisonRoutes:
    """The handlers of comparisons.

    Args:
        bus: has the hidden events.
        clock: time.
        board: has their status.
        events: the event records.
        answers: knows the beginning of the links.
        facts: the services of the settings.
        journal: says that there was a comparison, not what was said.
        organizer: decides who may.
    """

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        board: Board,
        events: Events,
        answers: EventAnswers,
        facts: InterpreterFacts,
        journal: Journal,
        organizer: Organizer,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._board = board
        self._events = events
        self._answers = answers
        self._facts = facts
        self._journal = journal
        self._organizer = organizer

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        path = "/api/events/{event}/comparison"
        return [web.get(path, self.offered), web.post(path, self.start)]

    async def offered(self, request: web.Request) -> web.Response:
        """The services to choose from, what they cost, and how much they get to hear."""
        self._organizer.authorize(request)
        await self._events.get(request.match_info["event"])
        part = await asyncio.to_thread(talk_part)
        services = [
            {"id": name, "usd_per_hour": self._facts.usd_per_hour.get(name, 0.0)}
            for name in self._facts.providers
        ]
        body = {"services": services, "language": part.language, "seconds": part.seconds}
        return web.json_response(body, headers=NO_STORE)

    async def start(self, request: web.Request) -> web.StreamResponse:
        """Compare, and answer with a line that says where to listen, and one with the outcome."""
        actor = self._organizer.authorize(request).name
        event = (await self._events.get(request.match_info["event"])).event
        event.refuse_if_over()
        wish = await parse(request, ComparisonWish)
        part = await asyncio.to_thread(talk_part)
        channel = self._channel(event, wish, part.language)
        spent_usd = sum((await self._events.spent_usd(event.id)).values())
        async with claimed(self._bus, self._clock, event.id, COMPARISON_TIMEOUT_S):
            cap_usd = event.spend_cap_usd
            left_usd = None if cap_usd is None else max(0.0, cap_usd - spent_usd) / 2
            now_ms = self._clock.now_ms()
            first, second = (
                Side.of(service, event, channel, now_ms, left_usd) for service in wish.services
            )
            comparison = Comparison(
                self._bus,
                self._clock,
                self._board,
                self._answers.base(request),
                event.id,
                (first, second),
                part,
            )
            values: Values = {"channel": channel.language, "light": ""}
            await self._journal.note(event.id, "interpretation_tried", actor, values)
            response = web.StreamResponse(headers=_LINES)
            await response.prepare(request)
            async with comparison.hidden():
                sides = [{"service": one.service, "event": one.event.id} for one in (first, second)]
                await response.write(_line({"sides": sides}))
                outcome = await kept_alive(response, comparison.run())
            with suppress(ConnectionResetError):
                await response.write(_line(outcome))
                await response.write_eof()
            return response

    def _channel(self, event: Event, wish: ComparisonWish, spoken: str) -> Channel:
        """The channel that is wished for.

        Raises:
            Refused: 422 `bad_comparison`.
            UnknownChannel: the event has no such language.
        """
        channels = {one.language: one for one in event.channels}
        if wish.channel not in channels:
            raise UnknownChannel(tuple(channels))
        if base_language(wish.channel) == spoken:
            _refuse("the prepared talk is in this language", "Choose another language.")
        known = self._facts.providers
        if len({*wish.services} & {*known}) != len(wish.services):
            _refuse(
                "two different services of this server can be compared",
                f"Choose two of {', '.join(known)}, or add one to BROADCASTER_FALLBACK_PROVIDERS.",
            )
        return channels[wish.channel]


def _refuse(message: str, hint: str) -> NoReturn:
    raise Refused(422, "bad_comparison", message, hint=hint)


def _line(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode() + b"\n"
