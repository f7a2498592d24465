"""The conferences' part of the REST API."""

from typing import Any

from aiohttp import web

from broadcaster.desk.answers import (
    NO_STORE,
    EventAnswers,
    conference_body,
    conference_link,
    versioned,
)
from broadcaster.desk.conferences.conference_bodies import ConferenceChange, NewConference
from broadcaster.desk.conferences.records import Conferences, StoredConference
from broadcaster.desk.qr import picture
from broadcaster.web.organizer import Organizer
from broadcaster.web.requests import choice, parse, wanted_version


class ConferenceRoutes:
    """The handlers.

    Args:
        conferences: their records.
        answers: knows the beginning of links.
        organizer: every call must be the organizer's.
    """

    def __init__(
        self, conferences: Conferences, answers: EventAnswers, organizer: Organizer
    ) -> None:
        self._conferences = conferences
        self._answers = answers
        self._organizer = organizer

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        one = "/api/conferences/{conference}"
        return [
            web.get("/api/conferences", self.list),
            web.post("/api/conferences", self.create),
            web.get(one, self.read),
            web.patch(one, self.change),
            web.delete(one, self.delete),
            web.get(f"{one}/qr/attendee.{{form:svg|png}}", self.qr),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """List all conferences."""
        self._organizer.authorize(request)
        found = [self._body(stored, request) for stored in await self._conferences.list()]
        return web.json_response(found, headers=NO_STORE)

    async def create(self, request: web.Request) -> web.Response:
        """Create a conference."""
        self._organizer.authorize(request)
        stored = await self._conferences.create(await parse(request, NewConference))
        location = f"/api/conferences/{stored.conference.id}"
        return self._answer(stored, request, status=201, headers={"Location": location})

    async def read(self, request: web.Request) -> web.Response:
        """Read a conference."""
        self._organizer.authorize(request)
        stored = await self._conferences.get(request.match_info["conference"])
        return self._answer(stored, request)

    async def change(self, request: web.Request) -> web.Response:
        """Change a conference; rooms that are not named any more keep their events."""
        self._organizer.authorize(request)
        change = await parse(request, ConferenceChange)
        stored = await self._conferences.change(
            request.match_info["conference"], change, wanted_version(request)
        )
        return self._answer(stored, request)

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a conference, with `?events=delete` with all its events.

        Raises:
            Refused: 422 `bad_request`.
        """
        self._organizer.authorize(request)
        with_events = choice(request, "events", "delete")
        await self._conferences.delete(
            request.match_info["conference"],
            wanted_version(request),
            with_events=with_events,
            actor=self._organizer.name_of(request),
        )
        return web.Response(status=204, headers=NO_STORE)

    async def qr(self, request: web.Request) -> web.Response:
        """Draw the address of its programme as a QR code."""
        self._organizer.authorize(request)
        stored = await self._conferences.get(request.match_info["conference"])
        return picture(self._link(stored, request), request.match_info["form"])

    def _link(self, stored: StoredConference, request: web.Request) -> str:
        return conference_link(stored.conference.id, self._answers.base(request))

    def _body(self, stored: StoredConference, request: web.Request) -> dict[str, Any]:
        body = conference_body(stored.conference, stored.version)
        return {**body, "links": {"attendee": self._link(stored, request)}}

    def _answer(
        self,
        stored: StoredConference,
        request: web.Request,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> web.Response:
        return versioned(self._body(stored, request), stored.version, status, headers)
