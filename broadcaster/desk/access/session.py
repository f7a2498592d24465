"""Signing a browser in and out, and whose token a request shows: `/api/session`."""

from aiohttp import web

from broadcaster.desk.access.answers import identity_body
from broadcaster.desk.access.bodies import SignIn
from broadcaster.desk.access.browser_sessions import BrowserSessions
from broadcaster.desk.answers import NO_STORE
from broadcaster.desk.journal.journal import Journal
from broadcaster.web.access.change_limit import ChangeLimit
from broadcaster.web.access.credentials import COOKIE, remove_cookie, set_cookie
from broadcaster.web.access.origin import refuse_foreign_page
from broadcaster.web.organizer import Organizer, wrong_token
from broadcaster.web.requests import parse


class SessionRoutes:
    """Handlers of the desk's sign-in.

    Args:
        organizer: knows the tokens.
        journal: is told of sign-ins.
        changes: limits sign-ins, which are written into the log.
        sessions: those of browsers, which end when somebody signs out.
    """

    def __init__(
        self,
        organizer: Organizer,
        journal: Journal,
        changes: ChangeLimit,
        sessions: BrowserSessions,
    ) -> None:
        self._sessions = sessions
        self._changes = changes
        self._journal = journal
        self._organizer = organizer

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.get("/api/session", self.read),
            web.post("/api/session", self.sign_in),
            web.delete("/api/session", self.sign_out),
        ]

    async def read(self, request: web.Request) -> web.Response:
        """Tell whose token the request shows."""
        return web.json_response(
            identity_body(self._organizer.authorize(request)), headers=NO_STORE
        )

    async def sign_in(self, request: web.Request) -> web.Response:
        """Exchange a token for the desk's cookie."""
        refuse_foreign_page(request)
        found = self._organizer.sign_in((await parse(request, SignIn)).token)
        if found is None:
            raise wrong_token()
        identity, cookie = found
        self._changes.count(identity)
        await self._journal.note(None, "signed_in", identity.name, {"role": identity.role})
        answer = web.json_response(identity_body(identity), headers=NO_STORE)
        set_cookie(answer, cookie, request)
        return answer

    async def sign_out(self, request: web.Request) -> web.Response:
        """Have the browser forget its cookie. A token that was made for it alone is void then."""
        refuse_foreign_page(request)
        await self._sessions.close_session(request.cookies.get(COOKIE, ""))
        answer = web.Response(status=204, headers=NO_STORE)
        remove_cookie(answer, request)
        return answer
