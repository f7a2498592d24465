"""The REST API of the desk, described by `openapi.yaml`."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from broadcaster.access.actions import Action
from broadcaster.desk.answers import NO_STORE, EventAnswers, language_body, without_stage_key
from broadcaster.desk.board import Board
from broadcaster.desk.bodies import EventChange, NewEvent
from broadcaster.desk.events import Events
from broadcaster.desk.qr import WifiNetwork, picture
from broadcaster.desk.warnings import InterpreterFacts
from broadcaster.model.event import EventState
from broadcaster.model.language import languages
from broadcaster.model.status import EventStatus
from broadcaster.web.access.credentials import set_cookie
from broadcaster.web.errors import Refused
from broadcaster.web.organizer import Organizer, not_allowed, wrong_token
from broadcaster.web.requests import parse, wanted_version

_OPENAPI = Path(__file__).with_name("openapi.yaml").read_text(encoding="utf-8")


class DeskRoutes:
    """Handlers of the desk.

    Args:
        events: the event records.
        board: the status of what runs.
        organizer: every call must be the organizer's.
        answers: shows events.
        facts: the provider that interprets.
    """

    def __init__(
        self,
        events: Events,
        board: Board,
        organizer: Organizer,
        answers: EventAnswers,
        facts: InterpreterFacts,
    ) -> None:
        self._events = events
        self._board = board
        self._organizer = organizer
        self._answers = answers
        self._facts = facts

    def routes(self) -> list[web.RouteDef]:
        """The routes of the API."""
        return [
            web.get("/api/openapi.yaml", self.openapi),
            web.get("/api/languages", self.languages),
            web.get("/api/interpreter", self.interpreter),
            web.get("/api/store", self.store),
            web.get("/api/events", self.list),
            web.post("/api/events", self.create),
            web.get("/api/events/{event}", self.read),
            web.patch("/api/events/{event}", self.change),
            web.get("/api/events/{event}/status", self.status),
            web.get("/api/events/{event}/qr/{link:attendee|stage}.{form:svg|png}", self.qr),
            web.post("/api/wifi-qr", self.wifi_qr),
        ]

    def with_sign_in(self, page: Handler) -> Handler:
        """A handler that signs the organizer in by the link, and otherwise answers with `page`."""

        async def desk(request: web.Request) -> web.StreamResponse:
            try:
                return self.sign_in(request) or await page(request)
            except Refused as refused:
                if "application/json" in request.headers.get("Accept", ""):
                    raise
                # An old link leads to the page where the token can be entered.
                answer = await page(request)
                answer.set_status(refused.status)
                answer.headers.update(refused.headers)
                return answer

        return desk

    def sign_in(self, request: web.Request) -> web.Response | None:
        """Answer `/desk?token=…` with a cookie and a redirect to `/desk`.

        Returns:
            The redirect, None if the request has no token.

        Raises:
            Refused: 401 `wrong_admin_token`, `token_revoked` or `token_expired`.
        """
        token = request.query.get("token")
        if token is None:
            return None
        found = self._organizer.sign_in(token)
        if found is None:
            raise wrong_token()
        answer = web.Response(status=303, headers={"Location": "/desk", **NO_STORE})
        set_cookie(answer, found[1], request)
        return answer

    async def openapi(self, _request: web.Request) -> web.Response:
        """The description of this API."""
        return web.Response(text=_OPENAPI, content_type="application/yaml")

    async def languages(self, request: web.Request) -> web.Response:
        """List the languages to choose from."""
        self._authorize(request)
        bodies = []
        for language in await languages(self._facts.offered()):
            expected = self._facts.expected(language.tag)
            shown = asdict(expected) if expected is not None else None
            bodies.append(language_body(language) | {"expected": shown})
        return web.json_response(bodies)

    async def interpreter(self, request: web.Request) -> web.Response:
        """Tell how the provider interprets."""
        self._authorize(request)
        return web.json_response(self._answers.interpreter())

    async def list(self, request: web.Request) -> web.Response:
        """List all events."""
        self._authorize(request)
        events = await self._events.list()
        base = self._answers.base(request)
        with_key = self._organizer.may(request, Action.READ_STAGE_KEY)
        bodies = [
            await self._answers.body(stored, base)
            for stored in events
            if self._organizer.may_see(request, stored.event)
        ]
        if not with_key:
            bodies = [without_stage_key(body) for body in bodies]
        return web.json_response(bodies, headers=NO_STORE)

    async def create(self, request: web.Request) -> web.Response:
        """Create an event."""
        identity = self._organizer.authorize(request)
        new = await parse(request, NewEvent)
        if new.conference and not identity.covers_conference(new.conference):
            raise not_allowed(identity)
        stored = await self._events.create(new, actor=identity.name, owner=identity.owner)
        return await self._answers.answer(
            stored, request, status=201, headers={"Location": f"/api/events/{stored.event.id}"}
        )

    async def read(self, request: web.Request) -> web.Response:
        """Read an event."""
        self._authorize(request)
        stored = await self._events.get(request.match_info["event"])
        with_key = self._organizer.may(request, Action.READ_STAGE_KEY)
        return await self._answers.answer(stored, request, with_stage_key=with_key)

    async def change(self, request: web.Request) -> web.Response:
        """Change the title, state, languages or options of an event."""
        identity = self._organizer.authorize(request)
        change = await parse(request, EventChange)
        if change.conference and not identity.covers_conference(change.conference):
            before = (await self._events.get(request.match_info["event"])).event
            if before.conference != change.conference:
                raise not_allowed(identity)
        stored = await self._events.change(
            request.match_info["event"],
            change,
            wanted_version(request),
            actor=self._organizer.name_of(request),
        )
        return await self._answers.answer(stored, request)

    async def status(self, request: web.Request) -> web.Response:
        """Read the status of an event."""
        self._authorize(request)
        stored = await self._events.get(request.match_info["event"])
        spent_usd = await self._events.spent_usd(stored.event.id)
        snapshot = self._board.snapshot(stored.event, spent_usd)
        return web.json_response(snapshot, headers=NO_STORE)

    async def store(self, request: web.Request) -> web.Response:
        """Read whether events and captions are stored."""
        self._authorize(request)
        return web.json_response(self._board.store(), headers=NO_STORE)

    async def open_events(self) -> Sequence[EventStatus]:
        """The status of all open events, for `GET /metrics`.

        Raises:
            BusUnavailable: the records cannot be read.
        """
        return [
            self._board.event_status(stored.event, await self._events.spent_usd(stored.event.id))
            for stored in await self._events.list()
            if stored.event.state is not EventState.DRAFT and not stored.event.is_over
        ]

    async def qr(self, request: web.Request) -> web.Response:
        """Draw one of the links of an event as a QR code."""
        identity = self._organizer.authorize(request)
        is_stage = request.match_info["link"] == "stage"
        if is_stage and not identity.may(Action.READ_STAGE_KEY):
            raise not_allowed(identity)
        stored = await self._events.get(request.match_info["event"])
        link = self._answers.links(stored, self._answers.base(request))[request.match_info["link"]]
        return picture(link, request.match_info["form"])

    async def wifi_qr(self, request: web.Request) -> web.Response:
        """Draw a Wi-Fi network, which is not stored, as a QR code."""
        self._authorize(request)
        return picture((await parse(request, WifiNetwork)).text(), "svg")

    def _authorize(self, request: web.Request) -> None:
        self._organizer.authorize(request)
