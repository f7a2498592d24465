"""`POST /api/events/{event}/trial`: hear one language's interpretation before the audience does."""

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from broadcaster.desk.answers import NO_STORE
from broadcaster.desk.check.trials import try_interpretation
from broadcaster.desk.events import Events
from broadcaster.desk.journal.entries import Values
from broadcaster.desk.journal.journal import Journal
from broadcaster.errors import UnknownChannel
from broadcaster.model.ports import Bus, Clock
from broadcaster.web.organizer import Organizer
from broadcaster.web.requests import parse


class Trial(BaseModel):
    """Body of `POST /api/events/{event}/trial`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    channel: str = Field(max_length=35)


class TrialRoutes:
    """The handler of trials.

    Args:
        bus: reaches the processes that run booths.
        clock: time.
        events: the event records.
        journal: says that there was a trial, not what was said.
        organizer: decides who may.
    """

    def __init__(
        self, bus: Bus, clock: Clock, events: Events, journal: Journal, organizer: Organizer
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._events = events
        self._journal = journal
        self._organizer = organizer

    def routes(self) -> list[web.RouteDef]:
        """The route."""
        return [web.post("/api/events/{event}/trial", self.start)]

    async def start(self, request: web.Request) -> web.Response:
        """Interpret the floor's last seconds, and answer with sound, text and a verdict."""
        actor = self._organizer.authorize(request).name
        event = (await self._events.get(request.match_info["event"])).event
        event.refuse_if_over()
        channel = (await parse(request, Trial)).channel
        languages = tuple(one.language for one in event.channels)
        if channel not in languages:
            raise UnknownChannel(languages)
        answer = await try_interpretation(self._bus, self._clock, event.id, channel)
        light = answer.result.light if answer.result is not None else ""
        values: Values = {"channel": channel, "light": light}
        await self._journal.note(event.id, "interpretation_tried", actor, values)
        return web.json_response(answer.body(), headers=NO_STORE)
