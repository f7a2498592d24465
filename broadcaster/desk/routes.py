"""The REST API of the desk, described by `openapi.yaml`."""

import asyncio
import codecs
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel, ValidationError

from broadcaster.desk.board import Board
from broadcaster.desk.bodies import EventChange, NewEvent
from broadcaster.desk.events import Events, Stored
from broadcaster.desk.qr import WifiNetwork, picture
from broadcaster.desk.warnings import STAGE_KEY_UNREADABLE, warnings_about
from broadcaster.model.event import EventState
from broadcaster.model.language import Language, languages
from broadcaster.model.status import EventStatus
from broadcaster.web.application import LARGEST_BODY_BYTES
from broadcaster.web.clients import client_of
from broadcaster.web.errors import Refused
from broadcaster.web.organizer import COOKIE, Organizer, wrong_token
from broadcaster.web.signaling import BODY_TIMEOUT_S

_COOKIE_AGE_S = 30 * 24 * 3600
_NO_STORE = {"Cache-Control": "no-store"}
Body = TypeVar("Body", bound=BaseModel)

_ETAG = re.compile(r'(?:W/)?"?([0-9]{1,18})"?')
_OPENAPI = Path(__file__).with_name("openapi.yaml").read_text(encoding="utf-8")


class DeskRoutes:
    """Handlers of the desk.

    Args:
        events: the event records.
        board: the status of what runs.
        organizer: every call must be the organizer's.
        public_url: base of the links; None uses the address of the organizer's request.
        languages: tags of the languages that the interpreter is documented to speak.
        extra_languages: tags of further languages that the continuous interpreter is used for.
    """

    def __init__(
        self,
        events: Events,
        board: Board,
        organizer: Organizer,
        public_url: str | None,
        languages: tuple[str, ...],
        *,
        extra_languages: frozenset[str] = frozenset(),
    ) -> None:
        self._events = events
        self._board = board
        self._organizer = organizer
        self._public_url = public_url
        self._languages = languages
        self._continuous = extra_languages.union(languages)

    def routes(self) -> list[web.RouteDef]:
        """The routes of the API."""
        return [
            web.get("/api/openapi.yaml", self.openapi),
            web.get("/api/languages", self.languages),
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
            Refused: 401 `wrong_admin_token`.
        """
        token = request.query.get("token")
        if token is None:
            return None
        if not self._organizer.owns(token):
            raise wrong_token()
        answer = web.Response(status=303, headers={"Location": "/desk", **_NO_STORE})
        answer.set_cookie(
            COOKIE,
            self._organizer.cookie(),
            max_age=_COOKIE_AGE_S,
            httponly=True,
            samesite="Strict",
            secure=client_of(request).secure,
        )
        return answer

    async def openapi(self, _request: web.Request) -> web.Response:
        """The description of this API."""
        return web.Response(text=_OPENAPI, content_type="application/yaml")

    async def languages(self, request: web.Request) -> web.Response:
        """List the languages to choose from."""
        self._authorize(request)
        known = await languages(self._languages)
        return web.json_response([_language(language) for language in known])

    async def list(self, request: web.Request) -> web.Response:
        """List all events."""
        self._authorize(request)
        events = await self._events.list()
        bodies = [await self._body(stored, request) for stored in events]
        return web.json_response(bodies, headers=_NO_STORE)

    async def create(self, request: web.Request) -> web.Response:
        """Create an event."""
        self._authorize(request)
        stored = await self._events.create(await _parse(request, NewEvent))
        return await self._answer(
            stored, request, status=201, headers={"Location": f"/api/events/{stored.event.id}"}
        )

    async def read(self, request: web.Request) -> web.Response:
        """Read an event."""
        self._authorize(request)
        return await self._answer(await self._events.get(request.match_info["event"]), request)

    async def change(self, request: web.Request) -> web.Response:
        """Change the title, state, languages or options of an event."""
        self._authorize(request)
        change = await _parse(request, EventChange)
        stored = await self._events.change(
            request.match_info["event"], change, _version(request.headers.get("If-Match"))
        )
        return await self._answer(stored, request)

    async def status(self, request: web.Request) -> web.Response:
        """Read the status of an event."""
        self._authorize(request)
        stored = await self._events.get(request.match_info["event"])
        spent_usd = await self._events.spent_usd(stored.event.id)
        snapshot = self._board.snapshot(stored.event, spent_usd)
        return web.json_response(snapshot, headers=_NO_STORE)

    async def store(self, request: web.Request) -> web.Response:
        """Read whether events and captions are stored."""
        self._authorize(request)
        return web.json_response(self._board.store(), headers=_NO_STORE)

    async def open_events(self) -> Sequence[EventStatus]:
        """The status of all open events, for `GET /metrics`.

        Raises:
            BusUnavailable: the records cannot be read.
        """
        return [
            self._board.event_status(stored.event, await self._events.spent_usd(stored.event.id))
            for stored in await self._events.list()
            if stored.event.state not in {EventState.DRAFT, EventState.CLOSED}
        ]

    async def qr(self, request: web.Request) -> web.Response:
        """Draw one of the links of an event as a QR code."""
        self._authorize(request)
        stored = await self._events.get(request.match_info["event"])
        link = self._links(stored, request)[request.match_info["link"]]
        return picture(link, request.match_info["form"])

    async def wifi_qr(self, request: web.Request) -> web.Response:
        """Draw a Wi-Fi network, which is not stored, as a QR code."""
        self._authorize(request)
        return picture((await _parse(request, WifiNetwork)).text(), "svg")

    def _authorize(self, request: web.Request) -> None:
        self._organizer.authorize(request)

    def _links(self, stored: Stored, request: web.Request) -> dict[str, str]:
        base = (self._public_url or f"{client_of(request).scheme}://{request.host}").rstrip("/")
        event = stored.event
        return {
            "attendee": f"{base}/e/{event.id}",
            "stage": f"{base}/stage/{event.id}#key={stored.stage_key or ''}",
        }

    async def _body(self, stored: Stored, request: web.Request) -> dict[str, Any]:
        event = stored.event
        interpreted = await languages(channel.language for channel in event.channels)
        warnings = await asyncio.to_thread(warnings_about, event, self._continuous)
        if stored.stage_key is None:
            warnings.append(STAGE_KEY_UNREADABLE)
        return {
            "id": event.id,
            "title": event.title,
            "state": event.state,
            "languages": [
                _language(language) | {"interpreter": channel.interpreter, "always": channel.always}
                for language, channel in zip(interpreted, event.channels, strict=True)
            ],
            "source_language": event.source_language,
            "source_captions": event.source_captions,
            "glossary": [asdict(term) for term in event.glossary],
            "do_not_translate": event.do_not_translate,
            "spend_cap_usd": event.spend_cap_usd,
            "stereo_input": event.stereo_input,
            "downloads": event.downloads,
            "code": event.code,
            "passcode": event.passcode.text if event.passcode else None,
            "starts_at": event.starts_at(),
            "notice": event.notice,
            "ai_notice": event.ai_notice,
            "links": self._links(stored, request),
            "stage_key": stored.stage_key or "",
            "warnings": [asdict(warning) for warning in warnings],
        }

    async def _answer(
        self,
        stored: Stored,
        request: web.Request,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> web.Response:
        return web.json_response(
            await self._body(stored, request),
            status=status,
            headers={"ETag": f'"{stored.version}"', **_NO_STORE, **(headers or {})},
        )


def _language(language: Language) -> dict[str, Any]:
    return {
        "tag": language.tag,
        "name": language.name,
        "english_name": language.english_name,
    }


def _version(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    tag = _ETAG.fullmatch(if_match.strip())
    return int(tag[1]) if tag else -1


async def _parse(request: web.Request, model: type[Body]) -> Body:
    if request.content_type != "application/json":
        raise Refused(
            415,
            "wrong_content_type",
            "the body must be JSON",
            hint="Send Content-Type: application/json.",
        )
    if (request.content_length or 0) > LARGEST_BODY_BYTES:
        raise web.HTTPRequestEntityTooLarge(LARGEST_BODY_BYTES, request.content_length or 0)
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            body = await request.read()
    except TimeoutError:
        raise Refused(
            408, "body_too_slow", "the body did not arrive in time", hint="Try again."
        ) from None
    try:
        return model.model_validate_json(body.removeprefix(codecs.BOM_UTF8))
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "body"
        raise Refused(
            422,
            "bad_request",
            f"{field}: {first['msg'].removeprefix('Value error, ')}",
            hint="See /api/openapi.yaml.",
        ) from None
