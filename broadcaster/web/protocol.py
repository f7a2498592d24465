"""The server side of one HTTP connection, which answers what is not HTTP in our form."""

import logging
import sys
from http import HTTPStatus
from typing import Any

from aiohttp import web

from broadcaster.web.errors import UNREADABLE, explained

log = logging.getLogger("broadcaster.web.protocol")


class ExplainingProtocol(web.RequestHandler):
    """Answers a request that cannot be parsed with `{error, message, hint}`.

    Its log line has nothing of the request, which may hold keys.
    """

    __slots__ = ()

    def log_exception(self, *args: Any, **kwargs: Any) -> None:
        """See `aiohttp.web.RequestHandler`."""
        if not isinstance(sys.exception(), UNREADABLE):
            super().log_exception(*args, **kwargs)

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
