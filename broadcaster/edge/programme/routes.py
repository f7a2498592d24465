"""HTTP of a conference's programme: its page, and what is on now and next."""

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler

from broadcaster.edge.programme.programmes import Programmes
from broadcaster.web.assets import assets
from broadcaster.web.errors import Refused

LOAD_TIMEOUT_S = 5.0
KEPT = "public, max-age=5"
"""A page asks every half a minute; a proxy may answer many at once."""
_SERVICE_WORKER = "offline/service-worker.js"


class ProgrammeRoutes:
    """The handlers of one edge process.

    Args:
        programmes: the conferences.
        page: answers with the page that shows one.
    """

    def __init__(self, programmes: Programmes, page: Handler) -> None:
        self._programmes = programmes
        self._page = page

    def routes(self) -> list[web.RouteDef]:
        """The routes; that of the service worker comes before `/c/{conference}`."""
        return [
            web.get("/c/service-worker.js", self.service_worker),
            web.get("/c/{conference}", self._page),
            web.get("/c/{conference}/programme", self.programme),
        ]

    async def service_worker(self, request: web.Request) -> web.Response:
        """The script that has a page for no network, for the addresses of conferences."""
        return assets().sent[_SERVICE_WORKER].answer(request)

    async def programme(self, request: web.Request) -> web.Response:
        """Answer with the talks of now and next in each room.

        Raises:
            UnknownConference: no conference has this id.
            Refused: 503 `bus_unavailable`.
        """
        try:
            async with asyncio.timeout(LOAD_TIMEOUT_S):
                answer = await self._programmes.answer(request.match_info["conference"])
        except TimeoutError:
            raise Refused(
                503,
                "bus_unavailable",
                "the server cannot read the conferences right now",
                hint="It keeps trying. Ask again in a few seconds.",
                headers={"Retry-After": "3"},
            ) from None
        return answer.answer(request, KEPT)
