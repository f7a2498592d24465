"""Answers of a process that is stopping: it takes no new listeners and keeps no connection."""

import asyncio

from aiohttp import web

from broadcaster.web.errors import Refused

STOPPING = web.AppKey("stopping", asyncio.Event)
"""Set once the process has begun to stop."""


def refuse_while_stopping(request: web.Request) -> None:
    """Turn a newcomer away to another process.

    Raises:
        Refused: 503 `stopping`.
    """
    if request.app[STOPPING].is_set():
        raise Refused(
            503,
            "stopping",
            "this server process is stopping",
            hint="Connect again at once: another process answers, or this one soon after.",
            headers={"Retry-After": "1"},
        )


async def close_while_stopping(request: web.Request, response: web.StreamResponse) -> None:
    """Tell the client that this answer is the last one on its connection."""
    if request.app[STOPPING].is_set() and response.status >= 200:  # noqa: PLR2004 - not an upgrade
        response.force_close()
        response.headers["Connection"] = "close"
