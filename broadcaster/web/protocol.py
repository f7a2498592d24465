"""The server side of one HTTP connection, which answers what is not HTTP in our form."""

import asyncio
import logging
import sys
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from aiohttp import web

from broadcaster.log import trace_of
from broadcaster.web.errors import UNREADABLE, explain, explained

log = logging.getLogger("broadcaster.web.protocol")


KEEPALIVE_S = 20.0
"""After this long without a request a connection is closed; aiohttp would keep it for an hour.

An idle connection takes a place that newcomers need. Clients close theirs sooner (aiohttp after
15 s), so they do not send a request while it is being closed. A response that goes on is not idle.
"""


class ExplainingProtocol(web.RequestHandler):
    """Answers what the application does not see with `{error, message, hint}`.

    That is a request that cannot be parsed, and one whose `Expect` header aiohttp refuses. Log
    lines have nothing of the request, which may hold keys.
    """

    __slots__ = ()

    def log_exception(self, *args: Any, **kwargs: Any) -> None:
        """See `aiohttp.web.RequestHandler`."""
        failure = sys.exception()
        if failure is None:
            super().log_exception(*args, **kwargs)
        elif not isinstance(failure, UNREADABLE):
            log.error("a request failed:\n%s", trace_of(failure))

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """See `aiohttp.web.RequestHandler`."""
        if isinstance(resp, web.HTTPException) and resp.status >= HTTPStatus.BAD_REQUEST:
            resp = explain(resp)
        return await super().finish_response(request, resp, start_time)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """See `aiohttp.web.RequestHandler`."""
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or request.writer.output_size:
            return super().handle_error(request, status, exc, message)
        log.debug("a request that is not HTTP: %s", type(exc).__name__)
        answer = explained(
            status,
            "bad_http",
            "the request is not one that HTTP allows",
            "Check the first line, the headers and the length of the body.",
        )
        answer.force_close()
        return answer


def http_protocol(server: web.Server) -> Callable[[], asyncio.Protocol]:
    """Make the protocol of one connection to an HTTP server."""
    return partial(
        ExplainingProtocol,
        server,
        loop=asyncio.get_running_loop(),
        keepalive_timeout=KEEPALIVE_S,
        access_log=None,  # type: ignore[arg-type]  # aiohttp takes it
    )
