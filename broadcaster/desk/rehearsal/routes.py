"""`POST /api/events/{event}/rehearsal`: broadcasts a hidden copy of the event for half a minute."""

import asyncio
import json
from contextlib import suppress

from aiohttp import web

from broadcaster.desk.answers import NO_STORE, EventAnswers
from broadcaster.desk.check.trials import claimed
from broadcaster.desk.events import Events
from broadcaster.desk.journal.entries import Values
from broadcaster.desk.journal.journal import Journal
from broadcaster.desk.rehearsal.alive import kept_alive
from broadcaster.desk.rehearsal.conductor import REHEARSAL_TIMEOUT_S, Conductor
from broadcaster.model.ports import Bus, Clock
from broadcaster.rehearsal import talk
from broadcaster.web.organizer import Organizer


class RehearsalRoutes:
    """The handler of rehearsals.

    Args:
        bus: has the hidden event.
        clock: time.
        events: the event records.
        answers: knows the beginning of the links.
        journal: says that there was a rehearsal.
        organizer: decides who may.
    """

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        events: Events,
        answers: EventAnswers,
        journal: Journal,
        organizer: Organizer,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._events = events
        self._answers = answers
        self._journal = journal
        self._organizer = organizer

    def routes(self) -> list[web.RouteDef]:
        """The route."""
        return [web.post("/api/events/{event}/rehearsal", self.start)]

    async def start(self, request: web.Request) -> web.StreamResponse:
        """Rehearse, and answer with sound, text and a verdict for each channel."""
        actor = self._organizer.authorize(request).name
        event = (await self._events.get(request.match_info["event"])).event
        event.refuse_if_over()
        base = self._answers.base(request)
        spoken = (await asyncio.to_thread(talk.load)).languages()
        async with claimed(self._bus, self._clock, event.id, REHEARSAL_TIMEOUT_S):
            headers = {"Content-Type": "application/json", **NO_STORE}
            response = web.StreamResponse(headers=headers)
            await response.prepare(request)
            found = await kept_alive(
                response, Conductor(self._bus, self._clock, base, event, spoken).run()
            )
            lights = [one.result.light for one in found if one.result is not None]
            values: Values = {"lights": tuple(lights)}
            await self._journal.note(event.id, "event_rehearsed", actor, values)
            body = {"channels": [one.body() for one in found]}
            with suppress(ConnectionResetError):
                await response.write(json.dumps(body).encode())
                await response.write_eof()
            return response
