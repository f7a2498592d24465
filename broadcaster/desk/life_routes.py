"""The steps of an event's life as addresses, such as `POST /api/events/{event}/live`."""

from aiohttp import web

from broadcaster.desk.answers import NO_STORE, EventAnswers
from broadcaster.desk.bodies import Duplicate, Pause
from broadcaster.desk.events import Events
from broadcaster.model.event import EventAction
from broadcaster.web.organizer import Organizer
from broadcaster.web.requests import parse_optional, wanted_version


class LifeRoutes:
    """Handlers of what an organizer does to an event.

    Args:
        events: the event records.
        answers: shows events.
        organizer: every call must be the organizer's.
    """

    def __init__(self, events: Events, answers: EventAnswers, organizer: Organizer) -> None:
        self._events = events
        self._answers = answers
        self._organizer = organizer

    def routes(self) -> list[web.RouteDef]:
        """One address for each action, and those that copy, delete and restart."""
        steps = [action for action in EventAction if action is not EventAction.DELETE]
        return [
            *(web.post(f"/api/events/{{event}}/{action}", self.act) for action in steps),
            web.post("/api/events/{event}/duplicate", self.duplicate),
            web.post("/api/events/{event}/channels/{channel}/restart", self.restart),
            web.delete("/api/events/{event}", self.delete),
        ]

    async def act(self, request: web.Request) -> web.Response:
        """Take the step that the last part of the address names."""
        self._organizer.authorize(request)
        action = EventAction(request.path.rpartition("/")[2])
        notice = None
        if action is EventAction.PAUSE:
            given = (await parse_optional(request, Pause)).notice
            notice = await given.notice() if given is not None else None
        stored = await self._events.act(
            request.match_info["event"],
            action,
            wanted_version(request),
            notice,
            actor=self._organizer.name_of(request),
        )
        return await self._answers.answer(stored, request)

    async def duplicate(self, request: web.Request) -> web.Response:
        """Make a draft of an event's languages and options."""
        identity = self._organizer.authorize(request)
        wanted = await parse_optional(request, Duplicate)
        stored = await self._events.duplicate(request.match_info["event"], wanted, identity)
        return await self._answers.answer(
            stored, request, status=201, headers={"Location": f"/api/events/{stored.event.id}"}
        )

    async def restart(self, request: web.Request) -> web.Response:
        """Let a new booth take over a channel."""
        self._organizer.authorize(request)
        stored = await self._events.restart_booth(
            request.match_info["event"],
            request.match_info["channel"],
            wanted_version(request),
            actor=self._organizer.name_of(request),
        )
        return await self._answers.answer(stored, request)

    async def delete(self, request: web.Request) -> web.Response:
        """Delete an event and everything that was stored about it."""
        actor = self._organizer.authorize(request).name
        await self._events.delete(request.match_info["event"], wanted_version(request), actor)
        return web.Response(status=204, headers=NO_STORE)
