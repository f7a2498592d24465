"""Answers of a process that is stopping: it takes no new listeners and keeps no connection."""

import asyncio

from aiohttp import web

from broadcaster.web.errors import Refused

STOPPING = web.AppKey("stopping", asyncio.Event)
"""Set once the process has begun to stop. An application without it never stops in order."""


def _stops(application: web.Application) -> bool:
    stopping = application.get(STOPPING)
    return stopping is not None and stopping.is_set()


def refuse_while_stopping(request: web.Request) -> None:
    """Turn a newcomer away to another process.

    Raises:
        Refused: 503 `stopping`.
    """
    if _stops(request.app):
        raise Refused(
            503,
            "stopping",
            "this server process is stopping",
            hint="Connect again at once: another process answers, or this one soon after.",
            headers={"Retry-After": "1"},
        )


async def close_while_stopping(request: web.Request, response: web.StreamResponse) -> None:
    """Tell the client that this answer is the last one on its connection."""
    if _stops(request.app) and response.status >= 200:  # noqa: PLR2004 - not an upgrade
        response.force_close()
        response.headers["Connection"] = "close"
