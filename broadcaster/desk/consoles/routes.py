"""Gives a channel back to the AI, and writes to its interpreters."""

from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, StringConstraints

from broadcaster.desk.answers import NO_STORE
from broadcaster.desk.events import Events
from broadcaster.desk.journal.journal import Journal
from broadcaster.errors import UnknownChannel
from broadcaster.model.consoles.messages import LONGEST_MESSAGE, Addressee
from broadcaster.model.consoles.records import add_message, change_on_air
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus, Clock
from broadcaster.web.organizer import Organizer
from broadcaster.web.requests import parse


class TechnicianMessage(BaseModel):
    """Body of `POST /api/events/{event}/channels/{channel}/messages`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    text: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True,
            min_length=1,
            max_length=LONGEST_MESSAGE,
            pattern=r"^[^\x00-\x1f\x7f]+$",
        ),
    ]


class ConsoleDeskRoutes:
    """The handlers of what a technician does about a channel's interpreters.

    Args:
        bus: has the records.
        clock: the time.
        events: the event records.
        journal: is told who did what.
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
        """The routes."""
        channel = "/api/events/{event}/channels/{channel}"
        return [
            web.post(f"{channel}/release", self.release),
            web.post(f"{channel}/messages", self.write),
        ]

    async def release(self, request: web.Request) -> web.Response:
        """Give the channel back to the AI, whoever is on air."""
        actor = self._organizer.authorize(request).name
        event, channel = await self._channel(request)
        now_ms = self._clock.now_ms()
        before, after = await change_on_air(
            self._bus, event.id, channel, lambda turn: turn.released(now_ms)
        )
        if before != after:
            values = {"channel": channel, "before": before.name}
            await self._journal.note(event.id, "channel_released", actor, values)
        return web.Response(status=204, headers=NO_STORE)

    async def write(self, request: web.Request) -> web.Response:
        """Send a message to the interpreters of a channel."""
        actor = self._organizer.authorize(request).name
        event, channel = await self._channel(request)
        message = await parse(request, TechnicianMessage)
        await add_message(
            self._bus,
            event.id,
            channel,
            sender="",
            name=actor,
            to=Addressee.TECHNICIAN,
            text=message.text,
            at_ms=self._clock.now_ms(),
        )
        return web.Response(status=204, headers=NO_STORE)

    async def _channel(self, request: web.Request) -> tuple[Event, str]:
        event = (await self._events.get(request.match_info["event"])).event
        channel = request.match_info["channel"]
        languages = event.channel_ids()[1:]
        if channel not in languages:
            raise UnknownChannel(languages)
        return event, channel
