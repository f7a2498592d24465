"""HTTP of the way into an event: short codes and passcodes."""

from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from broadcaster.edge.rooms.passcodes import is_right_passcode, set_token_cookie
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.web.client_limits import limits_of
from broadcaster.web.clients import client_of
from broadcaster.web.errors import Refused
from broadcaster.web.signaling import check_content_type, read_text

LONGEST_TYPED = 60
_NO_STORE = {"Cache-Control": "no-store"}


class PasscodeBody(BaseModel):
    """Body of `POST /e/{event}/pass`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    passcode: str = Field(max_length=64)


class JoinRoutes:
    """The handlers of one edge process.

    Args:
        rooms: where events are.
        page: answers with the page that has the code field.
    """

    def __init__(self, rooms: Rooms, page: Handler) -> None:
        self._rooms = rooms
        self._page = page

    def routes(self) -> list[web.RouteDef]:
        """The routes of `/`, `/{code}` and `/e/{event}/pass`; other one-part addresses go first."""
        return [
            web.get("/", self.join),
            web.get("/{code:[0-9A-Za-z _-]{1,60}}", self.short_link),
            web.post("/e/{event}/pass", self.enter),
        ]

    async def join(self, request: web.Request) -> web.StreamResponse:
        """The page with the code field, which sends the code as `?code=`."""
        typed = request.query.get("code", "").strip()
        return await self._lead(request, typed) if typed else await self._page(request)

    async def short_link(self, request: web.Request) -> web.StreamResponse:
        """Lead from `/{code}` to the event or the conference."""
        return await self._lead(request, request.match_info["code"])

    async def enter(self, request: web.Request) -> web.Response:
        """Exchange the passcode for the token.

        Raises:
            Refused: 403 `wrong_passcode`, 429 `too_many_wrong_passcodes`, 422 `bad_request`; and
                what `Rooms.open` raises.
        """
        event = (await self._rooms.open(request.match_info["event"])).event
        check_content_type(request, "application/json", "Accept")
        try:
            given = PasscodeBody.model_validate_json(await read_text(request)).passcode
        except ValidationError:
            raise Refused(
                422,
                "bad_request",
                "the body is not a passcode",
                hint='Send {"passcode": "…"}.',
            ) from None
        if event.passcode is None:
            return web.json_response({"token": ""}, headers=_NO_STORE)
        if not is_right_passcode(event, given, request):
            raise Refused(
                403,
                "wrong_passcode",
                "this passcode is not right",
                hint="Check it, or ask the organizer.",
            )
        token = event.passcode.token()
        answer = web.json_response({"token": token}, headers=_NO_STORE)
        set_token_cookie(event, token, request, answer)
        return answer

    async def _lead(self, request: web.Request, typed: str) -> web.StreamResponse:
        """Redirect to what was meant, or answer with the page, which keeps what was typed.

        Raises:
            Refused: 429 `too_many_wrong_codes`.
        """
        limits, client = limits_of(request), client_of(request)
        limits.refuse_code(client)
        path = await self._rooms.find_by_code(typed[:LONGEST_TYPED])
        if path is None:
            limits.count_wrong_code(client)
        if path is not None:
            query = {name: value for name, value in request.query.items() if name != "code"}
            location = str(request.rel_url.with_path(path).with_query(query))
            return web.Response(status=303, headers={"Location": location, **_NO_STORE})
        if "text/html" not in request.headers.get("Accept", ""):
            raise web.HTTPNotFound  # a program gets JSON
        answer = await self._page(request)
        if answer.status == HTTPStatus.OK:
            answer.set_status(HTTPStatus.NOT_FOUND)
        return answer
